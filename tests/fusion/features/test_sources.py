from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.fusion.conftest import FIRST_DAY, Installation, uscc
from tests.fusion.features.trade import OUT, Line, content, permit, resolve
from tests.permits import OwnData

from shuxin.catalogue.api import (
    Contract,
    FieldType,
    Level,
    Meaning,
    contract,
    next_version,
    register_contract,
)
from shuxin.consent.api import PermitTooNarrow, Purpose, uses_of
from shuxin.fusion.features import sources
from shuxin.fusion.features.sources import (
    LevelAbovePermit,
    StandardUnmet,
    datasets_of,
    source_columns,
    source_table,
)
from shuxin.fusion.findings import connect

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from shuxin.catalogue.api import Field
    from shuxin.consent.api import Permit

pytestmark = pytest.mark.django_db
A_DAY_LATER = FIRST_DAY + dt.timedelta(days=1)


@pytest.fixture
def traded(office: Installation) -> Installation:
    """Twenty invoices of two firms."""
    lines = [Line(n, 1 + n % 2, 1, dt.date(2024, 3, 9), 100, None) for n in range(1, 21)]
    office.put(OUT, content(OUT, lines))
    office.load()
    resolve(office)
    return office


def agree_anew(change: dict[str, Any], *, field: str = "", drop: tuple[str, ...] = ()) -> Contract:
    """The next version of the contract, one field changed or some dropped."""
    agreed = contract(dataset="销项发票")

    def changed(each: Field) -> Field:
        return replace(each, **change) if each.name == field else each

    fields = tuple(changed(each) for each in agreed.fields if each.name not in drop)
    new = replace(agreed, fields=fields)
    new = replace(new, version=next_version(old=agreed, new=new))
    register_contract(contract=new, accepted_by="tester", now=A_DAY_LATER)
    return new


def read(office: Installation, leave: Permit, *entities: str) -> ir.Table | None:
    return source_table(
        connect(),
        standard="invoice_out",
        settings=office.settings,
        permits=[leave],
        now=office.now,
        entities=frozenset(entities) or None,
    )


class TestSourceTable:
    def test_has_the_columns_of_the_standard_and_the_rows_of_the_subject(
        self, traded: Installation
    ) -> None:
        table = read(traded, permit(uscc(1)), uscc(1))
        assert table is not None
        assert table.columns == tuple(source_columns("invoice_out"))
        rows = table.to_pyarrow().to_pylist()
        assert [row["entity"] for row in rows] == [uscc(1)] * 10
        assert {(row["net"], row["currency"]) for row in rows} == {(100, None)}

    def test_is_none_when_nobody_sent_that_standard(self, traded: Installation) -> None:
        assert (
            source_table(
                connect(), standard="bank_flow", settings=traded.settings, permits=[permit()],
                now=traded.now,
            )
            is None
        )  # fmt: skip

    def test_reads_nothing_before_the_permit_is_seen_and_the_use_recorded(
        self, traded: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recorded: list[int] = []
        history = sources.dataset_history

        def watched(*args: Any, **kwargs: Any) -> Any:
            recorded.append(len(uses_of(subject=uscc(1))))
            return history(*args, **kwargs)

        monkeypatch.setattr(sources, "dataset_history", watched)
        policy = OwnData(
            reader="tester", purposes=frozenset({Purpose.MODEL_TRAINING}), highest_level=3
        )
        leave = policy.permit(subject=uscc(1), purpose=Purpose.MODEL_TRAINING, now=traded.now)
        for others in ((uscc(2),), (uscc(1), uscc(2)), ()):
            with pytest.raises(PermitTooNarrow):
                read(traded, leave, *others)
        with pytest.raises(LevelAbovePermit):
            read(traded, replace(leave, highest_level=2).with_seal(), uscc(1))
        assert recorded == []
        read(traded, leave, uscc(1))
        assert recorded == [1]

    def test_follows_the_level_of_the_contract(self, traded: Installation) -> None:
        agree_anew({"level": Level.L4}, field="party")
        with pytest.raises(LevelAbovePermit):
            read(traded, permit(), uscc(1))
        assert read(traded, permit(level=4), uscc(1)) is not None


class TestStandardUnmet:
    def test_is_said_of_a_marked_contract_that_is_not_in_its_form(
        self, traded: Installation
    ) -> None:
        def unmet() -> object:
            with pytest.raises(StandardUnmet) as found:
                read(traded, permit(), uscc(1))
            return found.value.facts["field"]

        fitting = contract(dataset="销项发票")
        agree_anew({}, drop=("status_changed_on",))
        agree_anew({"meaning": Meaning.NONE}, field="subject_name")
        assert len(datasets_of("invoice_out", now=traded.now)) == 1
        agree_anew({"type": FieldType.STRING}, field="party")
        assert unmet() == "party"
        agree_anew({"type": FieldType.CODE}, field="party")
        agree_anew({"type": FieldType.TIMESTAMP}, field="issued_on")
        assert unmet() == "issued_on"
        agree_anew({"type": FieldType.DATE}, field="issued_on")
        assert read(traded, permit(), uscc(1)) is not None
        agree_anew({}, drop=("tax",))
        assert unmet() == "tax"
        again = replace(
            fitting, version=next_version(old=contract(dataset="销项发票"), new=fitting)
        )
        register_contract(contract=again, accepted_by="tester", now=A_DAY_LATER)
        agree_anew({}, drop=("subject_code", "subject_name"))
        assert unmet() == "subject_code"
