"""The subjects of a dataset by credit code: exactly those that the permit lets through."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fusion.conftest import FIRST_DAY, Installation, rows_of_firms, uscc
from tests.fusion.features.trade import resolve
from tests.permits import sealed

from shuxin.catalogue.api import Sharing, contract, datasets, next_version, register_contract
from shuxin.consent.api import ALL_SUBJECTS, Ground, Permit, PermitForged, PermitTooNarrow, Purpose
from shuxin.fusion.api import dataset_version, portrait, subject_codes
from shuxin.kernel.uscc import USCC, InvalidUSCC

if TYPE_CHECKING:
    from collections.abc import Iterable

SECOND_DAY = FIRST_DAY + dt.timedelta(days=1)
LATER = FIRST_DAY + dt.timedelta(days=2)


def joint(dataset: str, **changed: Any) -> Permit:
    plain = sealed(ALL_SUBJECTS, Purpose.MODEL_TRAINING, at=FIRST_DAY)
    given = {"ground": Ground.JOINT, "catalogues": frozenset({dataset}), "personal": False}
    return replace(plain, **given | changed).with_seal()


def codes(office: Installation, leave: Permit | None = None) -> list[str]:
    (entry,) = datasets(now=LATER)
    found = subject_codes(
        entry.name, permit=leave or joint(entry.name), settings=office.settings
    ).decode()
    return [found[start : start + 18] for start in range(0, len(found), 18)]


def name_of(office: Installation) -> str:
    (entry,) = datasets(now=LATER)
    return entry.name


def loaded(office: Installation, rows: list[list[str]]) -> Installation:
    office.put("penalties.csv", rows)
    office.load()
    return office


@pytest.fixture
def fined(office: Installation) -> Installation:
    """Twenty firms, some twice, one with a wrong code."""
    header, *rows = rows_of_firms(20)
    wrong = [
        uscc(99)[:-1] + ("0" if uscc(99)[-1] != "0" else "1"),
        "北京第99建材有限公司",
        "2024-01-05",
        "1.5",
    ]
    return loaded(office, [header, *rows, *rows[:5], wrong])


class TestSubjectCodes:
    def test_are_the_valid_ones_once_each_sorted(self, fined: Installation) -> None:
        assert codes(fined) == sorted(uscc(serial) for serial in range(1, 21))

    def test_count_those_known_by_name_through_their_entity(self, office: Installation) -> None:
        header, *rows = rows_of_firms(6)
        named = [["", row[1], "2024-02-01", "2.5"] for row in rows[:2]]
        stranger = ["", "上海无名商贸有限公司", "2024-02-01", "2.5"]
        loaded(office, [header, *rows[2:], *named, stranger])
        office.put("register.csv", [["统一社会信用代码", "企业名称", "成立日期"], *(
            [row[0], row[1], "2010-01-01"] for row in rows)])  # fmt: skip
        office.load()
        dataset = next(entry.name for entry in datasets(now=LATER) if entry.rows == 7)
        leave = joint(dataset)
        before = subject_codes(dataset, permit=leave, settings=office.settings)
        assert before.decode() == "".join(sorted(row[0] for row in rows[2:]))
        resolve(office)
        after = subject_codes(dataset, permit=leave, settings=office.settings)
        assert after.decode() == "".join(sorted(row[0] for row in rows))

    def test_lie_in_the_period_of_the_permit(self, fined: Installation) -> None:
        days = {"data_from": dt.date(2024, 1, 1), "data_to": dt.date(2024, 1, 11)}
        found = codes(fined, joint(name_of(fined), **days))
        assert found == sorted(uscc(serial) for serial in range(1, 10))

    def test_leave_out_whom_a_hold_or_an_erasure_withholds(self, fined: Installation) -> None:
        resolve(fined)
        name = name_of(fined)
        held = frozenset({(uscc(3), name, "*"), (uscc(4), name, "amount"), (uscc(5), "other", "*")})
        found = codes(fined, joint(name, withheld=held))
        assert sorted(set(codes(fined)) - set(found)) == sorted([uscc(3), uscc(4)])

    def test_are_those_of_the_subjects_named(self, fined: Installation) -> None:
        some = frozenset({uscc(2), uscc(7), uscc(500)})
        assert codes(fined, joint(name_of(fined), subjects=some)) == sorted([uscc(2), uscc(7)])

    def test_stay_closed_where_the_code_may_not_be_read(self, fined: Installation) -> None:
        assert codes(fined, joint(name_of(fined), highest_level=1)) == []
        agreed = contract(dataset=name_of(fined))
        fields = tuple(replace(f, sharing=Sharing.WITHHELD) for f in agreed.fields)
        new = replace(agreed, fields=fields)
        new = replace(new, version=next_version(old=agreed, new=new))
        register_contract(contract=new, accepted_by="tester", now=SECOND_DAY)
        assert codes(fined) == []
        assert len(codes(fined, joint(agreed.dataset, ground=Ground.BASIS))) == 20

    def test_need_a_permit_for_this_dataset_from_the_gate(self, fined: Installation) -> None:
        with pytest.raises(PermitTooNarrow):
            codes(fined, joint("other"))
        forged = replace(joint(name_of(fined)), highest_level=3, seal=b"")
        with pytest.raises(PermitForged):
            codes(fined, forged)

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.one_of(
                st.integers(1, 30).map(uscc),
                st.integers(1, 30).map(lambda n: uscc(n)[:-1]),
                st.integers(1, 30).map(lambda n: "1" + uscc(n)[1:]),
                st.sampled_from(["", "企业", "9" * 18, "Ａ" * 18]),
            ),
            max_size=30,
        )
    )
    def test_equal_what_a_loop_finds(self, texts: list[str]) -> None:
        import pyarrow as pa

        from shuxin.fusion.subjects import symbols, valid_codes

        column = pa.array(texts, pa.string())
        found = symbols(column.filter(pa.array(valid_codes(column)))).astype(str).tolist()
        assert found == list(valid_of(texts))


def valid_of(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        try:
            USCC(text)
        except InvalidUSCC:
            continue
        yield text


class TestDatasetVersion:
    def test_changes_just_when_the_content_does(self, fined: Installation) -> None:
        name = name_of(fined)
        first = dataset_version(name)
        fined.run(now=SECOND_DAY)
        assert dataset_version(name) == first
        assert len(first) == 64
        fined.put("penalties.csv", rows_of_firms(21))
        fined.run(now=SECOND_DAY)
        assert dataset_version(name) != first


class TestDepartmentalPermit:
    def test_shows_no_spelling_history_or_relation_from_beyond_it(
        self, fined: Installation
    ) -> None:
        resolve(fined)
        own = sealed(uscc(3), Purpose.OWN_CUSTOMER_VIEW, at=FIRST_DAY)
        closed = replace(own, catalogues=frozenset({"other"})).with_seal()
        found = portrait(uscc(3), permit=closed, settings=fined.settings)
        assert (found.aliases, found.chapters, found.name, found.relations, found.doubts) == (
            (), (), "", (), 0,
        )  # fmt: skip
        assert portrait(uscc(3), permit=own, settings=fined.settings).aliases
