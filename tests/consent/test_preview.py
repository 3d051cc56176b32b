from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from tests.consent.world import (
    BANK,
    DAY,
    DIRECTORY,
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    OPEN_LIST,
    OTHER_BANK,
    OWNER,
    PLATFORM,
    REGISTER,
    TAX,
    contract_of,
    request,
    status,
    terms,
)
from tests.permits import MemoryJournal

from shuxin.catalogue.api import (
    Field,
    FieldType,
    Level,
    PersonalClass,
    Sharing,
    contract,
    register_contract,
)
from shuxin.consent.api import (
    Gate,
    Owners,
    Preview,
    Purpose,
    Reason,
    UseRefused,
    Withdrawal,
    preview,
    take_owners,
    take_status_list,
    take_withdrawal,
)
from shuxin.fusion.permitted import readable_fields

if TYPE_CHECKING:
    from shuxin.consent.api import Permit
    from shuxin.kernel.statements import Statement

SHARED = {"type": FieldType.STRING, "sharing": Sharing.CONDITIONAL}
FIELDS = (
    Field(name="name", level=Level.L1, **SHARED),
    Field(name="turnover", level=Level.L2, **SHARED),
    Field(name="arrears", level=Level.L3, **SHARED),
    Field(name="owner", level=Level.L3, personal=PersonalClass.C2, **SHARED),
    Field(name="audit", level=Level.L4, **SHARED),
)
OPEN = (Field(name="name", type=FieldType.STRING, level=Level.L1, sharing=Sharing.UNCONDITIONAL),)


@pytest.fixture
def gate(db: None) -> Gate:
    """A holder with three datasets, one of them open, and a fresh status list."""
    for name, fields in ((TAX, FIELDS), (REGISTER, FIELDS), (OPEN_LIST, OPEN)):
        agreed = replace(contract_of(name), fields=fields)
        register_contract(contract=agreed, accepted_by="tester", now=NOW)
    listed = status().sign(signer=KEYS[PLATFORM])
    take_status_list(listed, issuers=[PLATFORM], keys=DIRECTORY, now=NOW)
    return Gate(HOLDER, "tester", DIRECTORY, MemoryJournal(), frozenset({PLATFORM}))


def signed(by: str = FIRM, **changed: Any) -> Statement:
    return terms(**{"subject": by} | changed).sign(signer=KEYS[by])


def seen(gate: Gate, *brought: Statement, subject: str = FIRM, **changed: Any) -> list[Preview]:
    plain: dict[str, Any] = {"grantee": BANK, "subject": subject, "now": NOW}
    return preview(**plain | changed, gate=gate, brought=brought)


def of(
    rows: list[Preview], dataset: str, purpose: Purpose | None = Purpose.CREDIT_DECISION
) -> Preview:
    (found,) = [row for row in rows if (row.dataset, row.purpose) == (dataset, purpose)]
    return found


def why(row: Preview) -> set[Reason]:
    return {refusal.reason for refusal in row.refusals}


def counted() -> dict[str, int]:
    return {m.__name__: m.objects.count() for m in apps.get_app_config("consent").get_models()}


