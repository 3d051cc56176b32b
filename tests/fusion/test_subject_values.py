"""The values of subjects, against a loop over rows in plain Python."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.fusion.conftest import FIRST_DAY, uscc
from tests.permits import sealed

from shuxin.catalogue.api import (
    Contract,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    NewLoad,
    PersonalClass,
    Sharing,
    record_load,
    register_contract,
)
from shuxin.consent.api import ALL_SUBJECTS, Ground, Permit, PermitForged, PermitTooNarrow, Purpose
from shuxin.fusion.api import (
    FieldIdentifies,
    FieldUnknown,
    ValueReader,
    known_values,
    subject_values,
)
from shuxin.fusion.loading import ROWS_FILE
from shuxin.fusion.models import Entity, Mention
from shuxin.infra.api import Settings, Store
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.uscc import USCC, InvalidUSCC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

DATA = "firms"
FROM, TO = dt.date(2024, 3, 1), dt.date(2024, 6, 1)
ALL = ["amount", "rate", "kind", "flag", "day", "at", "staff"]
FIRMS = [uscc(serial) for serial in range(1, 6)]
IDENTITIES = [*FIRMS[:-1], "某机构:17"]
"""The last firm is not known by its code."""
WRONG = [uscc(1)[:-1] + ("0" if uscc(1)[-1] != "0" else "1"), "企业", ""]
_STORES = itertools.count()
_PLAIN = {"level": Level.L2, "sharing": Sharing.CONDITIONAL}

Row = tuple[Any, ...]
COLUMNS = ("code", "name", "amount", "rate", "kind", "flag", "day", "at", "staff")


def contract_with(event: str, *, hidden: str = "") -> Contract:
    """event: the field that is the event time. hidden: the field that its holder shares with nobody."""

    def field(name: str, kind: FieldType, meaning: Meaning = Meaning.NONE, **more: Any) -> Field:
        meaning = Meaning.EVENT_TIME if name == event else meaning
        closed = {"sharing": Sharing.WITHHELD} if name == hidden else {}
        return Field(name=name, type=kind, meaning=meaning, **_PLAIN | more | closed)

    fields = (
        field("code", FieldType.CODE, Meaning.SUBJECT_CODE),
        field("name", FieldType.STRING, Meaning.SUBJECT_NAME),
        field("amount", FieldType.MONEY, Meaning.AMOUNT),
        field("rate", FieldType.NUMBER),
        field("kind", FieldType.CODE),
        field("flag", FieldType.BOOLEAN),
        field("day", FieldType.DATE),
        field("at", FieldType.TIMESTAMP),
        field("staff", FieldType.INTEGER),
        field("secret", FieldType.INTEGER, level=Level.L4),
        field("own", FieldType.INTEGER, sharing=Sharing.WITHHELD),
        field("age", FieldType.INTEGER, personal=PersonalClass.C2),
        field("remark", FieldType.STRING, personal=PersonalClass.C2),
        field("licence", FieldType.STRING, Meaning.REGISTRATION_NUMBER),
        field("boss", FieldType.STRING, Meaning.PERSON_NAME),
        field("place", FieldType.STRING, Meaning.ADDRESS),
        field("partner", FieldType.CODE, Meaning.OTHER_CODE),
    )
    return Contract(
        dataset=DATA, version="1.0.0", title=DATA, department="某局", group=DataGroup.PUBLIC, fields=fields
    )  # fmt: skip


@dataclass(frozen=True)
class Way:
    """A mention that was placed, or not, with somebody who has a code."""

    code: str
    name: str
    entity: int
    gone: bool = False


def load(home: Settings, rows: Sequence[Row], *, file: str = "firms.csv") -> None:
    types = {
        "code": pa.string(), "name": pa.string(), "amount": pa.int64(), "rate": pa.float64(),
        "kind": pa.string(), "flag": pa.bool_(), "day": pa.date32(),
        "at": pa.timestamp("us", "Asia/Shanghai"), "staff": pa.int64(),
    }  # fmt: skip
    columns = {
        name: pa.array([row[n] for row in rows], types[name]) for n, name in enumerate(COLUMNS)
    }
    columns["_line"] = pa.array(range(2, len(rows) + 2), pa.int64())
    store, name = Store(home.store), f"load{next(_STORES)}"
    with store.draft() as draft:
        pq.write_table(pa.table(columns), draft.folder / ROWS_FILE)
        store.keep(draft, name=name)
    count = len(rows)
    new = NewLoad(
        DATA, "1.0.0", file, "0" * 64, "0" * 64, FIRST_DAY, FIRST_DAY, 0, count, count, 0, name, 1
    )
    record_load(load=new, findings=())


def place(ways: Sequence[Way]) -> None:
    """Entities of all firms, and these mentions."""
    known = [
        Entity.objects.create(identity=identity, code=code, name="", since=FIRST_DAY)
        for identity, code in zip(IDENTITIES, FIRMS, strict=True)
    ]
    for number, way in enumerate(ways):
        Mention.objects.create(
            key=f"m{number}", dataset=DATA, code_text=way.code, name_text=way.name, rows=1,
            first_known=FIRST_DAY, last_known=FIRST_DAY, entity=known[way.entity],
            gone_at=FIRST_DAY if way.gone else None,
        )  # fmt: skip


def leave(**changed: Any) -> Permit:
    plain = sealed(ALL_SUBJECTS, Purpose.MODEL_TRAINING, at=FIRST_DAY)
    given = {
        "ground": Ground.JOINT, "catalogues": frozenset({DATA}), "personal": False,
        "data_from": FROM, "data_to": TO, "fields": frozenset(ALL),
    }  # fmt: skip
    return replace(plain, **given | changed).with_seal()


@pytest.fixture
def home(tmp_path: Path, db: None) -> Settings:
    return Settings(home=tmp_path / "home", database_url="")


def is_code(text: str) -> bool:
    try:
        USCC(text)
    except InvalidUSCC:
        return False
    return True


def slowly(
    rows: Sequence[Row], ways: Sequence[Way], code: str, permit: Permit, event: str, hidden: str
) -> dict[str, Any]:
    """One subject's values, as the docstring says; None for missing."""
    none = dict.fromkeys(ALL)
    held = {n for n, identity in enumerate(IDENTITIES) if identity in whom(permit.withheld)}
    without = {FIRMS[n] for n in held} | {way.code for way in ways if way.entity in held}
    named = {code, *(i for i, c in zip(IDENTITIES, FIRMS, strict=True) if c == code), ALL_SUBJECTS}
    if not is_code(code) or code in without or not named & permit.subjects:
        return none
    mine = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    mine = [row for row in mine if subject_of(row, ways, hidden) == code]
    if event:
        mine = [row for row in mine if row[event] is not None and FROM <= day_of(row[event]) < TO]
        newest = max((row[event] for row in mine), default=None)
        mine = [row for row in mine if row[event] == newest]
    found = {}
    for name in ALL:
        said = {row[name] for row in mine if row[name] is not None and row[name] == row[name]}
        found[name] = said.pop() if len(said) == 1 else None
    return found


