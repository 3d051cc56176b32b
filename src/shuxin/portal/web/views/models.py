"""What the pages of joint models show: the register, one model with parts and approvals, services, calibration."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Axis, Chart, Column, Facts, Kind, Linked, Series, State, Table
from shuxin.portal.web.views.node import SHORT, choice_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from shuxin.federation.api import Calibration, JointModel, ServiceLine
    from shuxin.kernel.text import Language
    from shuxin.portal.web.views.node import Here

_LIST = (
    Column("model", Text(en="Model", zh="模型"), link="url"),
    Column("version", Text(en="Version", zh="版本"), kind=Kind.CODE),
    Column("role", Text(en="This party is", zh="本方角色")),
    Column("purpose", Text(en="Purpose", zh="目的")),
    Column("partners", Text(en="With", zh="合作方")),
    Column("made", Text(en="Made", zh="生成时间"), kind=Kind.TIME),
    Column("services", Text(en="Services", zh="服务"), kind=Kind.NUMBER),
    Column("state", Text(en="Part here", zh="本方分片"), kind=Kind.STATE),
)
_NO_MODELS = Text(
    en="No joint model yet: one appears here when a joint scorecard is done.",
    zh="暂无联合模型。联合评分卡任务完成后，模型将列于此处。",
)
_SERVICES = (
    Column("service", Text(en="Service", zh="服务"), kind=Kind.CODE, link="url"),
    Column("label", Text(en="Label party", zh="标签方")),
    Column("holders", Text(en="Holders", zh="数据方")),
    Column("until", Text(en="Until", zh="截止"), kind=Kind.TIME),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
    Column("today", Text(en="Firms answered about today", zh="今日应答企业"), kind=Kind.NUMBER),
)
_NO_SERVICES = Text(en="No scoring service runs here.", zh="本方没有评分服务。")
_PARTIES = (
    Column("party", Text(en="Party", zh="参与方")),
    Column("role", Text(en="Role", zh="角色")),
    Column("by", Text(en="Approved by", zh="批准方式")),
    Column("at", Text(en="Approved", zh="批准时间"), kind=Kind.TIME),
    Column("word", Text(en="Hash of the signed word", zh="声明哈希"), kind=Kind.CODE),
    Column("part", Text(en="Hash of the part", zh="分片哈希"), kind=Kind.CODE),
)
_CATEGORIES = (
    Column("title", Text(en="Category", zh="类别")),
    Column("fields", Text(en="Features of this party in it", zh="所含本方特征")),
)
_READABLE = State(Text(en="readable", zh="可用"), "good")
_OPEN, _OVER = Text(en="open", zh="运行中"), Text(en="ended", zh="已结束")
_STANDING = Text(en="standing approval {number}", zh="常设批准第 {number} 条")
_STEPS = tuple(nth / 100 for nth in (1, 2, 3, 5, 8, 12, 20, 30, 50))
"""PD of the scale where the calibration is drawn."""


def models_table(request: HttpRequest, found: list[JointModel], here: Here) -> Table:
    rows = [
        {
            "model": one.model,
            "url": f"/models/{one.job_id}",
            "version": one.version,
            "role": choice_text(one.role.value),
            "purpose": one.purpose.text,
            "partners": [here.name(s.party) for s in one.parties if s.party != here.party],
            "made": one.made_at,
            "services": len(one.services),
            "state": State(one.problem, "bad") if one.problem else _READABLE,
        }
        for one in found
    ]
    return Table.shown(request, name="models", columns=_LIST, rows=rows, empty=_NO_MODELS)


def services_table(
    request: HttpRequest, found: list[ServiceLine], here: Here, language: Language
) -> Table:
    rows = [
        {
            "service": one.job_id[:SHORT],
            "url": f"/jobs/{one.job_id}",
            "label": here.name(one.label),
            "holders": here.listed(one.holders, language),
            "until": one.until,
            "state": State(_OPEN, "good") if one.is_open else State(_OVER, "quiet"),
            "today": one.today,
        }
        for one in found
    ]
    return Table.shown(request, name="services", columns=_SERVICES, rows=rows, empty=_NO_SERVICES)


def model_facts(one: JointModel) -> Facts:
    told: list[tuple[Text, Any]] = [
        (Text(en="Version", zh="版本"), one.version),
        (Text(en="This party is", zh="本方角色"), choice_text(one.role.value)),
        (Text(en="Purpose", zh="目的"), one.purpose.text),
        (Text(en="Made", zh="生成时间"), one.made_at),
        (Text(en="By the job", zh="来源任务"), Linked(one.job_id[:SHORT], f"/jobs/{one.job_id}")),
    ]
    if one.problem:
        told.append(
            (
                Text(en="The part here cannot be used", zh="本方分片不可使用"),
                State(one.problem, "bad"),
            )
        )
    return Facts(told)


def parties_table(request: HttpRequest, one: JointModel, here: Here, language: Language) -> Table:
    words = {each.party: each for each in one.approvals}
    parts = {each.party: each.hash for each in one.parts}
    rows = []
    for seat in one.parties:
        word = words.get(seat.party)
        rows.append(
            {
                "party": here.name(seat.party),
                "role": choice_text(seat.role.value),
                "by": "" if word is None else _by(word.by, language),
                "at": None if word is None else word.at,
                "word": "" if word is None else word.hash[:SHORT],
                "part": parts.get(seat.party, "")[:SHORT],
            }
        )
    return Table.shown(request, name="parties", columns=_PARTIES, rows=rows)


def _by(by: str, language: Language) -> str:
    if by.startswith("standing:"):
        return _STANDING.say(language, number=by.removeprefix("standing:"))
    return by


def categories_table(request: HttpRequest, here: Here) -> Table | None:
    """Of this party's features, as its file says now; None without a readable file."""
    from shuxin.federation.api import read_categories  # noqa: PLC0415 - heavy

    with suppress(ShuxinError):
        found = read_categories(here.node.folder)
        rows = [
            {
                "title": one.title,
                "fields": [name for name, each in found.by_field.items() if each == one],
            }
            for one in found.stated
        ]
        if rows:
            return Table.shown(request, name="categories", columns=_CATEGORIES, rows=rows)
    return None


