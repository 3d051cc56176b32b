from __future__ import annotations

from datetime import date

import ibis
import pytest
from tests.catalogue.conftest import power_bill

from shuxin.catalogue.domain.contract import Field, FieldType, Level, PersonalClass, Sharing
from shuxin.catalogue.domain.grading import (
    Breaker,
    BreakerInvalid,
    BreakerKind,
    ColumnLineage,
    Lineage,
    SourceColumn,
    SourceUngraded,
    derived,
    grades_of,
    levels_of,
    readers_of,
)
from shuxin.catalogue.domain.lineage import column_lineage

TODAY = date(2026, 11, 21)
CONTRACTS = {"power_bill": power_bill()}


def bills() -> ibis.Table:
    return ibis.table(
        {"account": "string", "owner": "string", "amount": "int64", "kind": "string"}, "power_bill"
    )


def breaker(**changed: object) -> Breaker:
    given = {
        "column": "owners",
        "to_level": Level.L1,
        "kind": BreakerKind.AGGREGATE,
        "reason": "counts of at least 30 owners",
        "reviewer": "li.wei",
        "valid_until": TODAY,
    }
    return Breaker(**(given | changed))  # type: ignore[arg-type]


class TestGrades:
    def test_follow_the_highest_direct_source_with_its_personal_class(self) -> None:
        t = bills()
        found = (
            t.mutate(label=t.owner + t.account)
            .group_by("kind")
            .aggregate(owners=lambda rows: rows.label.nunique(), total=t.amount.sum())
        )
        lineage = column_lineage(expression=found)
        grades = grades_of(lineage=lineage, contracts=CONTRACTS, today=TODAY)
        assert grades["owners"].level is Level.L3
        assert grades["owners"].personal is PersonalClass.C2
        assert grades["owners"].because == (SourceColumn("power_bill", "owner"),)
        assert grades["total"].level is Level.L2
        assert grades["total"].sharing is Sharing.CONDITIONAL
        assert grades["kind"].level is Level.L1

    def test_fall_only_by_a_breaker_in_force(self) -> None:
        lineage = column_lineage(expression=bills().aggregate(owners=bills().owner.nunique()))

        def level(*breakers: Breaker, today: date = TODAY) -> Level:
            found = levels_of(lineage=lineage, contracts=CONTRACTS, today=today, breakers=breakers)
            return found["owners"]

        assert level() is Level.L3
        assert level(breaker()) is Level.L1
        assert level(breaker(), today=date(2026, 11, 22)) is Level.L3
        assert level(breaker(to_level=Level.L5)) is Level.L3

    def test_personal_class_stays_unless_the_breaker_says_otherwise(self) -> None:
        lineage = column_lineage(expression=bills().aggregate(owners=bills().owner.nunique()))

        def personal(found: Breaker) -> PersonalClass:
            grades = grades_of(lineage=lineage, contracts=CONTRACTS, today=TODAY, breakers=[found])
            return grades["owners"].personal

        assert personal(breaker()) is PersonalClass.C2
        assert personal(breaker(to_personal=PersonalClass.NONE)) is PersonalClass.NONE
        assert personal(breaker(to_personal=PersonalClass.C3)) is PersonalClass.C2

    def test_breakers_without_reviewer_or_column_are_refused(self) -> None:
        for changed in ({"reviewer": " "}, {"reason": ""}):
            with pytest.raises(BreakerInvalid):
                breaker(**changed)
        lineage = Lineage(columns=())
        with pytest.raises(BreakerInvalid):
            grades_of(lineage=lineage, contracts={}, today=TODAY, breakers=[breaker()])

    def test_an_ungraded_source_is_refused(self) -> None:
        lineage = column_lineage(expression=ibis.table({"x": "int64"}, "unknown"))
        with pytest.raises(SourceUngraded):
            grades_of(lineage=lineage, contracts=CONTRACTS, today=TODAY)


class TestDerivedContract:
    def test_is_never_laxer_than_its_sources_through_two_steps(self) -> None:
        declared = power_bill(
            dataset="owners",
            fields=(
                Field("label", FieldType.STRING),
                Field("kind", FieldType.STRING, level=Level.L4),
            ),
            key=(),
            known_time_field="",
        )
        first = column_lineage(expression=bills().select(label="owner", kind="kind"))
        strict = derived(contract=declared, lineage=first, contracts=CONTRACTS, today=TODAY)
        assert strict.field("label").level is Level.L3
        assert strict.field("label").personal is PersonalClass.C2
        assert strict.field("kind").level is Level.L4
        owners = ibis.table({"label": "string", "kind": "string"}, "owners")
        second = column_lineage(expression=owners.select(x=owners.label.length()))
        levels = levels_of(lineage=second, contracts={"owners": strict}, today=TODAY)
        assert levels == {"x": Level.L3}


class TestReaders:
    def test_are_found_through_datasets_and_cycles(self) -> None:
        def one(column: str, *, direct: str, table: str) -> Lineage:
            source = frozenset({SourceColumn(table, direct)})
            return Lineage(columns=(ColumnLineage(column, source, frozenset()),))

        lineages = {
            "b": one("y", direct="x", table="a"),
            "c": one("z", direct="y", table="b"),
            "a": one("x", direct="z", table="c"),
            "d": one("w", direct="other", table="a"),
        }
        assert readers_of(lineages=lineages, source=SourceColumn("a", "x")) == (
            SourceColumn("b", "y"),
            SourceColumn("c", "z"),
        )