def whom(withheld: frozenset[tuple[str, str, str]]) -> set[str]:
    return {who for who, _, _ in withheld}


def subject_of(row: dict[str, Any], ways: Sequence[Way], hidden: str) -> str | None:
    """By the valid code that it states; else by the one entity that was placed under what else may be seen of it."""
    stated, name = row["code"] or "", row["name"] or ""
    if hidden != "code" and is_code(stated):
        return str(stated)
    meant = {
        FIRMS[way.entity] for way in ways
        if not way.gone and way.code != FIRMS[way.entity]
        and (hidden == "code" or way.code == stated) and (hidden == "name" or way.name == name)
    }  # fmt: skip
    return meant.pop() if len(meant) == 1 else None


def day_of(moment: dt.date) -> dt.date:
    return moment.astimezone(CHINA_TIME).date() if isinstance(moment, dt.datetime) else moment


def as_number(value: Any) -> Any:
    """What ``subject_values`` makes of a value of a row."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        local = value.astimezone(CHINA_TIME).replace(tzinfo=None)
        return (local - dt.datetime(1970, 1, 1)) / dt.timedelta(days=1)  # noqa: DTZ001 - local time
    if isinstance(value, dt.date):
        return float((value - dt.date(1970, 1, 1)).days)
    return value


def plainly(values: NDArray[Any]) -> list[Any]:
    return [None if isinstance(v, float) and math.isnan(v) else v for v in values.tolist()]


def found(
    home: Settings, codes: Sequence[str], permit: Permit, fields: Sequence[str] = ALL
) -> dict[str, list[Any]]:
    """The same three ways."""
    asked, reader = "".join(codes).encode(), ValueReader(DATA, tuple(fields), home)
    values = subject_values(DATA, fields=fields, codes=asked, permit=permit, settings=home)
    told = {name: plainly(column) for name, column in values.items()}
    known, _ = known_values(DATA, fields=fields, codes=asked, permit=permit, settings=home)
    also, read = reader.read(asked, permit=permit)
    assert also.tolist() == known.tolist()
    assert {name: plainly(column) for name, column in read.items()} == told
    return told


events = st.sampled_from(["day", "at", ""])
hiddens = st.sampled_from(["", "", "code", "name"])
days = st.sampled_from([None, dt.date(2024, 2, 29), FROM, dt.date(2024, 5, 31), TO])
moments = st.sampled_from(
    [
        None,
        dt.datetime(2024, 2, 29, 23, 59, tzinfo=CHINA_TIME),
        dt.datetime(2024, 3, 1, tzinfo=CHINA_TIME),
        dt.datetime(2024, 4, 2, 6, 30, tzinfo=dt.UTC),
        dt.datetime(2024, 5, 31, 16, tzinfo=dt.UTC),
    ]
)
rows = st.lists(
    st.tuples(
        st.sampled_from([*FIRMS[:3], *WRONG, None]),
        st.sampled_from(["甲", "乙", "", None]),
        st.sampled_from([None, 1, 2, 3 << 40]),
        st.sampled_from([None, math.nan, 0.5, 1.5]),
        st.sampled_from([None, "是", "b"]),
        st.sampled_from([None, True, False]),
        days,
        moments,
        st.sampled_from([None, 7]),
    ),
    max_size=12,
)
ways = st.lists(
    st.builds(
        Way,
        st.sampled_from([*WRONG, *FIRMS[:2]]),
        st.sampled_from(["甲", "乙", ""]),
        st.integers(0, 4),
        st.booleans(),
    ),
    max_size=5,
)
asked = st.lists(st.sampled_from([*FIRMS, WRONG[0], "9" * 18]), max_size=8)
subjects = st.one_of(
    st.just(frozenset({ALL_SUBJECTS})),
    st.frozensets(st.sampled_from([*FIRMS, IDENTITIES[-1]]), min_size=1),
)
held = st.frozensets(
    st.tuples(
        st.sampled_from([*FIRMS[:2], IDENTITIES[-1]]), st.just(DATA), st.sampled_from(["*", "rate"])
    ),
    max_size=2,
)


class TestValuesOfSubjects:
    @settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(events, hiddens, rows, rows, ways, asked, subjects, held)
    @example("day", "", [], [], [], [], frozenset({ALL_SUBJECTS}), frozenset())
    def test_are_what_a_loop_over_the_rows_finds(
        self,
        home: Settings,
        event: str,
        hidden: str,
        some: list[Row],
        more: list[Row],
        placed: list[Way],
        codes: list[str],
        whose: frozenset[str],
        without: frozenset[tuple[str, str, str]],
    ) -> None:
        permit = leave(subjects=whose, withheld=without)
        with transaction.atomic():
            agreed = contract_with(event, hidden=hidden)
            register_contract(contract=agreed, accepted_by="tester", now=FIRST_DAY)
            load(home, some)
            load(home, more, file="more.csv")
            place(placed)
            fast = found(home, codes, permit)
            transaction.set_rollback(True)
        slow = [slowly([*some, *more], placed, code, permit, event, hidden) for code in codes]
        assert fast == {name: [as_number(one[name]) for one in slow] for name in ALL}


def row(code: str, **changed: Any) -> Row:
    plain: dict[str, Any] = dict.fromkeys(COLUMNS) | {"code": code, "day": FROM}
    return tuple((plain | changed).values())


@pytest.fixture
def firms(home: Settings) -> Settings:
    register_contract(contract=contract_with("day"), accepted_by="tester", now=FIRST_DAY)
    load(home, [row(FIRMS[0], amount=5, flag=True, kind="a"), row(FIRMS[1], amount=6)])
    return home


class TestKnownValues:
    def test_tell_who_has_a_row_that_counts(self, firms: Settings) -> None:
        late = row(FIRMS[2], amount=1, day=TO)
        load(firms, [late, row(FIRMS[3])], file="more.csv")
        codes = "".join(FIRMS[:4]).encode()
        known, _ = known_values(
            DATA, fields=["amount"], codes=codes, permit=leave(), settings=firms
        )
        assert known.tolist() == [True, True, False, True]


class TestValueReader:
    def test_sees_what_was_loaded_since(self, firms: Settings) -> None:
        reader = ValueReader(DATA, ("amount",), firms)
        codes = "".join(FIRMS[:3]).encode()
        assert reader.read(codes, permit=leave())[0].tolist() == [True, True, False]
        load(firms, [row(FIRMS[2], amount=9)], file="more.csv")
        known, values = reader.read(codes, permit=leave())
        assert known.tolist() == [True, True, True]
        assert values["amount"].tolist() == [5.0, 6.0, 9.0]

    def test_finds_the_same_by_a_query_that_it_kept(self, firms: Settings) -> None:
        reader, codes = ValueReader(DATA, ("amount",), firms), "".join(FIRMS[:3]).encode()
        first, again = (reader.read(codes, permit=leave()) for _ in range(2))
        assert first[0].tolist() == again[0].tolist() == [True, True, False]
        assert plainly(first[1]["amount"]) == plainly(again[1]["amount"]) == [5.0, 6.0, None]

    def test_goes_by_each_permit(self, firms: Settings) -> None:
        reader = ValueReader(DATA, ("amount",), firms)
        codes = FIRMS[0].encode()
        assert reader.read(codes, permit=leave())[0].all()
        assert not reader.read(codes, permit=leave(data_from=dt.date(2024, 4, 1)))[0].any()
        with pytest.raises(PermitTooNarrow):
            reader.read(codes, permit=leave(fields=frozenset({"rate"})))
        with pytest.raises(PermitForged):
            reader.read(codes, permit=replace(leave(), highest_level=9))


class TestSubjectValues:
    def test_have_the_types_that_models_need(self, firms: Settings) -> None:
        values = subject_values(
            DATA, fields=ALL, codes=FIRMS[0].encode(), permit=leave(), settings=firms
        )
        kinds = {name: column.dtype.kind for name, column in values.items()}
        assert kinds == {name: "O" if name in {"kind", "flag"} else "f" for name in ALL}
        assert values["day"].tolist() == [(FROM - dt.date(1970, 1, 1)).days]

    def test_of_whom_the_permit_leaves_out_are_missing(self, firms: Settings) -> None:
        asked = [FIRMS[0], FIRMS[1]]
        assert found(firms, asked, leave(), ["amount"]) == {"amount": [5.0, 6.0]}
        for left in (
            {"subjects": frozenset({FIRMS[1]})},
            {"withheld": frozenset({(FIRMS[0], DATA, "*")})},
            {"withheld": frozenset({(FIRMS[0], DATA, "rate")})},
        ):
            assert found(firms, asked, leave(**left), ["amount"]) == {"amount": [None, 6.0]}

    def test_of_a_row_count_for_the_code_it_states_else_for_the_one_it_was_placed_with(
        self, home: Settings
    ) -> None:
        register_contract(contract=contract_with("day"), accepted_by="tester", now=FIRST_DAY)
        load(
            home,
            [
                row(FIRMS[1], name="甲", amount=1),
                row("", name="乙", amount=2),
                row("", name="丙", amount=3),
            ],
        )
        ambiguous = [Way("", "丙", 3), Way("", "丙", 4)]
        place([Way(FIRMS[1], "甲", 0), Way("", "乙", 2), *ambiguous])
        expected = {"amount": [None, 1.0, 2.0, None, None]}
        assert found(home, FIRMS, leave(), ["amount"]) == expected

    def test_of_several_rows_of_the_newest_day_are_the_one_that_they_state(
        self, home: Settings
    ) -> None:
        register_contract(contract=contract_with("day"), accepted_by="tester", now=FIRST_DAY)
        said = [{"rate": math.nan, "amount": 1}, {"rate": 0.5, "amount": 2}, {"kind": "a"}]
        load(home, [row(FIRMS[0], **one) for one in said])
        expected = {"rate": [0.5], "amount": [None], "kind": ["a"]}
        assert found(home, FIRMS[:1], leave(), list(expected)) == expected

    def test_before_anything_is_loaded_are_missing(self, home: Settings) -> None:
        register_contract(contract=contract_with("day"), accepted_by="tester", now=FIRST_DAY)
        assert found(home, FIRMS[:2], leave(), ["amount", "kind", "at"]) == {
            "amount": [None] * 2, "kind": [None] * 2, "at": [None] * 2,
        }  # fmt: skip

    def test_without_an_end_of_the_period_need_no_event_time(self, home: Settings) -> None:
        register_contract(contract=contract_with("day"), accepted_by="tester", now=FIRST_DAY)
        undated = [row(FIRMS[0], amount=1, day=None), row(FIRMS[1], amount=2, day=None)]
        load(home, [*undated, row(FIRMS[0], amount=3)])
        permit = leave(data_from=None, data_to=None)
        assert found(home, FIRMS[:2], permit, ["amount"]) == {"amount": [3.0, 2.0]}

    def test_known_after_the_end_of_the_period_do_not_count_where_no_event_is_stated(
        self, home: Settings
    ) -> None:
        register_contract(contract=contract_with(""), accepted_by="tester", now=FIRST_DAY)
        load(home, [row(FIRMS[0], amount=1)])
        loaded_on = FIRST_DAY.date()
        assert found(home, FIRMS[:1], leave(data_to=loaded_on), ["amount"]) == {"amount": [None]}
        after = loaded_on + dt.timedelta(days=1)
        assert found(home, FIRMS[:1], leave(data_to=after), ["amount"]) == {"amount": [1.0]}

    def test_need_a_permit_for_this_dataset_from_the_gate(self, firms: Settings) -> None:
        with pytest.raises(PermitTooNarrow):
            found(firms, FIRMS, leave(catalogues=frozenset({"other"})))
        with pytest.raises(PermitForged):
            found(firms, FIRMS, replace(leave(), highest_level=4))

    @pytest.mark.parametrize(
        ("field", "changed"),
        [
            ("secret", {}),
            ("own", {}),
            ("age", {}),
            ("amount", {"highest_level": 1}),
            ("amount", {"fields": frozenset({"rate"})}),
            ("amount", {"fields": frozenset()}),
        ],
    )
    def test_of_a_field_that_the_permit_does_not_cover_are_refused(
        self, firms: Settings, field: str, changed: dict[str, Any]
    ) -> None:
        wide = {"fields": frozenset({*ALL, "secret", "own", "age"})}
        with pytest.raises(PermitTooNarrow):
            found(firms, FIRMS, leave(**wide | changed), [field])

    def test_of_personal_numbers_are_read_where_the_permit_covers_them(
        self, firms: Settings
    ) -> None:
        permit = leave(personal=True, fields=frozenset({"age"}))
        assert found(firms, FIRMS[:1], permit, ["age"]) == {"age": [None]}

    @pytest.mark.parametrize(
        "field", ["code", "name", "licence", "boss", "place", "partner", "remark"]
    )
    def test_of_a_field_that_says_who_somebody_is_are_refused(
        self, firms: Settings, field: str
    ) -> None:
        with pytest.raises(FieldIdentifies) as caught:
            found(firms, FIRMS, leave(fields=None, personal=True), [field])
        assert caught.value.facts == {"dataset": DATA, "field": field}

    def test_of_an_unknown_field_are_refused_by_name(self, firms: Settings) -> None:
        with pytest.raises(FieldUnknown) as caught:
            found(firms, FIRMS, leave(), ["nothing"])
        for language in ("en", "zh"):
            assert DATA in caught.value.say(language)
            assert "nothing" in caught.value.say(language)

    def test_where_the_code_may_not_be_read_are_missing(self, firms: Settings) -> None:
        newer = replace(contract_with("day", hidden="code"), version="2.0.0")
        later = FIRST_DAY + dt.timedelta(days=1)
        register_contract(contract=newer, accepted_by="tester", now=later)
        assert found(firms, FIRMS[:1], leave(), ["amount"]) == {"amount": [None]}
        own = leave(ground=Ground.BASIS)
        assert found(firms, FIRMS[:1], own, ["amount"]) == {"amount": [5.0]}

    def test_of_broken_codes_are_a_fault_of_the_caller(self, firms: Settings) -> None:
        with pytest.raises(ValueError, match="multiple"):
            found(firms, ["123"], leave())


class TestPermitOfAJob:
    def test_shows_how_rows_name_their_subjects_and_the_fields_named(self) -> None:
        from shuxin.fusion.permitted import alike_permits, visible_fields

        agreed = contract_with("day")
        some, other = leave(fields=frozenset({"rate", "secret"})), leave(fields=frozenset())
        assert [f.name for f in visible_fields(agreed, permit=some)] == ["code", "name", "rate"]
        assert [f.name for f in visible_fields(agreed, permit=other)] == ["code", "name"]
        assert [len(group) for group in alike_permits([some, other, some])] == [2, 1]