class TestPreview:
    def test_without_a_word_of_the_subject_only_the_open_can_be_read(self, gate: Gate) -> None:
        rows = seen(gate)
        assert of(rows, OPEN_LIST, None).fields == {1: ("name",)}
        assert why(of(rows, TAX, None)) == {Reason.AUTHORISATION_MISSING}
        assert of(rows, TAX, None).fields == {}

    def test_shows_the_fields_by_level_up_to_the_granted(self, gate: Gate) -> None:
        rows = seen(gate, signed(level_max=2, catalogues=(TAX,)))
        assert of(rows, TAX).fields == {1: ("name",), 2: ("turnover",)}
        assert (of(rows, TAX).uses_left, of(rows, TAX).title) == (2, TAX)
        assert why(of(rows, REGISTER)) == {Reason.CATALOGUE_NOT_NAMED}
        assert of(rows, OPEN_LIST, None).fields == {1: ("name",)}

    def test_never_shows_what_never_leaves(self, gate: Gate) -> None:
        assert of(seen(gate, signed(level_max=5)), TAX).fields == {
            1: ("name",),
            2: ("turnover",),
            3: ("arrears",),
        }

    def test_gives_every_reason(self, gate: Gate) -> None:
        given = signed()
        take_withdrawal(
            Withdrawal(terms().auth_id, FIRM, NOW).sign(signer=KEYS[FIRM]), keys=DIRECTORY, now=NOW
        )
        row = of(seen(gate, given, now=NOW + DAY), TAX)
        assert why(row) == {Reason.WITHDRAWN, Reason.STATUS_STALE}
        assert row.fields == {}

    def test_takes_the_best_word_of_each_purpose(self, gate: Gate) -> None:
        old = signed(valid_from=NOW - 9 * DAY, valid_to=NOW - DAY)
        rows = seen(gate, old, signed(), signed(purpose=Purpose.REPORT, catalogues=(REGISTER,)))
        assert not of(rows, TAX).refusals
        assert why(of(rows, TAX, Purpose.REPORT)) == {Reason.CATALOGUE_NOT_NAMED}

    def test_anothers_word_is_no_word(self, gate: Gate) -> None:
        rows = seen(gate, signed(grantee=OTHER_BANK))
        assert why(of(rows, TAX, None)) == {Reason.AUTHORISATION_MISSING}

    def test_personal_fields_need_the_owners_own_word(self, gate: Gate) -> None:
        record = Owners(HOLDER, FIRM, (OWNER,), NOW).sign(signer=KEYS[HOLDER])
        take_owners(record, holder=HOLDER, keys=DIRECTORY, now=NOW)
        assert "owner" not in of(seen(gate, signed()), TAX).fields[3]
        assert "owner" in of(seen(gate, signed(), signed(OWNER)), TAX).fields[3]
        other = signed(OWNER, purpose=Purpose.REPORT)
        assert "owner" not in of(seen(gate, signed(), other), TAX).fields[3]

    def test_a_persons_own_data_are_personal(self, gate: Gate) -> None:
        rows = seen(gate, signed(OWNER), subject=OWNER)
        assert of(rows, TAX).fields[3] == ("arrears", "owner")

    def test_counts_logs_and_keeps_nothing(self, gate: Gate) -> None:
        before = counted()
        seen(gate, signed())
        seen(gate)
        assert counted() == before
        assert gate.journal.entries == []  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        "changed",
        [{}, {"level_max": 2}, {"catalogues": (REGISTER,)}, {"valid_from": NOW + DAY}, {"holders": (BANK,)}],
    )  # fmt: skip
    def test_says_what_the_gate_then_does(self, gate: Gate, changed: dict[str, Any]) -> None:
        """The gate itself, asked for real, is the oracle: of the same fields and the same reasons."""
        given = signed(**changed)
        rows = seen(gate, given)
        for dataset in (TAX, REGISTER):
            row = of(rows, dataset)
            outcome = asked(gate, given, dataset)
            if isinstance(outcome, set):
                assert (why(row), row.fields) == (outcome, {})
            else:
                entity = FIRM.removeprefix("uscc:")
                read = readable_fields(contract(dataset=dataset), permit=outcome, subject=entity)
                assert sorted(n for names in row.fields.values() for n in names) == sorted(
                    field.name for field in read
                )


def asked(gate: Gate, given: Statement, dataset: str) -> Permit | set[Reason]:
    wide = terms()
    asks = request(
        request_id=f"r-{dataset}",
        catalogues=(dataset,),
        level=given.body["level_max"],
        data_from=wide.data_from,
        data_to=wide.data_to,
    )
    try:
        return gate.permit(asks.sign(signer=KEYS[BANK]), authorisation=given, now=NOW)
    except UseRefused as error:
        return {refusal.reason for refusal in error.refusals}
