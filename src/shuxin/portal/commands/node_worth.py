"""``shuxin node worth | calibrate``: a joint card in service, measured on firms whose outcomes are known now."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from shuxin.infra.api import now_in_china, write_whole
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import start
from shuxin.portal.commands.import_folder import FolderMissing
from shuxin.portal.commands.node_jobs import job_named
from shuxin.portal.commands.node_service import say_because
from shuxin.portal.display import say, show, watched
from shuxin.portal.node_services import asking, names_of_parties

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from shuxin.federation.api import Answered, Asking, Batch, Gain, Measured, OwnPoints, Worth
    from shuxin.infra.api import Settings
    from shuxin.kernel.canonical import Json
    from shuxin.kernel.text import Language
    from shuxin.scoring.api import Interval

WORTH_FORMAT = "shuxin-joint-worth/1"
_COST = Text(
    en="{firms} firms, {bads} of them bad; this costs uses of the firms' authorisations, at most:",
    zh="企业 {firms} 家，其中坏 {bads} 家；将消耗企业授权的使用次数，至多：",
)
_COSTS = Text(en="holder|uses at most|without authorisation", zh="数据方|至多次数|无授权企业")
_TRAINED = Text(
    en="{count} of these firms are among those that the card was made from: on them it looks better than it is",
    zh="其中 {count} 家曾用于建模，在这些企业上的效果偏高",
)
_LEFT_OUT = Text(
    en="left out, for some holder did not answer: {count} of {firms}; measured on {rest}, {bads} of them bad",
    zh="因有数据方未应答而剔除 {count} 家（共 {firms} 家）；检验样本 {rest} 家，其中坏 {bads} 家",
)
_SILENCE = Text(
    en="holder|did not answer|does not have the firm (counted as missing)",
    zh="数据方|未应答|没有该企业（按缺失分计）",
)
_LIMIT = Text(
    en="limit: bad rate of the own card that accepts at least {share}, {bads} bad of {firms}; every way keeps to it",
    zh="坏账率上限：独立评分卡至少通过 {share} 时的水平，{firms} 家中坏 {bads} 家；各方式均不超过",
)
_WAYS = Text(
    en="way|AUC|KS|firms financed|bad among them|first loans",
    zh="方式|AUC|KS|可放款企业|其中坏|首贷企业",
)
_ALONE = Text(en="own card alone", zh="独立评分卡")
_JOINT = Text(en="joint card", zh="联合评分卡")
_WITHOUT = Text(en="joint without {names}", zh="联合，去除 {names}")
_GAINS = Text(
    en="the joint card has more than|AUC|KS|firms financed|first loans",
    zh="联合评分卡相比|AUC|KS|可放款企业|首贷企业",
)
_SHARES = Text(en="share in the gain in AUC|", zh="AUC 增益归属|")
_SHAPLEY = Text(en="{names} (Shapley)", zh="{names}（Shapley 值）")
_REFIT = Text(
    en="the joint card without any source, less the own card", zh="无来源的联合卡减独立卡"
)
_TOGETHER = Text(en="together", zh="合计")
_SUM_ONLY = Text(
    en="the contract opens only the sum of the holders: what each of them is worth is not known",
    zh="模型约定只公开各数据方合计，各方单独的价值不可知",
)
_NO_OWN_CARD = Text(
    en="the scorecard job left this party no card of its own: all firms count as equal, and firms financed"
    " cannot be compared",
    zh="评分卡任务未留下本方独立评分卡：视所有企业相同，可放款企业数不可比较",
)
_INTERVALS = Text(
    en="in brackets 95 % intervals; outcomes are known of firms that were financed, of others this says nothing",
    zh="括号内为 95% 区间；结果仅限已放款企业，对其他企业不作结论",
)
_RANGE = Text(en="{value} ({low} to {high})", zh="{value}（{low} 至 {high}）")
_CALIBRATED = Text(
    en="calibrated on {rows} firms, {bads} of them bad: slope {slope:.3f} (standard error {slope_error:.3f}),"
    " intercept {intercept:+.3f} ({intercept_error:.3f})",
    zh="已校准：企业 {rows} 家，其中坏 {bads} 家；斜率 {slope:.3f}（标准误 {slope_error:.3f}），"
    "截距 {intercept:+.3f}（{intercept_error:.3f}）",
)
_FROM_NOW = Text(
    en="from now on 'shuxin node score' says PD by calibration {hash}",
    zh="此后 shuxin node score 按校准 {hash} 给出违约概率",
)
_REPLACED = Text(en="it replaces {hash}", zh="替代原校准 {hash}")
_WRITTEN = Text(en="{file}: all figures", zh="{file}：全部数值")
_SHORT = 12
_LOOK = Text(en="asking about firms", zh="询问企业")


@dataclass(frozen=True, slots=True)
class _Round:
    """One run of a command: whom it asks, about whom."""

    asking: Asking
    batch: Batch
    names: Mapping[str, str]
    language: Language

    def name(self, parties: tuple[str, ...]) -> str:
        return ", ".join(self.names.get(party, party) for party in parties)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    with _begun(settings, options, language) as one:
        _say_cost(one)
        if options.cost:
            return 0
        if options.act == "worth":
            _worth(one, options)
        else:
            _calibrate(one)
    return 0


@contextmanager
def _begun(settings: Settings, options: argparse.Namespace, language: Language) -> Iterator[_Round]:
    """Raises FolderMissing, OutcomesUnreadable, and as ``batch_of``."""
    from shuxin.federation.api import GrantFiles, bad_outcomes, batch_of, read_firms

    file, service = Path(options.file), job_named(options.service)
    if not file.is_file():
        raise FolderMissing(folder=options.file)
    firms = read_firms(file.read_bytes(), bad=bad_outcomes(service, now=now_in_china()))
    asks = asking(settings)
    try:
        words = GrantFiles(Path(options.grants)).statements()
        batch = batch_of(asks, service, firms=firms, words=words)
        yield _Round(asks, batch, names_of_parties(settings), language)
    finally:
        asks.close()


def _say_cost(one: _Round) -> None:
    firms, language = one.batch.firms, one.language
    say(_COST, language, firms=f"{len(firms.codes):,}", bads=f"{int(firms.bad.sum()):,}")
    rows = [(one.name((cost.holder,)), cost.uses, cost.without) for cost in one.batch.costs()]
    show("", _COSTS.say(language).split("|"), rows, right=(1, 2))
    if one.batch.trained:
        say(_TRAINED, language, count=f"{one.batch.trained:,}")


def _asked(one: _Round) -> Answered:
    """Raises NobodyAnsweredAbout, OneClassOnly."""
    from shuxin.federation.api import ask, require_answered

    with watched() as progress:
        found = ask(one.asking, one.batch, progress=progress)
    say(
        _LEFT_OUT,
        one.language,
        count=f"{int((~found.kept).sum()):,}",
        firms=f"{len(found.kept):,}",
        rest=f"{len(found.firms.codes):,}",
        bads=f"{int(found.firms.bad.sum()):,}",
    )
    rows = [
        (one.name((party,)), count, found.lacking[party]) for party, count in found.silent.items()
    ]
    show("", _SILENCE.say(one.language).split("|"), rows, right=(1, 2))
    say_because(found, one.names, one.language)
    require_answered(found)
    return found


def _worth(one: _Round, options: argparse.Namespace) -> None:
    from shuxin.federation.api import own_points, require_countable, worth_of

    require_countable(one.batch)
    own = own_points(one.asking, one.batch)  # before anybody is asked
    answered = _asked(one)
    alone = np.zeros(len(answered.kept), np.int64) if own is None else own.points
    found = worth_of(
        answered,
        alone=alone[answered.kept],
        acceptance=options.acceptance / 100,
        seed=options.seed,
    )
    _show(one, found, own, acceptance=options.acceptance)
    if options.out:
        content = _json(one, answered, found, own, options)
        write_whole(Path(options.out), canonical_json(content))
        say(_WRITTEN, one.language, file=options.out)


def _show(one: _Round, found: Worth, own: OwnPoints | None, *, acceptance: int) -> None:
    language = one.language
    if own is None:
        say(_NO_OWN_CARD, language)
    else:
        bads, firms = found.limit
        say(_LIMIT, language, share=f"{acceptance} %", bads=f"{bads:,}", firms=f"{firms:,}")
    without = [
        (_WITHOUT.say(language, names=one.name(each.parties)), each) for each in found.sources
    ]
    ways = [(_ALONE.say(language), found.alone), (_JOINT.say(language), found.joint)]
    ways += [(said, each.without) for said, each in without]
    gains = [(_ALONE.say(language), found.gain), *((said, each.gain) for said, each in without)]
    rows = [(said, *_way(each, language, own)) for said, each in ways]
    show("", _WAYS.say(language).split("|"), rows, right=(3, 4, 5))
    more = [(said, *_gain(each, language, own)) for said, each in gains]
    show("", _GAINS.say(language).split("|"), more)
    _show_shares(one, found)
    if not found.is_by_holder:
        say(_SUM_ONLY, language)
    say(_INTERVALS, language)


def _show_shares(one: _Round, found: Worth) -> None:
    language = one.language
    shares = [
        (_SHAPLEY.say(language, names=one.name(each.parties)), _said(each.shapley, language, 4))
        for each in found.sources
    ]
    shares += [
        (_REFIT.say(language), _said(found.refit, language, 4)),
        (_TOGETHER.say(language), _said(found.gain.quality.auc, language, 4)),
    ]
    show("", _SHARES.say(language).split("|"), shares)


def _way(way: Measured, language: Language, own: OwnPoints | None) -> tuple[object, ...]:
    told = (_said(way.quality.auc, language, 4, ""), _said(way.quality.ks, language, 4, ""))
    if own is None:
        return (*told, "-", "-", "-")
    first = "-" if way.financed.first is None else way.financed.first
    return (*told, way.financed.firms, way.financed.bads, first)


def _gain(gain: Gain, language: Language, own: OwnPoints | None) -> tuple[str, ...]:
    told = (_said(gain.quality.auc, language, 4), _said(gain.quality.ks, language, 4))
    if own is None:
        return (*told, "-", "-")
    first = "-" if gain.first is None else _said(gain.first, language, 0)
    return (*told, _said(gain.firms, language, 0), first)


def _said(found: Interval, language: Language, digits: int, sign: str = "+") -> str:
    form = f"{sign},.{digits}f"
    value, low, high = (format(each, form) for each in (found.value, found.low, found.high))
    return _RANGE.say(language, value=value, low=low, high=high)


def _json(
    one: _Round,
    answered: Answered,
    found: Worth,
    own: OwnPoints | None,
    options: argparse.Namespace,
) -> Json:
    """Intervals without the name of their method."""
    return {
        "format": WORTH_FORMAT,
        "service": one.batch.service,
        "own_card": None if own is None else own.card,
        "acceptance_percent": options.acceptance,
        "seed": options.seed,
        "by_holder": found.is_by_holder,
        "firms": len(answered.kept),
        "left_out": int((~answered.kept).sum()),
        "trained": one.batch.trained,
        "silent": dict(answered.silent),
        "lacking": dict(answered.lacking),
        "worth": _plain(asdict(found)),
    }


def _plain(found: object) -> Json:
    if isinstance(found, dict):
        return {str(name): _plain(each) for name, each in found.items() if name != "method"}
    if isinstance(found, (list, tuple)):
        return [_plain(each) for each in found]
    return cast("Json", found)


def _calibrate(one: _Round) -> None:
    from shuxin.federation.api import keep_calibration

    kept = keep_calibration(one.asking, one.batch, _asked(one))
    say(_CALIBRATED, one.language, **asdict(kept.calibration))
    say(_FROM_NOW, one.language, hash=kept.hash[:_SHORT])
    if kept.replaced:
        say(_REPLACED, one.language, hash=kept.replaced[:_SHORT])
