"""Which strategies decide now (在用策略): champion, challenger, shadows of each kind of product, and the way back."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import Conflict, NotFound
from shuxin.kernel.text import Text
from shuxin.lending.decisions import strategy_content
from shuxin.lending.strategy.assigning import Running
from shuxin.lending.strategy.cascade import CHALLENGER, CHAMPION, SHADOW
from shuxin.lending.strategy.document import BP, Strategy, read_strategy
from shuxin.lending.strategy.lives import STRATEGY
from shuxin.lending.strategy_models import RunningRow, StrategyRow
from shuxin.market.api import StepOvertaken, take_step

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shuxin.market.api import Doer

MOST_SHADOWS = 5


class StrategyUnknown(NotFound):
    code = "strategy_unknown"
    what = Text(en="there is no such strategy", zh="没有该策略")
    mend = Text(en="Open it from the list of strategies", zh="请从策略列表中打开")


class NothingToRollBack(Conflict):
    code = "nothing_to_roll_back"
    what = Text(en="no strategy ran before this one", zh="此前没有可恢复的策略")
    mend = Text(en="Publish another one", zh="请另行发布策略")


def running_strategy(product_kind: str, *, party: str) -> Running | None:
    """What decides this kind of product now; None where nothing does."""
    row = newest(party, product_kind)
    if row is None or not row.champion:
        return None
    return Running(
        kind=product_kind,
        champion=strategy_kept(row.champion),
        challenger=strategy_kept(row.challenger) if row.challenger else None,
        share_bp=row.share_bp,
        shadows=tuple(map(strategy_kept, row.shadows)),
    )


def strategy_kept(digest: str) -> Strategy:
    """Raises DecisionUnknown."""
    return _parsed(strategy_content(digest))


@lru_cache(maxsize=64)
def _parsed(content: bytes) -> Strategy:
    return read_strategy(content)


def roll_back(kind: str, *, doer: Doer, now: dt.datetime, reason: str, champion: str = "") -> str:
    """The champion that ran before decides again, at once, by one person. Returns its digest.

    champion: digest of the one that is to be left, "" for whichever decides now. Raises NothingToRollBack;
    StepOvertaken where another one decides by now.
    """
    with transaction.atomic():
        _hold(doer.party)
        ran = _ran(doer.party, kind)
        if champion and ran[-1:] != [champion]:
            raise StepOvertaken
        if len(ran) < 2:  # noqa: PLR2004 - the present one and one before
            raise NothingToRollBack
        earlier = ran[-2]
        _running_row(kind, event="roll_back", champion=earlier, doer=doer, now=now)
        back = _of_digest(doer.party, earlier)
        if back.state == "retired":
            take_step(back, "restore", machine=STRATEGY, doer=doer, now=now, reason=reason)
        retire_idle(doer=doer, now=now, reason=reason)
    return earlier


def end_challenge(kind: str, *, doer: Doer, now: dt.datetime) -> None:
    """The champion decides all again; challenger and shadows end. Raises NothingToRollBack."""
    with transaction.atomic():
        _hold(doer.party)
        before = newest(doer.party, kind)
        if before is None:
            raise NothingToRollBack
        _running_row(kind, event="end_challenge", champion=before.champion, doer=doer, now=now)
        retire_idle(doer=doer, now=now)


def _hold(party: str) -> None:
    """Within a transaction: nobody else ends what runs until it is over."""
    list(StrategyRow.objects.select_for_update().filter(party=party, state="published"))


def run_from_now(
    before: RunningRow | None,
    kind: str,
    digest: str,
    role: str,
    share_bp: int,
    *,
    doer: Doer,
    now: dt.datetime,
) -> None:
    """The new strategy takes its role beside what ran before."""
    champion, challenger, share, shadows = "", "", 0, list[str]()
    if before is not None:
        champion, challenger = before.champion, before.challenger
        share, shadows = before.share_bp, [one for one in before.shadows if one != digest]
    if role == CHAMPION:
        champion, challenger, share = digest, "", 0
    elif role == CHALLENGER:
        challenger, share = digest, share_bp
    else:
        shadows = [*shadows, digest][-MOST_SHADOWS:]
    _running_row(
        kind,
        event="publish",
        champion=champion,
        challenger=challenger,
        share_bp=share,
        shadows=shadows,
        doer=doer,
        now=now,
    )


def retire_idle(*, doer: Doer, now: dt.datetime, reason: str = "") -> None:
    """Whatever decides nothing any more is retired."""
    used = {digest for digest, _ in runs_of(doer.party)}
    for row in StrategyRow.objects.filter(party=doer.party, state="published"):
        if row.digest not in used:
            take_step(row, "retire", machine=STRATEGY, doer=doer, now=now, reason=reason)


def runs_of(party: str) -> list[tuple[str, tuple[str, str, int]]]:
    """(digest, (kind, role, share_bp)) of all that decides now."""
    kinds = RunningRow.objects.filter(party=party).values_list("kind", flat=True).distinct()
    found = []
    for kind in sorted(set(kinds)):
        row = newest(party, kind)
        if row is None:
            continue
        found.append((row.champion, (kind, CHAMPION, BP - row.share_bp)))
        if row.challenger:
            found.append((row.challenger, (kind, CHALLENGER, row.share_bp)))
        found += [(one, (kind, SHADOW, 0)) for one in row.shadows]
    return found


def newest(party: str, kind: str) -> RunningRow | None:
    """What counts for this kind of product now."""
    row: RunningRow | None = (
        RunningRow.objects.filter(party=party, kind=kind).order_by("-pk").first()
    )
    return row


def _ran(party: str, kind: str) -> list[str]:
    """Champions as they may be gone back to, the present one last; what was rolled back is not among them."""
    found: list[str] = []
    for row in RunningRow.objects.filter(party=party, kind=kind).order_by("pk"):
        if row.event == "roll_back":
            found.pop()
        elif row.champion and found[-1:] != [row.champion]:
            found.append(row.champion)
    return found


def _running_row(
    kind: str,
    *,
    event: str,
    champion: str,
    doer: Doer,
    now: dt.datetime,
    challenger: str = "",
    share_bp: int = 0,
    shadows: Sequence[str] = (),
) -> None:
    RunningRow.objects.create(
        party=doer.party,
        kind=kind,
        champion=champion,
        challenger=challenger,
        share_bp=share_bp,
        shadows=list(shadows),
        event=event,
        by=doer.by[:200],
        at=now,
    )


def _of_digest(party: str, digest: str) -> StrategyRow:
    rows = StrategyRow.objects.filter(
        party=party, digest=digest, state__in=("published", "retired")
    )
    row: StrategyRow | None = rows.order_by("-pk").first()
    if row is None:
        raise StrategyUnknown
    return row
