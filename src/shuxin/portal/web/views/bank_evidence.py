"""The evidence of a joint score as its page shows it: checked now, link by link, and what each holder's log says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import Reason, wording
from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import State
from shuxin.portal.web.views.bank_home import grants_here, tone_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shuxin.federation.api import Findings
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_STATES = {
    "holds": State(Text(en="holds", zh="成立"), "good"),
    "told": State(Text(en="the bank's own word", zh="仅本行陈述"), "warn"),
    "broken": State(Text(en="broken", zh="不成立"), "bad"),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one holder signed and where its log has it (应答回执).

    entry: index of the answer in the holder's log, use: of the counted use, None where nothing was counted. nth: the
    how manieth use of the authorisation ``rests_on`` it was. refused: the reasons in words.
    """

    holder: str
    entry: int
    size: int
    use: int | None
    nth: int | None
    rests_on: str
    refused: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Proven:
    """links: name, party, state and sentence of each link of the chain, none where no holder answered at all.

    broken: the first that is, or None.
    """

    holds: bool
    links: tuple[dict[str, Any], ...]
    broken: dict[str, Any] | None
    receipts: tuple[Receipt, ...]
    size: int


def evidence_bytes(settings: Settings, score_id: str) -> bytes:
    """The file of one score. Raises ScoreUnknown."""
    from shuxin.portal.node_evidence import evidence_file  # noqa: PLC0415 - heavy

    return bytes(evidence_file(settings, score_id))


def trust_bytes(settings: Settings, score_id: str) -> bytes:
    """Whom this bank trusts about it. Raises ScoreUnknown."""
    from shuxin.portal.node_evidence import trust_file  # noqa: PLC0415 - heavy

    return bytes(trust_file(settings, score_id))


def proven(settings: Settings, score_id: str, *, data: bytes, names: Mapping[str, str]) -> Proven:
    """Check its evidence file ``data`` as a stranger would, with this bank's trust. Raises ScoreUnknown."""
    receipts = tuple(_receipts(json.loads(data), names))
    if not receipts:  # nobody answered: there is nothing of anybody else to check
        return Proven(holds=False, links=(), broken=None, receipts=(), size=len(data))
    return _checked(data, trust_bytes(settings, score_id), names=names, receipts=receipts)


def decision_bytes(settings: Settings, digest: str) -> tuple[bytes, bytes]:
    """Evidence file and trust file of a local decision."""
    from shuxin.portal.decision_evidence import (  # noqa: PLC0415 - heavy
        decision_evidence,
        decision_trust,
    )

    return decision_evidence(settings, digest), decision_trust(settings)


def decision_proven(settings: Settings, digest: str) -> Proven:
    """The same of a local decision: basis, use, model, rules, decision."""
    data, trust = decision_bytes(settings, digest)
    return _checked(data, trust, names={}, receipts=())


def strategy_bytes(settings: Settings, digest: str) -> tuple[bytes, bytes]:
    """Evidence file and trust file of a decision by a strategy."""
    from shuxin.portal.strategy_evidence import (  # noqa: PLC0415 - heavy
        strategy_evidence,
        strategy_trust,
    )

    return strategy_evidence(settings, digest), strategy_trust(settings, digest)


def strategy_proven(settings: Settings, digest: str) -> Proven:
    """The same of a decision by a strategy: grounds, uses, scores, models, record, and the decision computed anew."""
    from shuxin.lending.api import verify_strategy_evidence  # noqa: PLC0415 - heavy
    from shuxin.verification.api import read_trust  # noqa: PLC0415 - beside its use

    data, trust = strategy_bytes(settings, digest)
    findings = verify_strategy_evidence(data, trust=read_trust(trust), now=now_in_china())
    return _told(findings, len(data), names={}, receipts=())


def _checked(
    data: bytes, trust: bytes, *, names: Mapping[str, str], receipts: tuple[Receipt, ...]
) -> Proven:
    from shuxin.federation.api import verify_evidence  # noqa: PLC0415 - heavy
    from shuxin.verification.api import read_trust  # noqa: PLC0415 - beside its use

    findings = verify_evidence(data, trust=read_trust(trust), now=now_in_china())
    return _told(findings, len(data), names=names, receipts=receipts)


def _told(
    findings: Findings, size: int, *, names: Mapping[str, str], receipts: tuple[Receipt, ...]
) -> Proven:
    links = tuple(_link(one, names) for one in findings.links)
    broken = next((one for one in links if one["state"] is _STATES["broken"]), None)
    return Proven(findings.holds, links, broken, receipts, size)


def authorisation_facts(
    settings: Settings, found: Proven, *, language: Language
) -> list[dict[str, Any]]:
    """The authorisations that this score used, with the words that the firm signed and the uses that are left.

    By the holders' receipts; of one that is no longer kept here nothing is shown.
    """
    kept = {one.terms.auth_id: one for one in grants_here(settings, now_in_china())}
    facts = []
    for one in found.receipts:
        grant = kept.get(one.rests_on)
        if grant is None or one.nth is None:
            continue
        facts.append(
            {
                "holders": one.holder,
                "state": State(grant.state.text, tone_of(grant.state.value)),
                "until": grant.terms.valid_to,
                "uses": grant.terms.max_uses,
                "nth": one.nth,
                "left": max(0, grant.terms.max_uses - one.nth),
                "words": wording(grant.terms, language=language),
            }
        )
    return facts


def _link(one: Any, names: Mapping[str, str]) -> dict[str, Any]:
    from shuxin.federation.api import NAMES  # noqa: PLC0415 - heavy

    return {
        "name": NAMES[one.name],
        "party": names.get(one.party, one.party),
        "state": _STATES[one.state.value],
        "sentence": one.sentence,
    }


def _receipts(parts: dict[str, Any], names: Mapping[str, str]) -> Iterator[Receipt]:
    """Of every question, out of our own file."""
    for question in parts["questions"]:
        for answer in question["answers"]:
            receipt = answer["receipt"]
            if receipt is None:
                continue
            use = receipt["use"] or {}
            content = use.get("content", {})
            yield Receipt(
                holder=names.get(answer["holder"], answer["holder"]),
                entry=receipt["entry"]["index"],
                size=int(receipt["checkpoint"].split("\n")[1]),
                use=use.get("index"),
                nth=content.get("nth"),
                rests_on=str(content.get("rests_on", "")),
                refused=tuple(map(_reason, receipt["leaf"].get("refused", ()))),
            )


def _reason(code: str) -> Text:
    """A code of this version in words, another one as it is."""
    return Reason(code).text if code in set(Reason) else Text(en=code, zh=code)
