"""Who is registered or has statements in the directory here, for lists: nothing is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q

from shuxin.kernel.statements import parse_statement
from shuxin.parties.domain import statements as said
from shuxin.parties.models import RegistrationRow, StatementRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class KeptParty:
    """One party in a list (主体). ``name`` and ``kind``: as registered, else as its newest binding claims.

    ``state``: of the registration, "" without one. ``bindings``, ``revocations``: statements kept, whether or not they
    stand.
    """

    party: str
    kind: str
    name: str
    state: str
    bindings: int
    revocations: int
    newest_at: dt.datetime


def kept_parties(*, most: int, containing: str = "") -> list[KeptParty]:
    """Those with the newest registration or statement first; with ``containing`` in the id or the registered name."""
    registered = _registered(containing)
    counted = {row["party"]: row for row in _counts(containing, beside=list(registered))}
    newest = {party: row.at for party, row in registered.items()}
    for party, count in counted.items():
        newest[party] = max(count["newest"], newest.get(party, count["newest"]))
    shown = sorted(newest, key=lambda party: newest[party], reverse=True)[:most]
    claimed = _claims([party for party in shown if party not in registered])
    found = []
    for party in shown:
        held, count = registered.get(party), counted.get(party, {})
        kind, name = (held.party.kind, held.name) if held else claimed.get(party, ("", ""))
        state = held.state if held else ""
        bindings, revocations = count.get("bindings", 0), count.get("revocations", 0)
        found.append(KeptParty(party, kind, name, state, bindings, revocations, newest[party]))
    return found


def _registered(containing: str) -> dict[str, RegistrationRow]:
    """The newest registration of each party, by party."""
    rows = RegistrationRow.objects.select_related("party").order_by("pk")
    if containing:
        rows = rows.filter(Q(party__party__icontains=containing) | Q(name__icontains=containing))
    return {row.party.party: row for row in rows}


def _counts(containing: str, *, beside: list[str]) -> Iterable[dict[str, Any]]:
    rows = StatementRow.objects.filter(kind__in=(said.BINDING, said.REVOCATION))
    if containing:
        rows = rows.filter(Q(party__icontains=containing) | Q(party__in=beside))
    counted: Iterable[dict[str, Any]] = rows.values("party").annotate(
        bindings=Count("pk", filter=Q(kind=said.BINDING)),
        revocations=Count("pk", filter=Q(kind=said.REVOCATION)),
        newest=Max("kept_at"),
    )
    return counted


def _claims(parties: list[str]) -> dict[str, tuple[str, str]]:
    """Kind and name in the newest binding of each."""
    rows = StatementRow.objects.filter(kind=said.BINDING, party__in=parties).order_by("pk")
    newest = dict(rows.values_list("party", "content"))
    claims = {
        party: said.read_binding(parse_statement(content)).claim
        for party, content in newest.items()
    }
    return {party: (claim.kind.value, claim.name) for party, claim in claims.items()}
