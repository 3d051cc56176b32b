"""What a job left at this party: common firms, its part of a joint card, the label party's report, a verdict."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Axis, Chart, Column, Facts, Kind, Linked, Series, State, Table

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest

    from shuxin.federation.api import (
        CardReport,
        CardSummary,
        JobView,
        OwnCharacteristic,
        ReportFit,
        Role,
    )
    from shuxin.kernel.text import Language
    from shuxin.portal.web.views.node import Here

_WITHHELD = Text(en="withheld", zh="不提供")
_SHARES = (
    Column("party", Text(en="Party", zh="参与方")),
    Column("characteristics", Text(en="Characteristics", zh="特征数"), kind=Kind.NUMBER),
    Column("low", Text(en="Lowest points", zh="最低分"), kind=Kind.NUMBER),
    Column("high", Text(en="Highest points", zh="最高分"), kind=Kind.NUMBER),
)
_BINS = (
    Column("name", Text(en="Characteristic", zh="特征")),
    Column("category", Text(en="Public category", zh="公开类别")),
    Column("bin", Text(en="Bin", zh="分箱")),
    Column("woe", Text(en="WOE", zh="WOE"), kind=Kind.NUMBER, digits=2),
    Column("points", Text(en="Points", zh="分值"), kind=Kind.NUMBER),
)
_FEATURES = (
    Column("party", Text(en="Party", zh="参与方")),
    Column("name", Text(en="Feature", zh="特征")),
    Column("bins", Text(en="Bins", zh="分箱数"), kind=Kind.NUMBER),
    Column("iv", Text(en="IV", zh="IV"), kind=Kind.NUMBER, digits=4),
    Column("state", Text(en="In the card", zh="是否入模"), kind=Kind.STATE),
    Column("why", Text(en="Why not", zh="剔除原因")),
)
_COUNTS = (
    Column("party", Text(en="Party", zh="参与方")),
    Column("name", Text(en="Feature", zh="特征")),
    Column("bin", Text(en="Bin", zh="分箱"), kind=Kind.NUMBER),
    Column("good", Text(en="Goods", zh="好样本"), kind=Kind.NUMBER),
    Column("bad", Text(en="Bads", zh="坏样本"), kind=Kind.NUMBER),
    Column("woe", Text(en="WOE", zh="WOE"), kind=Kind.NUMBER, digits=2),
)
_FIT = (
    Column("fit", Text(en="Fit", zh="拟合次序"), kind=Kind.NUMBER),
    Column("party", Text(en="Party", zh="参与方")),
    Column("name", Text(en="Feature", zh="特征")),
    Column("coefficient", Text(en="Coefficient", zh="系数"), kind=Kind.NUMBER, digits=4),
    Column("error", Text(en="Standard error", zh="标准误"), kind=Kind.NUMBER, digits=4),
)
_IN, _OUT = Text(en="yes", zh="是"), Text(en="no", zh="否")
_INTERCEPT = Text(en="intercept", zh="截距")


def role_here(view: JobView, here: Here) -> Role | None:
    return None if view.job is None else view.job.role_of(here.party)


def verdict(folder: Path) -> Facts | None:
    """Of a rehearsal: what it measured."""
    for name in ("verdict", "timing"):
        with suppress(OSError, ValueError):
            said = json.loads((folder / name).read_bytes())
            told = (
                (Text(en=_safe(key), zh=_safe(key)), _flat(value)) for key, value in said.items()
            )
            return Facts(list(told))
    return None


def _safe(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _flat(value: object) -> str | int | float:
    plain = isinstance(value, int | float | str) and not isinstance(value, bool)
    return value if plain else json.dumps(value, ensure_ascii=False)  # type: ignore[return-value]


def aligned_facts(folder: Path, *, job_id: str) -> tuple[Facts, bool] | None:
    """And whether this party may have the codes; None where no alignment is kept."""
    from shuxin.federation.api import read_aligned  # noqa: PLC0415 - heavy

    if not (folder / "summary").is_file():
        return None
    found = read_aligned(folder)
    if found.count is None:
        nothing = Text(en="This party learns nothing of it.", zh="本方不获知结果。")
        return Facts([(Text(en="Common firms", zh="共同企业"), nothing)]), False
    told: list[tuple[Text, Any]] = [(Text(en="Common firms", zh="共同企业"), found.count)]
    if found.party in found.sizes:
        told.append((Text(en="Firms entered here", zh="本方入场企业"), found.sizes[found.party]))
    if found.digest:
        told.append(
            (
                Text(en="Digest, equal at all that learn the rows", zh="摘要（各获知方一致）"),
                found.digest,
            )
        )
    if found.own is not None:
        codes = Text(en="Codes of this party's own firms", zh="本方企业代码")
        told.append((Text(en="List", zh="清单"), Linked(codes, f"/jobs/{job_id}/codes.txt")))
    return Facts(told), found.own is not None


def codes_file(folder: Path) -> bytes | None:
    """Codes of this party's common firms, one a line in the common order; None where it does not learn them."""
    from shuxin.federation.api import aligned_codes, read_aligned  # noqa: PLC0415 - heavy

    if not (folder / "summary").is_file():
        return None
    found = read_aligned(folder)
    if found.own is None:
        return None
    codes = aligned_codes(found)
    return b"".join(codes[at : at + 18] + b"\n" for at in range(0, len(codes), 18))


