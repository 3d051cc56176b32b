"""Write docs/city-catalogues.md from the declarations of the city's catalogues.

Run it as ``.venv/bin/python -m tools.city_catalogues``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.catalogue.api import PersonalClass, Sharing
from shuxin.city.catalogues import CATALOGUES, DEPARTMENTS, HOLDERS, OUTSIDE, READERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shuxin.city.catalogues import Catalogue, Field, Rows
    from shuxin.kernel.text import Text

PAGE = Path(__file__).resolve().parent.parent / "docs" / "city-catalogues.md"
_SHARING = {
    Sharing.UNCONDITIONAL: "无条件 open",
    Sharing.CONDITIONAL: "有条件 conditional",
    Sharing.WITHHELD: "不予 withheld",
}
_HEAD = """\
# The catalogues of the city 城市数据目录

Written by `python -m tools.city_catalogues` from `shuxin.city.catalogues`; change it there.
本页由 `python -m tools.city_catalogues` 根据 `shuxin.city.catalogues` 生成，请在该处修改。

The synthetic city has {departments} departments with {catalogues} catalogues and {millions:.2f} million records at
the size `city` (200,000 firms); smaller sizes have their share. {read} catalogues are read by a feature, a warning or
a rule; the others are listed at the end. Every row also carries its subject's code and name as the department writes
them, its source and batch, and the day it became known. The event time is in **bold**; `?` may be missing; `*` is
personal information, of level 3 at least. Cycle: RT real time, D day, W week, M month, Q quarter, Y year, E event;
+ usual lag in days. Level: 1 open to 5. Rows in millions, how they arise, and, where quality matters, the change of
their log rate per standard deviation of worse quality and the months from default when it moves (- before).

合成城市共有 {departments} 个部门、{catalogues} 个目录，`city` 规模（20 万户）下共 {millions:.2f} 百万条记录，
其他规模按户数折算。其中 {read} 个目录有特征、预警或规则使用，其余列于文末。每行另有主体代码、主体名称（按部门写法）、
来源、批次和获知日期。记录栏依次为百万条数、产生方式、质量每恶化一个标准差时对数频率的变化、相对违约的月数（负为之前）。
**粗体**为业务时间；`?` 可缺失；`*` 为个人信息，级别不低于 3。
"""
_TITLES = (
    "code 编号", "catalogue 目录", "table", "cycle 周期", "level 级别", "sharing 共享", "rows 记录", "fields 字段",
    "read by 使用方",
)  # fmt: skip
_COLUMNS = f"| {' | '.join(_TITLES)} |\n|{'---|' * len(_TITLES)}"


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD.format(
        departments=len(DEPARTMENTS),
        catalogues=len(CATALOGUES),
        millions=_millions(CATALOGUES),
        read=sum(bool(catalogue.read_by) for catalogue in CATALOGUES),
    )
    for department in DEPARTMENTS.values():
        yield from _section(department.code, department.name, CATALOGUES)
    for holder, name in HOLDERS.items():
        yield from _section(holder, name, OUTSIDE)
    yield "## What reads them 使用方\n\n| key | DOMAIN | 中文 | catalogues 目录 |\n|---|---|---|---|"
    for reader in READERS.values():
        codes = [one.code for one in (*CATALOGUES, *OUTSIDE) if reader.key in one.read_by]
        yield f"| {reader.key} | {reader.section} | {reader.zh} | {', '.join(codes)} |"
    yield "\n## Read by nothing yet 暂无使用方\n"
    yield from (f"- {_name(one.name)} ({one.code})" for one in CATALOGUES if not one.read_by)


def _section(code: str, name: Text, catalogues: Iterable[Catalogue]) -> Iterator[str]:
    own = [one for one in catalogues if one.department == code]
    yield f"## {code} {_name(name)}\n\n{len(own)} catalogues 个目录, {_millions(own):.3f} M\n"
    yield _COLUMNS
    yield from map(_row, own)
    yield ""


def _row(one: Catalogue) -> str:
    cells = (
        one.code,
        f"{_name(one.name)} `{one.slug}`",
        one.table,
        one.cycle.value + (f"+{one.lag_days}" if one.lag_days else ""),
        str(int(one.level)),
        _SHARING[one.share],
        _rows(one.rows),
        "; ".join(map(_field, one.fields)),
        " ".join(one.read_by),
    )
    return f"| {' | '.join(cells)} |"


def _rows(rows: Rows) -> str:
    moves = f" {rows.quality_slope:+g} {rows.lead_months:+d}m" if rows.quality_slope else ""
    return f"{rows.budget_millions:.3f} {rows.kind.value.replace('_', ' ')}{moves}"


def _field(field: Field) -> str:
    marks = "?" * field.nullable + "*" * (field.pi is not PersonalClass.NONE)
    named = f"{field.zh} {field.name}{marks.replace('*', chr(92) + '*')}"
    return f"**{named}**" if field.is_event else named


def _name(name: Text) -> str:
    return f"{name.zh} {name.en}"


def _millions(catalogues: Iterable[Catalogue]) -> float:
    return sum(one.rows.budget_millions for one in catalogues)


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
