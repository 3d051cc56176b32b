"""``shuxin decide`` and ``shuxin replay``."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.errors import Conflict, InvalidInput, NotFound
from shuxin.kernel.money import Unit, amount_with_unit, parse_amount_fen
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, permit_for_all, permits_for, start
from shuxin.portal.commands.import_folder import FolderMissing
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse
    import datetime as dt
    from collections.abc import Sequence

    from shuxin.fusion.api import Wish
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.scoring.api import (
        Allocation,
        Batch,
        Decision,
        Evidence,
        LendingPolicy,
        Request,
        TracedReason,
    )

_OUTCOMES = {
    "approve": Text(en="approve", zh="通过"),
    "refer": Text(en="to a person", zh="转人工"),
    "decline": Text(en="decline", zh="拒绝"),
}
_HEAD = Text(
    en="enterprise|outcome|limit|rate|points|PD|why|rows behind",
    zh="企业|结论|额度|年利率|评分|违约概率|原因|涉及行数",
)
_UNKNOWN = Text(
    en="line {line}: no enterprise here, or several, are called so; left out",
    zh="第 {line} 行：无此企业或名称对应多家企业，未处理",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SHOWN = 20
_CAUTION = Text(en="note: {caution}", zh="提示：{caution}")
_MORE = Text(
    en="... and {count:,} more; --out writes all of them with every reason",
    zh="……另有 {count:,} 家；用 --out 输出全部决策与原因",
)
_TWICE = Text(
    en="line {line}: the same enterprise as line {first}; the first counts",
    zh="第 {line} 行：与第 {first} 行为同一企业，以先者为准",
)
_SUMMARY = Text(
    en="{count:,} applicants as of {as_of}: {outcomes}. Offered {used} at a mean rate of {rate:.2%}; expected profit"
    " {profit}, expected loss {loss}",
    zh="{count:,} 个申请人，特征截止 {as_of}:{outcomes}。授信合计 {used}，平均年利率 {rate:.2%}；"
    "预期利润 {profit}，预期损失 {loss}",
)
_BUDGET = Text(
    en="budget {budget}: no allocation can earn more than {bound}; gap {gap:.4%}",
    zh="预算 {budget}：任何分配的预期利润不超过 {bound}；差距 {gap:.4%}",
)
_COMPARED = Text(
    en="allocation|borrowers|lent|expected profit|less than the optimum",
    zh="分配方式|户数|授信合计|预期利润|低于最优",
)
_WAYS = (
    Text(en="optimal", zh="最优"),
    Text(en="equal limits", zh="等额"),
    Text(en="in proportion to sales", zh="按销售额比例"),
)
_FILES = Text(
    en="decisions.json, decisions.csv and {count} evidence files in {folder}",
    zh="decisions.json、decisions.csv 及 {count} 个证据文件位于 {folder}",
)
_REPLAYED = Text(
    en="{file}: {entity} as of {as_of}: computed anew, identical: {outcome}, {limit}",
    zh="{file}:{entity}，截止 {as_of}：重新计算一致：{outcome}，{limit}",
)
_INPUTS = Text(
    en="stated inputs: loss given default {lgd:.0%}, funding {funding:.2%} a year, cost of a loan {cost}, term {term}"
    " months; policy {digest}",
    zh="给定参数：违约损失率 {lgd:.0%}，资金成本年化 {funding:.2%}，单笔成本 {cost}，期限 {term} 个月；政策 {digest}",
)
_CSV = ("entity", "outcome", "limit_yuan", "rate", "points", "pd", "rating_a", "rating_b", "rating_c", "rating_d",
        "limit_bound_by", "expected_profit_yuan", "gates", "reason_1", "reason_2", "reason_3", "reason_4",
        "evidence_sha256")  # fmt: skip


_KEPT_HERE = Text(en="  decided here at {at}", zh="  本安装于 {at} 作出该决策")
_NOT_OURS = Text(
    en="  not kept in this installation: the file is consistent, who made it is not proven",
    zh="  本安装无此决策记录：文件自洽，但无法证明由谁作出",
)


class WhoOrFile(InvalidInput):
    code = "who_or_file"
    what = Text(en="say whom to decide on", zh="请指明决策对象")
    mend = Text(
        en="Give a code, number or name, or --file with a table of applicants, not both",
        zh="请给出代码、编号或名称，或用 --file 指定申请人表，二者选一",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    if options.command == "replay":
        return _replay(options.files, language)
    if bool(options.who) == bool(options.file):
        raise WhoOrFile
    from shuxin.infra.api import now_in_china

    wishes = _wishes(options)
    stated = options.budget
    budget = None if stated is None else parse_amount_fen(stated, unit=Unit.YUAN)
    decide_on(
        wishes,
        as_of=options.as_of or now_in_china().date(),
        budget_fen=budget,
        policy=_policy(options.policy),
        model=options.model,
        out=Path(options.out) if options.out else None,
        settings=settings,
        language=language,
    )
    return 0


def _wishes(options: argparse.Namespace) -> list[Wish]:
    from shuxin.fusion.api import Wish, read_wishes

    if options.who:
        return [Wish(0, options.who, None)]
    if not Path(options.file).is_file():
        raise FolderMissing(folder=options.file)
    return read_wishes(Path(options.file))


def _policy(file: str | None) -> LendingPolicy:
    from shuxin.scoring.api import LendingPolicy, read_policy

    if not file:
        return LendingPolicy()
    if not Path(file).is_file():
        raise FolderMissing(folder=file)
    return read_policy(Path(file).read_bytes(), file=file)


def decide_on(
    wishes: Sequence[Wish],
    *,
    as_of: dt.date,
    budget_fen: int | None,
    policy: LendingPolicy,
    model: str,
    out: Path | None,
    settings: Settings,
    language: Language,
) -> Batch:
    """Decide, show, and write files if wanted."""
    from shuxin.infra.api import now_in_china
    from shuxin.scoring.api import decide, last_evaluation, model_in_use, traced

    now = now_in_china()
    requests = _requests(wishes, language=language)
    bundle = model_in_use(model)
    batch = decide(
        requests,
        as_of=as_of,
        budget_fen=budget_fen,
        bundle=bundle,
        policy=policy,
        by=operator(),
        settings=settings,
        now=now,
    )
    permits = [request.permit for request in requests]
    reasons = traced(batch.decisions, permits=permits, settings=settings, now=now)
    _, cautions = last_evaluation(bundle.digest)
    _show(batch, reasons, as_of, cautions, language)
    if out is not None:
        _write(batch, reasons, out)
        say(_FILES, language, count=len(batch.decisions), folder=out)
    return batch


def _requests(wishes: Sequence[Wish], *, language: Language) -> list[Request]:
    """A recorded permit for each applicant; a line that names nobody, or somebody again, is told of and left out."""
    from shuxin.fusion.api import find_entity
    from shuxin.infra.api import now_in_china
    from shuxin.scoring.api import Request

    now = now_in_china()
    search = permit_for_all(Purpose.CREDIT_DECISION, now=now)
    wanted: list[tuple[str, int | None]] = []
    seen: dict[str, int] = {}
    for wish in wishes:
        try:
            entity = find_entity(wish.who, permit=search)
        except (NotFound, Conflict):
            if wish.line == 0:
                raise
            say(_UNKNOWN, language, line=wish.line)
            continue
        if entity in seen:
            say(_TWICE, language, line=wish.line, first=seen[entity])
            continue
        seen[entity] = wish.line
        wanted.append((entity, wish.requested_fen))
    entities = [entity for entity, _ in wanted]
    permits = permits_for(entities, purpose=Purpose.CREDIT_DECISION, now=now)
    pairs = zip(wanted, permits, strict=True)
    return [Request(entity, requested, permit) for (entity, requested), permit in pairs]


def _show(
    batch: Batch,
    reasons: Sequence[Sequence[TracedReason]],
    as_of: dt.date,
    cautions: Sequence[Text],
    language: Language,
) -> None:
    pairs = list(zip(batch.decisions, reasons, strict=True))
    whole = len(pairs) <= _SHOWN
    rows = [_line(decision, found, language, whole=whole) for decision, found in pairs[:_SHOWN]]
    show("", _HEAD.say(language).split("|"), rows, right=(2, 3, 4, 5, 7))
    if not whole:
        say(_MORE, language, count=len(pairs) - _SHOWN)
    counted = Counter(str(decision.outcome) for decision in batch.decisions)
    said = ", ".join(f"{_OUTCOMES[o].say(language)} {n:,}" for o, n in sorted(counted.items()))
    lent = sum(d.limit_fen for d in batch.decisions)
    interest = sum((d.rate_bp or 0) * d.limit_fen for d in batch.decisions)
    say(
        _SUMMARY,
        language,
        count=len(batch.decisions),
        as_of=as_of,
        outcomes=said,
        used=_money(lent),
        rate=interest / lent / 10_000 if lent else 0.0,
        profit=_money(sum(d.expected_profit_fen for d in batch.decisions)),
        loss=_money(sum(d.expected_loss_fen for d in batch.decisions)),
    )
    policy = batch.policy
    say(
        _INPUTS,
        language,
        lgd=policy.lgd,
        funding=policy.funding_rate,
        cost=amount_with_unit(policy.fen(policy.cost_yuan), unit=Unit.YUAN),
        term=policy.term_months,
        digest=policy.hash[:16],
    )
    _show_allocation(batch, language)
    for caution in cautions:
        say(_CAUTION, language, caution=caution.say(language))


def _show_allocation(batch: Batch, language: Language) -> None:
    best = batch.allocation
    if best is None or batch.equal is None or batch.proportional is None:
        return
    budget = batch.budget_fen or 0
    facts = {"budget": _money(budget), "bound": _money(round(best.bound_fen or 0))}
    say(_BUDGET, language, **facts, gap=best.gap or 0.0)
    ways = (best, batch.equal, batch.proportional)
    rows = [_way(name, way, best, language) for name, way in zip(_WAYS, ways, strict=True)]
    show("", _COMPARED.say(language).split("|"), rows, right=(1, 2, 3, 4))


def _way(
    name: Text, way: Allocation, best: Allocation, language: Language
) -> tuple[str, int, str, str, str]:
    borrowers = sum(1 for limit in way.limits_fen.values() if limit)
    less = max(1 - way.profit_fen / best.profit_fen, 0.0) if best.profit_fen else 0.0
    return (
        name.say(language),
        borrowers,
        _money(way.used_fen),
        _money(round(way.profit_fen)),
        f"{less:.1%}",
    )


def _line(
    decision: Decision, reasons: Sequence[TracedReason], language: Language, *, whole: bool
) -> tuple[str, ...]:
    """``whole``: with every reason, else the first alone."""
    known = decision.assessment
    why = [gate.text.say(language) for gate in decision.gates]
    why += [found.reason.text.say(language) for found in reasons]
    why = why if whole else why[:1]
    approved = bool(decision.limit_fen)
    return (
        known.applicant.entity,
        _OUTCOMES[str(decision.outcome)].say(language),
        _money(decision.limit_fen) if approved else "-",
        f"{(decision.rate_bp or 0) / 100:.2f}%" if approved else "-",
        str(known.scored.points),
        f"{known.pd:.1%}",
        "; ".join(why),
        f"{sum(found.count for found in reasons):,}",
    )


def _money(fen: int) -> str:
    return amount_with_unit(fen, unit=Unit.TEN_THOUSAND_YUAN, places=1)


def _write(batch: Batch, reasons: Sequence[Sequence[TracedReason]], folder: Path) -> None:
    from shuxin.scoring.api import decision_json

    evidence_folder = folder / "evidence"
    for place in (folder, evidence_folder):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    triples = list(zip(batch.decisions, reasons, batch.evidences, strict=True))
    found = [decision_json(d, r, digest=e.digest) for d, r, e in triples]
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (folder / "decisions.json").write_text(text + "\n", encoding="utf-8")
    with (folder / "decisions.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_CSV)
        writer.writerows(map(_harmless, (_csv_row(*triple) for triple in triples)))
    for evidence in batch.evidences:
        (evidence_folder / f"{evidence.digest}.json").write_bytes(evidence.content)


def _harmless(row: list[object]) -> list[object]:
    """Text that a spreadsheet would take for a formula stands behind an apostrophe."""
    return [f"'{c}" if isinstance(c, str) and c.startswith(_FORMULA) else c for c in row]


def _csv_row(
    decision: Decision, reasons: Sequence[TracedReason], evidence: Evidence
) -> list[object]:
    known = decision.assessment
    texts = [found.reason.text.zh for found in reasons]
    return [
        known.applicant.entity,
        str(decision.outcome),
        decision.limit_fen // 100,
        (decision.rate_bp or 0) / 10_000,
        known.scored.points,
        round(known.pd, 6),
        *(round(p, 6) for p in known.ratings),
        known.limit.bound_by.code,
        decision.expected_profit_fen / 100,
        " ".join(gate.code for gate in decision.gates),
        *(texts + [""] * 4)[:4],
        evidence.digest,
    ]


def _replay(files: Sequence[str], language: Language) -> int:
    from shuxin.scoring.api import decision_kept_at, replay

    for name in files:
        file = Path(name)
        if not file.is_file():
            raise FolderMissing(folder=name)
        content = file.read_bytes()
        decision = replay(content)
        outcome = _OUTCOMES[str(decision.outcome)].say(language)
        given = decision.assessment.applicant
        facts = {"file": file.name, "entity": given.entity, "as_of": given.as_of}
        say(_REPLAYED, language, **facts, outcome=outcome, limit=_money(decision.limit_fen))
        kept = decision_kept_at(json.loads(content)["sha256"])
        say(_KEPT_HERE if kept else _NOT_OURS, language, at=china_time(kept) if kept else "")
    return 0