def calibrations(one: JointModel, here: Here) -> Iterator[tuple[str, Facts, Chart]]:
    """Of each service that has one here: its service, figures and curve."""
    from shuxin.federation.api import calibration_in  # noqa: PLC0415 - heavy

    for used in one.services:
        with suppress(ShuxinError):
            found = calibration_in(here.node.results_folder(used.job_id))
            if found is not None:
                name = used.job_id[:SHORT]
                yield name, _calibration_facts(found), _calibration_chart(found, name)


def _calibration_facts(found: Calibration) -> Facts:
    return Facts(
        [
            (Text(en="Firms whose outcome is known", zh="已知结果企业"), found.rows),
            (Text(en="Bad among them", zh="其中坏样本"), found.bads),
            (Text(en="Slope (standard error)", zh="斜率（标准误）"), f"{found.slope:.3f} ({found.slope_error:.3f})"),
            (
                Text(en="Intercept (standard error)", zh="截距（标准误）"),
                f"{found.intercept:+.3f} ({found.intercept_error:.3f})",
            ),
            (Text(en="Made on", zh="校准日期"), found.made_on),
        ]
    )  # fmt: skip


def _calibration_chart(found: Calibration, name: str) -> Chart:
    return Chart(
        name=f"calibration-{name}",
        title=Text(en="PD by the scale, and calibrated", zh="刻度违约概率与校准后违约概率"),
        kind="line",
        x=Axis(Text(en="PD by the scale of the card", zh="按评分卡刻度的违约概率")),
        y=Axis(Text(en="PD", zh="违约概率"), kind=Kind.PERCENT),
        categories=[f"{one:.0%}" for one in _STEPS],
        series=[
            Series(Text(en="by the scale", zh="按刻度"), list(_STEPS)),
            Series(
                Text(en="calibrated", zh="校准后"), [calibrated_pd(found, one) for one in _STEPS]
            ),
        ],
    )


def calibrated_pd(found: Calibration, pd: float) -> float:
    """``logit PD = intercept + slope * logit PD of the scale``."""
    logit = found.intercept + found.slope * math.log(pd / (1 - pd))
    return 1 / (1 + math.exp(-logit))
