"""The WOE and IV table (证据权重表) of a characteristic as people read it, and what is odd about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from shuxin.kernel.money import Unit, amount_with_unit
from shuxin.kernel.text import Text
from shuxin.scoring.binning.counts import bad_rates
from shuxin.scoring.binning.finding import Finding, filled, literal
from shuxin.scoring.binning.shape import Kind

if TYPE_CHECKING:
    from shuxin.scoring.binning.characteristic import BinnedCharacteristic
    from shuxin.scoring.binning.shape import BinShape

USELESS_IV = 0.02
SUSPECT_IV = 0.5
FEN = "分"
SUSPECT_AUC = 0.9
LEAKAGE = "suspected_leakage"
_NAMED = 5

_ANY = Text(en="any value", zh="任意值")
_UNDER = Text(en="under {high}", zh="不足 {high}")
_WITHIN = Text(en="{low} to under {high}", zh="{low} 至不足 {high}")
_FROM = Text(en="{low} or more", zh="{low} 及以上")
_SPECIAL = Text(en="code {value}", zh="特殊值 {value}")
_MISSING = Text(en="missing", zh="缺失")
_LISTED = Text(en="{names}", zh="{names}")
_MORE = Text(en="{names} and {more} more", zh="{names}等 {total} 类")
_OTHERS = Text(en="others", zh="其他")
_WITH_OTHERS = Text(en="{names}, others", zh="{names}、其他")

_CONSTANT = Text(
    en="All rows stand in one bin: it is constant, or no split keeps the plan",
    zh="所有行落在同一个分箱：取值恒定，或没有符合方案的分割",
)
_ALL_MISSING = Text(en="Every value is missing", zh="取值全部缺失")
_USELESS = Text(
    en="IV {iv:.3f} is below {limit}: it hardly tells good from bad",
    zh="IV 为 {iv:.3f}，低于 {limit}，几乎没有区分能力",
)
_HIGH = Text(
    en="IV {iv:.2f} is above {limit}: check that it was known before the outcome",
    zh="IV 为 {iv:.2f}，高于 {limit}，请核实该特征在结果发生前已知",
)
_SEPARATES = Text(
    en="It tells good from bad without one error: it contains the outcome",
    zh="该特征可无误地区分好坏样本，即包含了结果本身",
)
_LEAKS = Text(
    en="IV {iv:.2f} and AUC {auc:.3f} of this characteristic alone: it probably contains the outcome",
    zh="单特征 IV 为 {iv:.2f}、AUC 为 {auc:.3f}，很可能包含了结果信息",
)


@dataclass(frozen=True, slots=True)
class BinRow:
    """One bin for display: rows in it, their share (0-1), bad rate (None without rows), WOE, IV part."""

    label: Text
    count: int
    share: float
    bad_rate: float | None
    woe: float
    iv: float


def woe_table(*, characteristic: BinnedCharacteristic, unit: str) -> tuple[BinRow, ...]:
    """Rows in the order of the bins; bins of special and missing values only where they hold rows."""
    good, bad = characteristic.good, characteristic.bad
    total = max(sum(good) + sum(bad), 1)
    rates = bad_rates(good=good, bad=bad).tolist()
    labels = bin_labels(shape=characteristic.shape, unit=unit)
    return tuple(
        BinRow(
            label=labels[nth],
            count=g + b,
            share=(g + b) / total,
            bad_rate=rates[nth] if g + b else None,
            woe=characteristic.woe[nth],
            iv=characteristic.iv_parts[nth],
        )
        for nth, (g, b) in enumerate(zip(good, bad, strict=True))
        if g + b or nth < characteristic.shape.groups
    )


def bin_labels(*, shape: BinShape, unit: str) -> tuple[Text, ...]:
    """A label for each bin in both languages; ``unit`` follows every number, empty for none."""
    if shape.kind is Kind.CATEGORICAL:
        groups = [_group_label(shape, nth) for nth in range(shape.groups)]
        return (*groups, _MISSING)
    ends = [amount(number=edge, unit=unit) for edge in shape.edges]
    values = [filled(_ANY)] if not ends else [filled(_UNDER, high=ends[0])]
    values += [filled(_WITHIN, low=low, high=high) for low, high in pairwise(ends)]
    values += [filled(_FROM, low=end) for end in ends[-1:]]
    codes = [filled(_SPECIAL, value=amount(number=code, unit="")) for code in shape.specials]
    return (*values, *codes, _MISSING)


def amount(*, number: float, unit: str) -> str:
    """The number with thousands separated and no digits that say nothing, then its unit; fen as 万元."""
    if unit == FEN:
        return amount_with_unit(round(number), unit=Unit.TEN_THOUSAND_YUAN)
    digits = f"{number:,.10g}" if abs(number) < 10**10 else f"{number:,.0f}"
    return f"{digits} {unit}".rstrip()


def findings_of(*, characteristic: BinnedCharacteristic) -> tuple[Finding, ...]:
    """What speaks against using the characteristic, at most one finding."""
    rows = [g + b for g, b in zip(characteristic.good, characteristic.bad, strict=True)]
    iv, auc = characteristic.iv, characteristic.auc
    if not any(rows[:-1]):
        code, detail = "all_missing", _ALL_MISSING
    elif characteristic.separates:
        code, detail = LEAKAGE, _SEPARATES
    elif sum(1 for count in rows if count) == 1:
        code, detail = "constant", _CONSTANT
    elif iv > SUSPECT_IV and auc - _sampling_error(characteristic) > SUSPECT_AUC:
        code, detail = LEAKAGE, filled(_LEAKS, iv=iv, auc=auc)
    elif iv > SUSPECT_IV:
        code, detail = "high_iv", filled(_HIGH, iv=iv, limit=SUSPECT_IV)
    elif iv < USELESS_IV:
        code, detail = "useless", filled(_USELESS, iv=iv, limit=USELESS_IV)
    else:
        return ()
    return (Finding(code=code, characteristic=characteristic.name, detail=detail),)


def _sampling_error(characteristic: BinnedCharacteristic) -> float:
    """Two standard errors of the AUC (Hanley and McNeil 1982), so that chance is not taken for leakage."""
    area, goods, bads = characteristic.auc, sum(characteristic.good), sum(characteristic.bad)
    two_goods, two_bads = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area)
    spread += (bads - 1) * (two_goods - area**2) + (goods - 1) * (two_bads - area**2)
    return 2 * math.sqrt(max(spread, 0.0) / (goods * bads))


def _group_label(shape: BinShape, nth: int) -> Text:
    group = shape.categories[nth]
    facts = {"more": len(group) - _NAMED, "total": len(group)}
    text = _MORE if len(group) > _NAMED else _LISTED
    en = text.say("en", names=", ".join(group[:_NAMED]), **facts)
    zh = text.say("zh", names="、".join(group[:_NAMED]), **facts)
    if nth != shape.others:
        return literal(en=en, zh=zh)
    if not group:
        return _OTHERS
    return literal(en=_WITH_OTHERS.say("en", names=en), zh=_WITH_OTHERS.say("zh", names=zh))
