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

    from shuxin.fusion.api import Feature
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
list of dishonest debtors, with an enforcement case that stands, or with a bankruptcy accepted.

与企业有关联的其他企业的 {features} 个特征（`shuxin.fusion.features.graph`），只用该日之前已知的数据。计算需
读取全体主体的数据，故使用许可须覆盖全部主体；只给出数值，不给出关联企业是谁。“失信被执行破产”指：在失信被执行人名单内、有未结执行案件，
或破产案件已受理。
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
                yield f"| `{cells[0]}` | {' | '.join(cells[1:])} | {', '.join(one.standards)} |"
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
