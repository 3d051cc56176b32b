"""From draft to use (策略管理): drafts, back-tests, two people, publication, champion and challenger, roll back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text
from shuxin.lending.decisions import keep_strategy
from shuxin.lending.running import (
    StrategyUnknown,
    newest,
    retire_idle,
    run_from_now,
    runs_of,
    strategy_kept,
)
from shuxin.lending.strategy.cascade import CHALLENGER, CHAMPION, SHADOW
from shuxin.lending.strategy.checks import require_no_findings
from shuxin.lending.strategy.document import BP, Strategy
from shuxin.lending.strategy.lives import STRATEGY
from shuxin.lending.strategy.scoring import kept_models
from shuxin.lending.strategy_models import BackTestRow, StrategyRow
from shuxin.market.api import begin, new_key, take_step
from shuxin.parties.api import SamePerson, state_act, waiting_acts
from shuxin.parties.api import Step as Agreed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from shuxin.lending.strategy.backtest import BackTest
    from shuxin.lending.strategy.scoring import Models
    from shuxin.market.api import Doer

ACT = "strategy"


class BackTestMissing(Conflict):
    code = "back_test_missing"
    what = Text(
        en="this strategy has not been tried on history as it stands now",
        zh="该策略当前内容尚未回测",
    )
    mend = Text(en="Run the back-test, then ask again", zh="请先完成回测再提交")


class ShareImpossible(InvalidInput):
    code = "challenger_share_impossible"
    what = Text(
        en="a challenger takes between 1 and 5000 of 10,000 firms, and needs a champion; a shadow takes none",
        zh="挑战者策略的分流比例须为万分之 1 至 5000，且须已有冠军策略；影子策略不分流",
    )
    mend = Text(
        en="Give another share, or publish a champion first", zh="请调整比例，或先发布冠军策略"
    )


class ApprovalWaits(Conflict):
    code = "strategy_approval_waits"
    what = Text(en="another person approved it already", zh="已由另一人审核")
    mend = Text(en="You are the second person: publish it", zh="您是复核人，请直接复核发布")


class ApprovalLapsed(Conflict):
    code = "strategy_approval_lapsed"
    what = Text(
        en="nobody else approved just this, in this role, in the last seven days",
        zh="七日内没有其他人审核过相同内容及用途",
    )
    mend = Text(
        en="Let one person approve it and another publish it", zh="请由一人审核、另一人复核发布"
    )


class StrategyEdited(Conflict):
    code = "strategy_edited_meanwhile"
    what = Text(
        en="somebody else changed this strategy after you opened it; nothing of yours was saved",
        zh="您打开之后，该策略已被其他人修改；您的修改尚未保存",
    )
    mend = Text(
        en="Look at what stands there now, then save yours again or leave it",
        zh="请先查看当前内容，再决定重新保存或放弃",
    )


@dataclass(frozen=True, slots=True)
class StrategyView:
    """One version. ``runs_for``: (kind of product, role, share_bp) where it decides now."""

    key: str
    party: str
    line: str
    number: int
    name: str
    digest: str
    state: str
    version: int
    back_test: str
    made_by: str
    made_at: dt.datetime
    changed_at: dt.datetime
    runs_for: tuple[tuple[str, str, int], ...]


def draft_strategy(strategy: Strategy, *, doer: Doer, now: dt.datetime, request_id: str) -> str:
    """A new version of its line; the same request again is the same draft. Returns its key."""
    known = StrategyRow.objects.filter(request_id=request_id).first()
    if known is not None:
        return str(known.key)
    keep_strategy(strategy, now=now)
    mine = StrategyRow.objects.filter(party=doer.party, line=strategy.id)
    last = mine.aggregate(last=Max("number"))["last"] or 0
    row = StrategyRow(
        key=new_key(),
        party=doer.party,
        line=strategy.id,
        number=last + 1,
        name=strategy.name,
        digest=strategy.digest,
        made_by=doer.by[:200],
        made_at=now,
        request_id=request_id,
    )
    try:
        begin(row, machine=STRATEGY, doer=doer, now=now)
    except IntegrityError:
        known = StrategyRow.objects.filter(request_id=request_id).first()
        if known is None:
            raise
        return str(known.key)
    return str(row.key)


def edit_strategy(key: str, strategy: Strategy, *, seen: str, doer: Doer, now: dt.datetime) -> None:
    """Another content: its back-test and approval no longer count.

    seen: digest of the content that the editor began with; of two who began with the same, the second is refused.
    Raises StrategyUnknown, StrategyEdited, StepImpossible, StepOvertaken.
    """
    row = _row(key, party=doer.party)
    if strategy.id != row.line:
        raise StrategyUnknown
    if seen != row.digest:
        raise StrategyEdited
    keep_strategy(strategy, now=now)
    changes = {"digest": strategy.digest, "name": strategy.name, "back_test": ""}
    take_step(row, "edit", machine=STRATEGY, doer=doer, now=now, evidence=strategy.digest, changes=changes)  # fmt: skip


def drop_strategy(key: str, *, doer: Doer, now: dt.datetime, reason: str = "") -> None:
    """A draft that is not wanted. Raises StrategyUnknown, StepImpossible."""
    take_step(_row(key, party=doer.party), "drop", machine=STRATEGY, doer=doer, now=now, reason=reason)  # fmt: skip


def keep_back_test(key: str, report: BackTest, *, doer: Doer, now: dt.datetime) -> str:
    """Keep the report with the draft; its digest is returned. Raises BackTestMissing when it is of another content."""
    row = _row(key, party=doer.party)
    if report.strategy != row.digest or not report.cases:
        raise BackTestMissing
    digest = report.digest
    with transaction.atomic():
        BackTestRow.objects.get_or_create(
            digest=digest,
            defaults={
                "strategy": report.strategy,
                "content": report.content.decode(),
                "by": doer.by[:200],
                "at": now,
            },
        )
        changes = {"back_test": digest}
        take_step(
            row, "test", machine=STRATEGY, doer=doer, now=now, evidence=digest, changes=changes
        )
    return digest


def back_test_report(digest: str) -> dict[str, Any]:
    """As JSON. Raises BackTestMissing."""
    row = BackTestRow.objects.filter(digest=digest).first()
    if row is None:
        raise BackTestMissing
    found: dict[str, Any] = json.loads(row.content)
    return found


def approve_strategy(
    key: str,
    *,
    doer: Doer,
    now: dt.datetime,
    role: str = CHAMPION,
    share_bp: int = 0,
    models: Models = kept_models,
) -> None:
    """The first of two people: this content, on this back-test, in this role.

    Raises StrategyUnknown, StrategyHasFaults, BackTestMissing, ShareImpossible, StepImpossible; ApprovalWaits where
    another person approved it before, SamePerson where the same one did.
    """
    row = _row(key, party=doer.party)
    strategy, act = _ready(row, role, share_bp, models), _act(row, role, share_bp)
    STRATEGY.after(row.state, "approve", actor=doer.actor)
    if _others_said(act, doer=doer, now=now):
        raise ApprovalWaits
    with transaction.atomic():
        take_step(row, "approve", machine=STRATEGY, doer=doer, now=now, evidence=strategy.digest)
        if state_act(ACT, act, by=doer.by, journal=doer.journal, now=now) is Agreed.DONE:
            raise ApprovalWaits


def publish_strategy(
    key: str,
    *,
    doer: Doer,
    now: dt.datetime,
    role: str = CHAMPION,
    share_bp: int = 0,
    models: Models = kept_models,
) -> None:
    """The second person says the same, and it decides from now on; the champion before it is retired.

    Raises as ``approve_strategy``; ApprovalLapsed where the first word was for something else, or too long ago.
    """
    row = _row(key, party=doer.party)
    strategy, act = _ready(row, role, share_bp, models), _act(row, role, share_bp)
    STRATEGY.after(row.state, "publish", actor=doer.actor)
    if not _others_said(act, doer=doer, now=now):
        raise ApprovalLapsed
    with transaction.atomic():
        take_step(row, "publish", machine=STRATEGY, doer=doer, now=now, evidence=strategy.digest)
        if state_act(ACT, act, by=doer.by, journal=doer.journal, now=now) is not Agreed.DONE:
            raise ApprovalLapsed
        for kind in strategy.product_kinds:
            before = newest(doer.party, kind.value)
            run_from_now(before, kind.value, strategy.digest, role, share_bp, doer=doer, now=now)
        retire_idle(doer=doer, now=now)


def strategies(*, party: str) -> list[StrategyView]:
    """All versions of this lender, the newest first."""
    runs = runs_of(party)
    rows = StrategyRow.objects.filter(party=party).order_by("-made_at", "-pk")
    return [_view(row, runs) for row in rows]


def strategy_view(key: str, *, party: str) -> StrategyView:
    """Raises StrategyUnknown."""
    return _view(_row(key, party=party), runs_of(party))


def _ready(row: StrategyRow, role: str, share_bp: int, models: Models) -> Strategy:
    strategy = strategy_kept(row.digest)
    require_no_findings(strategy, models=models)
    kept = BackTestRow.objects.filter(digest=row.back_test, strategy=row.digest)
    if not row.back_test or not kept.exists():
        raise BackTestMissing
    _require_share(strategy, row.party, role, share_bp)
    return strategy


def _require_share(strategy: Strategy, party: str, role: str, share_bp: int) -> None:
    fits = 0 < share_bp <= BP // 2 if role == CHALLENGER else share_bp == 0
    if role not in {CHAMPION, CHALLENGER, SHADOW} or not fits:
        raise ShareImpossible
    if role != CHAMPION:
        for kind in strategy.product_kinds:
            now_running = newest(party, kind.value)
            if now_running is None or not now_running.champion:
                raise ShareImpossible


def _others_said(act: dict[str, Any], *, doer: Doer, now: dt.datetime) -> bool:
    """Whether another person stated just this; looked at before anything is logged. Raises SamePerson."""
    said = {one.by for one in waiting_acts(now=now) if (one.kind, one.content) == (ACT, act)}
    if said == {doer.by}:
        raise SamePerson
    return bool(said)


def _act(row: StrategyRow, role: str, share_bp: int) -> dict[str, Any]:
    said = {"strategy": row.key, "digest": row.digest, "back_test": row.back_test}
    return said | {"role": role, "share_bp": share_bp}


def _row(key: str, *, party: str) -> StrategyRow:
    row: StrategyRow | None = StrategyRow.objects.filter(key=key, party=party).first()
    if row is None:
        raise StrategyUnknown
    return row


def _view(row: StrategyRow, runs: Iterable[tuple[str, tuple[str, str, int]]]) -> StrategyView:
    in_use = row.state == "published"
    return StrategyView(
        key=row.key,
        party=row.party,
        line=row.line,
        number=row.number,
        name=row.name,
        digest=row.digest,
        state=row.state,
        version=row.version,
        back_test=row.back_test,
        made_by=row.made_by,
        made_at=row.made_at,
        changed_at=row.changed_at,
        runs_for=tuple(run for digest, run in runs if in_use and digest == row.digest),
    )
