"""Write docs/features.md, the dictionary of features (特征字典), from their definitions.

Run it as ``.venv/bin/python -m tools.feature_dictionary``.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.fusion.api import Feature, NeighbourFeature
    from shuxin.kernel.text import Text

PAGE = Path(__file__).resolve().parent.parent / "docs" / "features.md"
_HEAD = """\
# The dictionary of features 特征字典

Written by `python -m tools.feature_dictionary` from `shuxin.fusion.features.library`; change it there.
本页由 `python -m tools.feature_dictionary` 根据 `shuxin.fusion.features.library` 生成，请在该处修改。

{features} features in {groups} groups over {standards} standard datasets. As of a day, only what was known before it
counts. A feature's level follows the fields that it is computed from, as the contracts here state them
(`shuxin features` shows both); its lineage is on the data map. `-` under "empty" means "no data", a value of its own.
Windows: 12m the 12 complete months before the day, 13-24m those before, 90d days, ever everything known, now the
newest fact or those in force. Amounts are whole fen.

共 {features} 个特征，{groups} 组，读取 {standards} 种标准数据集。截至某日的特征只使用该日之前已知的数据。
特征级别由其来源字段在合约中的级别推导（见 `shuxin features`），血缘见数据地图。“空值”列的 `-` 表示“无数据”，
是独立的取值。窗口：12m 为该日前 12 个完整月，13-24m 为再之前的 12 个月，90d 为天数，ever 为全部历史，
now 为最新或有效的记录。金额单位为分。

| standard 标准数据集 | table | title 名称 | features 特征数 |
|---|---|---|---|
{sources}
"""
_NEIGHBOURS = """\
# Neighbours 关联特征

{features} features about those that an enterprise is tied to (`shuxin.fusion.features.graph`), as known before the day.
They read everybody's rows, so their permit covers all subjects; they say numbers, never who a neighbour is. Bad: on the
list of dishonest debtors, with an enforcement case that stands, or with a bankruptcy accepted. "Made of" names the
fields that the number is counted from or that choose what is counted; the level is the highest of theirs in the
contracts here (`shuxin features`).

- Shared address: the register's, width, case, spaces and marks aside, where it names a door. Shared head: the same
  legal representative in office, or operator. What more than 50 other firms share is an agency's, and no tie.
- Exposure over two steps: the sum over j and k of w_ij w_jk bad_k, k not the firm itself; w is the share of a tie in
  the firm's own total of that kind. "-" where it has no tie of the kind.
- `ties_bad_spread`: 0.7 of what one step tells and 0.49 of what two do, along the mean of three kinds of tie both ways
  (control, each tie alike; guarantees and trade, by amount); what ends at the firm itself is left out.
- `sales_back_12m`: with w_ij the share of j in the sales of i, the sum of w_ij w_ji, of w_ij w_jk w_ki, and of
  w_ij w_jk w_kl w_li for k other than i: first returns only. Shares under 1 % are passed over, so that no firm passes
  on to more than 100. Over invoices, since flows name their counterparty by name only.
- `trade_rank_12m`: PageRank with damping 0.85, each buyer's rank shared out to its suppliers by what it buys of them.

与企业有关联的其他企业的 {features} 个特征（`shuxin.fusion.features.graph`），只用该日之前已知的数据。计算需
读取全体主体的数据，故使用许可须覆盖全部主体；只给出数值，不给出关联企业是谁。“失信被执行破产”指：在失信被执行人名单内、有未结执行案件，
或破产案件已受理。“来源”列为计数所用及筛选所用的字段，级别取其在合约中的最高级别（见 `shuxin features`）。

- 同住所：登记住所，忽略全半角、大小写、空格与标点，且须写到门牌。同法定代表人：同一在任法定代表人或经营者。
  另有超过 50 家企业共用的视为代理机构，不作关联。
- 两层敞口：对 j、k 求和 w_ij·w_jk·bad_k，k 不为本企业；w 为该笔关联占本企业同类合计的份额。无该类关联时为“-”。
- `ties_bad_spread`：一层传导的 0.7 倍与两层传导的 0.49 倍之和，沿三类双向关联（控制每笔等权，担保与交易按金额）的平均；
  回到本企业的路径不计。
- `sales_back_12m`：w_ij 为 j 在 i 销售额中的份额，对 w_ij·w_ji、w_ij·w_jk·w_ki 以及 k 不为 i 的 w_ij·w_jk·w_kl·w_li
  求和，只计首次回流。低于 1% 的份额略去，故每家企业至多传给 100 家。流水只载对方户名，故按发票计算。
- `trade_rank_12m`：PageRank，阻尼系数 0.85，买方的权重按采购额分给其供应商。
"""
_COLUMNS = (
    "| feature 特征 | 含义 | meaning | window 窗口 | unit 单位 | empty 空值 | made of 来源 |\n"
    "|---|---|---|---|---|---|---|"
)


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    from shuxin.fusion.api import (  # noqa: PLC0415 - after Django
        FEATURES,
        group_title,
        standard_named,
        standards_of,
    )

    read = Counter(standard for feature in FEATURES for standard in standards_of(feature))
    sources = []
    for name in sorted(read, key=lambda one: (standard_named(one).number, one)):
        standard = standard_named(name)
        sources.append(f"| {name} | {standard.number} | {_both(standard.title)} | {read[name]} |")
    groups: dict[str, list[Feature]] = {}
    for feature in FEATURES:
        groups.setdefault(feature.group, []).append(feature)
    yield _HEAD.format(
        features=len(FEATURES), groups=len(groups), standards=len(read), sources="\n".join(sources)
    )
    for found in groups.values():
        yield f"## {_both(group_title(found[0]))}\n\n{_COLUMNS}"
        yield from (_row(feature) for feature in found)
        yield ""
    yield from _neighbours()


def _neighbours() -> Iterator[str]:
    from shuxin.fusion.api import (  # noqa: PLC0415 - after Django
        NEIGHBOUR_FEATURES,
        NEIGHBOUR_GROUPS,
    )

    yield _NEIGHBOURS.format(features=len(NEIGHBOUR_FEATURES))
    for group, title in NEIGHBOUR_GROUPS.items():
        yield f"## {_both(title)}\n\n{_COLUMNS}"
        for one in NEIGHBOUR_FEATURES:
            if one.group == group:
                empty = "-" if one.empty is None else str(one.empty)
                cells = (
                    one.name,
                    one.title.zh,
                    one.title.en,
                    str(one.window),
                    str(one.measure),
                    empty,
                )
                yield f"| `{cells[0]}` | {' | '.join(cells[1:])} | {_fields(one)} |"
        yield ""


def _row(feature: Feature) -> str:
    from shuxin.fusion.api import made_of  # noqa: PLC0415 - after Django

    empty = "-" if feature.empty is None else str(feature.empty)
    cells = (
        f"`{feature.name}`",
        feature.title.zh,
        feature.title.en,
        str(feature.window),
        str(feature.measure),
        empty,
        ", ".join(made_of(feature)),
    )
    return f"| {' | '.join(cells)} |"


def _fields(feature: NeighbourFeature) -> str:
    return ", ".join(f"{standard}.{field}" for standard, field in feature.fields)


def _both(title: Text) -> str:
    return f"{title.zh} {title.en}"


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"SHUXIN_HOME": home, "SHUXIN_DATABASE_URL": ""}
        from shuxin.portal.bootstrap import start  # noqa: PLC0415 - after its home is set

        start()
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
