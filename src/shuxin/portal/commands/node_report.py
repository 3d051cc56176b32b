"""``shuxin node result JOB --report``: how a joint card came about, at the label party."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import write_whole
from shuxin.kernel.text import Text
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shuxin.federation.api import (
        CardReport,
        ReportAlone,
        ReportColumn,
        ReportDrop,
        ReportTable,
    )
    from shuxin.kernel.text import Language

    Names = Mapping[str, str]

_HEAD = Text(
    en="card '{model}' from {rows} common firms, {bads} of them bad; hash {card}",
    zh="评分卡“{model}”：共同样本 {rows} 个，其中坏样本 {bads} 个；哈希 {card}",
)
_TABLES = Text(en="party|feature|bins|IV|in the card", zh="参与方|特征|分箱数|IV|是否入模")
_BINS = Text(en="party|feature|bin|goods|bads|WOE", zh="参与方|特征|分箱|好样本|坏样本|WOE")
_DROPS = Text(en="party|feature left out|because", zh="参与方|剔除的特征|原因")
_FIT = Text(
    en="fit {number} of {count}: {iterations} iterations", zh="第 {number}/{count} 次拟合：迭代 {iterations} 步"
)  # fmt: skip
_COLUMNS = Text(en="party|feature|coefficient|standard error", zh="参与方|特征|系数|标准误")
_INTERCEPT = Text(en="intercept", zh="截距")
_YES, _NO = Text(en="yes", zh="是"), Text(en="no", zh="否")
_WITHHELD = Text(en="withheld", zh="不提供")
_OWN = Text(
    en="AUC on these firms of this party's own points in the card: {auc:.4f} (of the total nobody knows it)",
    zh="评分卡中本方分值在上述样本的 AUC:{auc:.4f}（总分的 AUC 各方均不掌握）",
)
_ALONE = Text(
    en="this party alone, from its own features by the same rules: AUC {auc:.4f}; hash {card}",
    zh="仅用本方特征、按相同规则建卡：AUC {auc:.4f}；哈希 {card}",
)
_NO_CARD = Text(en="this party alone makes no card: {why}", zh="仅用本方特征不能建卡：{why}")
_WRITTEN = Text(
    en="{file}: the report as JSON; its counts are of all parties and stay here",
    zh="{file}:JSON 格式报告；含各方计数，不得外传",
)


def show_report(folder: Path, out: str | None, *, names: Names, language: Language) -> None:
    """With ``out`` the report is written there instead, as it is. Raises ReportMissing, ReportUnreadable."""
    from shuxin.federation.api import read_card_report

    found = read_card_report(folder)
    if out:
        write_whole(Path(out), (folder / "report").read_bytes())
        say(_WRITTEN, language, file=out)
        return
    facts = {"model": found.model, "rows": f"{found.rows:,}", "bads": f"{found.bads:,}"}
    say(_HEAD, language, **facts, card=found.card)
    kept = {(one.party, one.name) for one in found.fits[-1].columns}
    tables = [
        (
            names.get(one.party, one.party),
            one.name,
            len(one.woe_hundredths),
            _WITHHELD.say(language) if one.iv is None else _number(one.iv),
            (_YES if (one.party, one.name) in kept else _NO).say(language),
        )
        for one in found.tables
    ]
    show("", _TABLES.say(language).split("|"), tables, right=(2, 3))
    bins = [row for one in found.tables for row in _bins(one, names, language)]
    show("", _BINS.say(language).split("|"), bins, right=(2, 3, 4, 5))
    _drops(found.dropped, names, language)
    _fits(found, names, language)
    say(_OWN, language, auc=found.own_auc)
    if found.alone is not None:
        _alone(found.alone, names, language)


def _bins(table: ReportTable, names: Names, language: Language) -> Iterator[tuple[object, ...]]:
    """Numbered from 1, the last one of missing values: edges stay with their party."""
    hidden = _WITHHELD.say(language)
    counts = zip(table.good, table.bad, table.woe_hundredths, strict=True)
    for nth, (good, bad, woe) in enumerate(counts, start=1):
        told = [hidden if one is None else one for one in (good, bad)]
        yield names.get(table.party, table.party), table.name, nth, *told, f"{woe / 100:.2f}"


def _drops(drops: Sequence[ReportDrop], names: Names, language: Language) -> None:
    if drops:
        rows = [(names.get(one.party, one.party), one.name, one.say(language)) for one in drops]
        show("", _DROPS.say(language).split("|"), rows)


def _fits(found: CardReport, names: Names, language: Language) -> None:
    count = len(found.fits)
    for number, fit in enumerate(found.fits, start=1):
        say(_FIT, language, number=number, count=count, iterations=fit.iterations)
        _columns((fit.intercept, fit.intercept_error), fit.columns, names, language)


def _columns(
    intercept: tuple[float | None, float | None],
    columns: Sequence[ReportColumn],
    names: Names,
    language: Language,
) -> None:
    first = ("", _INTERCEPT.say(language), *map(_number, intercept))
    rows = [
        (
            names.get(one.party, one.party),
            one.name,
            _number(one.coefficient),
            _number(one.error),
        )
        for one in columns
    ]
    show("", _COLUMNS.say(language).split("|"), [first, *rows], right=(2, 3))


def _alone(alone: ReportAlone, names: Names, language: Language) -> None:
    if alone.none is not None:
        say(_NO_CARD, language, why=alone.none)
    else:
        say(_ALONE, language, auc=alone.auc or 0.0, card=alone.card)
        _columns((alone.intercept, alone.intercept_error), alone.columns, names, language)
    _drops(alone.dropped, names, language)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