def card_facts(summary: CardSummary) -> Facts:
    told: list[tuple[Text, Any]] = [
        (Text(en="Model", zh="模型"), summary.model),
        (Text(en="Version", zh="版本"), summary.version),
    ]
    if summary.base_points is not None:
        low = summary.base_points + sum(one.low for one in summary.shares)
        high = summary.base_points + sum(one.high for one in summary.shares)
        told += [
            (Text(en="Base points", zh="基础分"), summary.base_points),
            (Text(en="Points in all", zh="总分范围"), f"{low} – {high}"),
            (Text(en="Cut-off", zh="通过分数线"), summary.cut_off),
        ]
    told.append((Text(en="Hash of this party's part", zh="本方分片哈希"), summary.hash))
    return Facts(told)


def shares_table(request: HttpRequest, summary: CardSummary, here: Here) -> Table:
    rows = [
        {
            "party": here.name(one.party),
            "characteristics": one.characteristics,
            "low": one.low,
            "high": one.high,
        }
        for one in summary.shares
    ]
    return Table.shown(request, name="shares", columns=_SHARES, rows=rows)


def bins_table(request: HttpRequest, found: tuple[OwnCharacteristic, ...]) -> Table:
    rows = [
        {
            "name": each.name,
            "category": each.category if each.category.en else "",
            "bin": one.label,
            "woe": one.woe,
            "points": one.points,
        }
        for each in found
        for one in each.bins
    ]
    shown = _BINS if any(row["category"] for row in rows) else (_BINS[0], *_BINS[2:])
    return Table.shown(request, name="bins", columns=shown, rows=rows, per_page=50)


def points_chart(found: tuple[OwnCharacteristic, ...]) -> Chart | None:
    """What each own characteristic can add at least and at most."""
    if not found:
        return None
    return Chart(
        name="points",
        title=Text(en="What each own characteristic can add", zh="本方各特征的分值范围"),
        kind="bar",
        x=Axis(Text(en="characteristic", zh="特征")),
        y=Axis(Text(en="points", zh="分值")),
        categories=[each.name for each in found],
        series=[
            Series(
                Text(en="lowest", zh="最低"), [min(b.points for b in each.bins) for each in found]
            ),
            Series(
                Text(en="highest", zh="最高"), [max(b.points for b in each.bins) for each in found]
            ),
        ],
    )


def report_facts(report: CardReport) -> Facts:
    told: list[tuple[Text, Any]] = [
        (Text(en="Firms it was made from", zh="建模样本"), report.rows),
        (Text(en="Bad among them", zh="其中坏样本"), report.bads),
        (Text(en="Fits", zh="拟合次数"), len(report.fits)),
        (_OWN_AUC, _OWN_ONLY.filled(auc=f"{report.own_auc:.4f}")),
    ]
    if report.alone is not None and report.alone.auc is not None:
        told.append((_ALONE_AUC, f"{report.alone.auc:.4f}"))
    elif report.alone is not None and report.alone.none is not None:
        told.append((_NO_CARD, report.alone.none))
    return Facts(told)


_OWN_AUC = Text(en="AUC of the own points", zh="本方分值的 AUC")
_OWN_ONLY = Text(
    en="{auc} on these firms; of the total nobody knows it",
    zh="{auc}（上述样本；总分的 AUC 各方均不掌握）",
)


_ALONE_AUC = Text(en="AUC of this party alone", zh="仅用本方特征的 AUC")
_NO_CARD = Text(en="This party alone makes no card", zh="仅用本方特征不能建卡")


