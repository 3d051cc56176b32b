"""The public register of the demo's city (市场主体登记信息): what anybody may know of a firm."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from shuxin.kernel.uscc import USCC, InvalidUSCC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DEPARTMENT, _FILE = "澜坪市市场监管局", "*登记总册*.xlsx"
_CODE, _NAME, _KIND = "主体信用代码18位", "市场主体全称", "主体形态"
_SINCE, _REGION, _INDUSTRY, _STATE = "设立日", "登记辖区编码", "国标行业小类", "存续情形"
_ALIVE = "存续"
_KINDS = (("合作社", "cooperative"), ("个体", "individual_business"))
_LONGEST_REGION = 6


def registered(imports: Path) -> list[dict[str, Any]]:
    """Living firms with a right code, as JSON of ``market.FirmFacts``; what a line does not tell is left out."""
    return [facts for row in _rows(imports) if (facts := _facts(row))]


def _rows(imports: Path) -> Iterator[dict[str, Any]]:
    from python_calamine import CalamineWorkbook

    (file,) = (imports / _DEPARTMENT).glob(_FILE)
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    head = next(at for at, row in enumerate(rows) if _CODE in row)
    for row in rows[head + 1 :]:
        yield dict(zip(map(str, rows[head]), row, strict=True))


def _facts(row: dict[str, Any]) -> dict[str, Any] | None:
    code, name = str(row[_CODE]).strip(), str(row[_NAME]).strip()
    try:
        USCC(code)
    except InvalidUSCC:
        return None
    if not name or _ALIVE not in str(row[_STATE]):
        return None
    kind = next((kind for sign, kind in _KINDS if sign in str(row[_KIND])), "enterprise")
    facts = {"party": f"uscc:{code}", "name": name, "borrower": kind}
    region, industry = str(row[_REGION]).strip(), str(row[_INDUSTRY]).strip()
    if region.isdigit() and len(region) == _LONGEST_REGION:
        facts["region"] = region
    if industry.isdigit():
        facts["industry"] = industry
    if isinstance(row[_SINCE], dt.date):
        facts["established_on"] = row[_SINCE].isoformat()[:10]
    return facts
