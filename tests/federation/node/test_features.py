"""The features of those who entered: read once after the gate, and the same for ever after."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.world import BANK, FIRM, NOW, contract_of
from tests.federation.node.test_entering import (
    AGREED,
    CODES,
    DATA,
    Brought,
    Killed,
    Mortal,
    Node,
    asked,
    field_of,
    holder,  # noqa: F401 - a fixture
    job,
    label,  # noqa: F401 - a fixture
    word,
)

from shuxin.catalogue.api import FieldType, Level, Meaning, NewLoad, record_load, register_contract
from shuxin.consent.api import PermitTooNarrow
from shuxin.consent.models import Hold
from shuxin.federation.node.entering import GRANTS, DataMoved
from shuxin.federation.scorecard.target import TargetMissing, TargetUnreadable, target_of
from shuxin.fusion.api import FieldIdentifies, FieldUnknown
from shuxin.fusion.loading import ROWS_FILE
from shuxin.infra.api import Store

if TYPE_CHECKING:
    from shuxin.federation.domain.job import Job

FIELDS = ["amount", "kind", "since"]
FEATURES = {"features": FIELDS}


def measured(node: Node, dataset: str, *, amounts: list[float | None], nth: int = 1) -> None:
    """The same firms, loaded anew with more columns; ``amounts`` of the codes in their order."""
    agreed = contract_of(dataset)
    fields = (
        field_of("code", FieldType.CODE, Meaning.SUBJECT_CODE),
        field_of("day", FieldType.DATE, Meaning.EVENT_TIME),
        field_of("amount", FieldType.NUMBER, Meaning.NONE),
        field_of("kind", FieldType.CODE, Meaning.NONE),
        field_of("since", FieldType.DATE, Meaning.NONE),
        replace(field_of("secret", FieldType.INTEGER, Meaning.NONE), level=Level.L3),
    )
    more = replace(agreed, fields=fields, version=f"1.{nth}.0")
    register_contract(contract=more, accepted_by="tester", now=NOW + dt.timedelta(minutes=nth))
    count, store, name = len(amounts), Store(node.settings.store), f"{dataset}x{nth}"
    rows = {
        "code": CODES[:count],
        "day": pa.array([dt.date(2024, 3, 1)] * count),
        "amount": pa.array(amounts, pa.float64()),
        "kind": pa.array([None, "甲", "b", "c"][:count], pa.string()),
        "since": pa.array([dt.date(1970, 1, 11)] * count),
        "_line": list(range(2, count + 2)),
    }
    with store.draft() as draft:
        pq.write_table(pa.table(rows), draft.folder / ROWS_FILE)
        store.keep(draft, name=name)
    at = NOW + dt.timedelta(minutes=nth)
    load = NewLoad(
        dataset, more.version, f"{dataset}.csv", "0" * 64, "0" * 64, at, at, 0, count, count, 0, name, 1
    )  # fmt: skip
    record_load(load=load, findings=())


@pytest.fixture
def known(holder: Node) -> Node:  # noqa: F811
    measured(holder, DATA, amounts=[1.5, None, 3.0, -4.0])
    return holder


def of_holder(**changed: Any) -> Job:
    return job(theirs=FEATURES | changed)


def plainly(values: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [None if isinstance(v, float) and math.isnan(v) else v for v in column.tolist()]
        for name, column in values.items()
    }


def kept_features(node: Node) -> dict[str, bytes]:
    return {name: data for name, data in node.line.kept.items() if name.startswith("features/")}


@pytest.mark.django_db
class TestJobFeatures:
    def test_are_those_of_the_codes_in_their_order(self, known: Node) -> None:
        features = known.enter(of_holder()).features
        found = features.values("".join([CODES[3], CODES[0], CODES[1]]).encode())
        assert plainly(found) == {
            "amount": [-4.0, 1.5, None], "kind": ["c", None, "甲"], "since": [10.0] * 3,
        }  # fmt: skip
        assert {name: column.dtype.kind for name, column in found.items()} == {
            "amount": "f", "kind": "O", "since": "f",
        }  # fmt: skip
        assert plainly(features.values(b"")) == {name: [] for name in FIELDS}

    def test_of_a_job_without_any_are_none(self, known: Node) -> None:
        assert known.enter(job()).features.values(CODES[0].encode()) == {}

    def test_are_the_same_after_a_restart_whatever_was_loaded_since(self, known: Node) -> None:
        codes = "".join(CODES[:2]).encode()
        first = known.enter(of_holder()).features.values(codes)
        kept = kept_features(known)
        measured(known, DATA, amounts=[9.0] * 4, nth=2)
        again = known.enter(of_holder()).features
        assert plainly(again.values(codes)) == plainly(first)
        assert kept_features(known) == kept
        with pytest.raises(DataMoved):
            again.values(CODES[2].encode())
        assert kept_features(known) == kept

    def test_lie_in_one_file_of_their_order_and_version(self, known: Node) -> None:
        entered = known.enter(of_holder())
        entered.features.values(CODES[0].encode())
        entered.features.values("".join(CODES[:2]).encode())
        one, two = kept_features(known).values()
        tables = [pa.ipc.open_file(pa.py_buffer(data)).read_all() for data in (one, two)]
        assert [table.num_rows for table in tables] == [1, 2]
        version = str(known.stated["dataset_version"]).encode()
        assert {table.schema.metadata[b"version"] for table in tables} == {version}
        (name, *_) = kept_features(known)
        known.line.kept[name] = two
        with pytest.raises(DataMoved):
            entered.features.values(CODES[0].encode())

    def test_of_somebody_who_did_not_enter_are_not_read(self, known: Node) -> None:
        Hold.objects.create(subject=CODES[1], dataset=DATA, field="*", why="erased", since=NOW)
        features = known.enter(of_holder()).features
        with pytest.raises(ValueError, match="entered"):
            features.values("".join(CODES[:2]).encode())
        assert not kept_features(known)

    def test_killed_while_they_are_read_are_the_same(self, known: Node) -> None:
        codes = "".join(CODES).encode()
        plain = known.enter(of_holder()).features.values(codes)
        deaths = 0
        for step in range(3):
            line = Mortal(known.line.folder, known.line.waiting)
            mortal = replace(known, line=line)
            features = mortal.enter(of_holder()).features
            line.dies_at = step
            try:
                features.values(codes)
            except Killed:
                deaths += 1
                assert not kept_features(mortal)
            line.dies_at = -9
            assert plainly(mortal.enter(of_holder()).features.values(codes)) == plainly(plain)
            assert kept_features(mortal) == kept_features(known)
        assert deaths == 2

    @pytest.mark.parametrize(
        ("field", "error"),
        [("nothing", FieldUnknown), ("code", FieldIdentifies), ("secret", PermitTooNarrow)],
    )
    def test_that_nobody_may_read_end_the_job_before_anything_leaves(
        self, known: Node, field: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            known.enter(job(theirs={"features": ["amount", field]}))
        assert not known.line.sent


@pytest.mark.django_db
class TestPermitOfAJob:
    def test_covers_just_the_fields_that_the_job_names(self, known: Node) -> None:
        some = known.enter(job(theirs={"features": ["amount"]})).features
        assert some.permit.fields == {"amount"}
        with pytest.raises(PermitTooNarrow):
            replace(some, fields=("kind",)).values(CODES[0].encode())
        none = known.enter(job()).features
        assert none.permit.fields == frozenset()

    def test_on_authorisations_too(self, known: Node) -> None:
        work = job(theirs=AGREED | FEATURES)
        known.line.waiting[BANK, GRANTS] = asked(work, word(FIRM))
        features = known.enter(work).features
        assert features.permit.fields == set(FIELDS)
        firm = FIRM.removeprefix("uscc:")
        amount = dict(zip(CODES, [1.5, None, 3.0, -4.0], strict=True))
        assert plainly(features.values(firm.encode()))["amount"] == [amount[firm]]

    @pytest.mark.parametrize("ours", [{}, AGREED], ids=["basis", "agreed"])
    def test_at_the_label_party_too(self, label: Node, ours: dict[str, Any]) -> None:  # noqa: F811
        measured(label, "loans", amounts=[1.0, 0.0, 1.0])
        work = job(ours=ours | {"features": ["amount"]})
        features = label.enter(work, grants=Brought((word(FIRM),))).features
        assert features.permit.fields == {"amount"}
        bad = {code: code != CODES[1] for code in CODES[:3]}
        firm = FIRM.removeprefix("uscc:")
        (found,) = target_of(features.values(firm.encode())["amount"], bad=["1"])
        assert found == bad[firm]


outcomes = st.lists(st.sampled_from(["0", "1", "2", "是", "否"]), max_size=20)


class TestTargetOf:
    @given(outcomes, outcomes)
    def test_is_whether_the_text_is_one_of_the_bad_ones(
        self, texts: list[str], bad: list[str]
    ) -> None:
        found = target_of(np.array(texts, dtype=object), bad=bad)
        assert found.dtype == np.bool_
        assert found.tolist() == [text in bad for text in texts]

    @given(st.lists(st.sampled_from([0.0, 1.0, 2.5, -0.0]), max_size=20))
    def test_is_for_numbers_whether_it_is_one_of_those_named(self, numbers: list[float]) -> None:
        found = target_of(np.array(numbers, dtype=np.float64), bad=["0", "2.50"])
        assert found.tolist() == [number in {0.0, 2.5} for number in numbers]

    @pytest.mark.parametrize(
        "values",
        [np.array([1.0, math.nan, math.nan]), np.array(["1", None, None], dtype=object)],
        ids=["numbers", "texts"],
    )
    def test_refuses_missing_outcomes_with_their_count(self, values: Any) -> None:
        with pytest.raises(TargetMissing) as caught:
            target_of(values, bad=["1"])
        assert caught.value.facts == {"count": 2, "rows": 3}
        assert caught.value.say("en") != caught.value.say("zh")

    @pytest.mark.parametrize("bad", ["是", "nan", ""])
    def test_refuses_a_text_that_no_number_can_be(self, bad: str) -> None:
        with pytest.raises(TargetUnreadable):
            target_of(np.array([1.0]), bad=[bad])
