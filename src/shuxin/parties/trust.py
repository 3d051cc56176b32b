"""The holder's trust anchors: a file of its own home, changed by two people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.parties import four_eyes
from shuxin.parties.domain.anchors import TrustAnchors
from shuxin.parties.four_eyes import Step
from shuxin.parties.journal import noted
from shuxin.parties.trust_file import read_trust, write_trust

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    from shuxin.parties.domain.anchors import Attester, Pinned
    from shuxin.parties.domain.statements import Method
    from shuxin.parties.journal import Journal


class AnchorMissing(NotFound):
    code = "trust_anchor_missing"
    what = Text(en="no anchor has this key", zh="没有使用该密钥的信任锚")
    mend = Text(en="'shuxin trust list' shows the anchors", zh="用“shuxin trust list”查看信任锚")


def add_attester(
    attester: Attester, *, home: Path, by: str, journal: Journal, now: dt.datetime
) -> Step:
    """Raises SamePerson."""

    def alter(held: TrustAnchors) -> TrustAnchors:
        others = tuple(one for one in held.attesters if one.public != attester.public)
        return replace(held, attesters=(*others, attester))

    return _change(alter, home=home, by=by, journal=journal, now=now)


def pin_key(pinned: Pinned, *, home: Path, by: str, journal: Journal, now: dt.datetime) -> Step:
    """Raises SamePerson."""

    def alter(held: TrustAnchors) -> TrustAnchors:
        others = tuple(one for one in held.pinned if one.public != pinned.public)
        return replace(held, pinned=(*others, pinned))

    return _change(alter, home=home, by=by, journal=journal, now=now)


def accept_method(
    method: Method, *, home: Path, by: str, journal: Journal, now: dt.datetime
) -> Step:
    """Raises SamePerson."""

    def alter(held: TrustAnchors) -> TrustAnchors:
        return replace(held, methods=held.methods | {method})

    return _change(alter, home=home, by=by, journal=journal, now=now)


def remove_anchor(key_id: str, *, home: Path, by: str, journal: Journal, now: dt.datetime) -> Step:
    """Take an anchor out; what it alone vouched for counts no longer. Raises AnchorMissing, SamePerson."""

    def alter(held: TrustAnchors) -> TrustAnchors:
        changed = replace(
            held,
            attesters=tuple(one for one in held.attesters if one.public.key_id != key_id),
            pinned=tuple(one for one in held.pinned if one.public.key_id != key_id),
        )
        if changed == held:
            raise AnchorMissing
        return changed

    return _change(alter, home=home, by=by, journal=journal, now=now)


def agree_to_anchors(
    stated: str, *, home: Path, by: str, journal: Journal, now: dt.datetime
) -> Step:
    """The second person states the whole result that the first one stated.

    Raises SamePerson, PartyStatementUnreadable.
    """
    anchors = TrustAnchors.parse(stated.encode())
    return _change(lambda _: anchors, home=home, by=by, journal=journal, now=now)


def _change(
    alter: Callable[[TrustAnchors], TrustAnchors],
    *,
    home: Path,
    by: str,
    journal: Journal,
    now: dt.datetime,
) -> Step:
    """Both people state the whole result, so the second one approves just what the file will say.

    Written last, before the commit: a failure leaves the old file and no approval.
    """
    with transaction.atomic():
        changed = alter(read_trust(home))
        act = {"anchors": changed.dump().decode()}
        step = four_eyes.state_act("trust", act, by=by, journal=journal, now=now)
        if step is Step.DONE:
            facts: dict[str, str | int] = {
                "attesters": len(changed.attesters),
                "pinned": len(changed.pinned),
            }
            journal(noted("trust-changed", by=by, now=now, facts=facts))
            write_trust(changed, home=home)
    return step