def features_table(
    request: HttpRequest, report: CardReport, here: Here, language: Language
) -> Table:
    kept = {(one.party, one.name) for one in report.fits[-1].columns}
    dropped = {(one.party, one.name): one.say(language) for one in report.dropped}
    rows = [
        {
            "party": here.name(one.party),
            "name": one.name,
            "bins": len(one.woe_hundredths),
            "iv": one.iv,
            "state": State(_IN, "good") if (one.party, one.name) in kept else State(_OUT, "quiet"),
            "why": dropped.get((one.party, one.name), ""),
        }
        for one in report.tables
    ]
    return Table.shown(request, name="features", columns=_FEATURES, rows=rows, sort="-iv")


def iv_chart(report: CardReport, here: Here) -> Chart:
    told = sorted(
        (one for one in report.tables if one.iv is not None), key=lambda one: -(one.iv or 0.0)
    )[:30]
    return Chart(
        name="iv",
        title=Text(en="What each feature tells of the outcome (IV)", zh="各特征的信息值（IV）"),
        kind="bar",
        x=Axis(Text(en="feature", zh="特征")),
        y=Axis(Text(en="IV", zh="IV")),
        categories=[f"{one.name} · {here.name(one.party)}" for one in told],
        series=[Series(Text(en="IV", zh="IV"), [one.iv for one in told])],
    )


def counts_table(request: HttpRequest, report: CardReport, here: Here) -> Table:
    """Bins are numbered: their edges stay with their party."""
    rows = []
    for one in report.tables:
        counts = zip(one.good, one.bad, one.woe_hundredths, strict=True)
        for nth, (good, bad, woe) in enumerate(counts, start=1):
            rows.append(
                {
                    "party": here.name(one.party),
                    "name": one.name,
                    "bin": nth,
                    "good": good,
                    "bad": bad,
                    "woe": woe / 100,
                }
            )
    return Table.shown(request, name="counts", columns=_COUNTS, rows=rows)


def fits_table(request: HttpRequest, report: CardReport, here: Here) -> Table:
    rows = [
        row for nth, fit in enumerate(report.fits, start=1) for row in _fit_rows(nth, fit, here)
    ]
    return Table.shown(request, name="fits", columns=_FIT, rows=rows, sort="-fit")


def _fit_rows(nth: int, fit: ReportFit, here: Here) -> list[dict[str, Any]]:
    first = {
        "fit": nth,
        "party": "",
        "name": _INTERCEPT,
        "coefficient": fit.intercept,
        "error": fit.intercept_error,
    }
    rest = (
        {
            "fit": nth,
            "party": here.name(one.party),
            "name": one.name,
            "coefficient": one.coefficient,
            "error": one.error,
        }
        for one in fit.columns
    )
    return [first, *rest]


def result_parts(
    request: HttpRequest, view: JobView, here: Here, language: Language
) -> dict[str, Any]:
    """All that this party may see of what the job left; empty where it left nothing here."""
    folder, role = here.node.results_folder(view.line.job_id), role_here(view, here)
    parts: dict[str, Any] = {}
    if (told := verdict(folder)) is not None:
        parts["verdict"] = told
    if (found := aligned_facts(folder, job_id=view.line.job_id)) is not None:
        parts["aligned"] = found[0]
    if (folder / "card").is_file() and role is not None and view.line.kind == "scorecard":
        parts |= _card_parts(request, (folder / "card").read_bytes(), role, here)
    with suppress(ShuxinError):
        parts |= _report_parts(request, folder, here, language)
    return parts


def _card_parts(request: HttpRequest, card: bytes, role: Role, here: Here) -> dict[str, Any]:
    from shuxin.federation.api import own_characteristics, summary_of  # noqa: PLC0415 - heavy

    summary, own = summary_of(card, role=role), own_characteristics(card, role=role)
    return {
        "card": card_facts(summary),
        "shares": shares_table(request, summary, here),
        "bins": bins_table(request, own),
        "points": points_chart(own),
    }


def _report_parts(
    request: HttpRequest, folder: Path, here: Here, language: Language
) -> dict[str, Any]:
    from shuxin.federation.api import read_card_report  # noqa: PLC0415 - heavy

    report = read_card_report(folder)
    return {
        "report": report_facts(report),
        "iv": iv_chart(report, here),
        "features": features_table(request, report, here, language),
        "fits": fits_table(request, report, here),
        "counts": counts_table(request, report, here),
    }
