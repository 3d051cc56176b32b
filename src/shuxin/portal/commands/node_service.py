"""``shuxin node service | score``, and what ``shuxin node propose service`` proposes."""

from __future__ import annotations

import csv
import io
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import CHINA, now_in_china, write_whole
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, start
from shuxin.portal.commandline.federation import SERVICE_OPTIONS
from shuxin.portal.commands.import_folder import FolderMissing
from shuxin.portal.commands.node_jobs import job_named
from shuxin.portal.display import china_time, say, show
from shuxin.portal.node_services import asking, names_of_parties, services

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from shuxin.federation.api import Answered, Calibration, JointScore, Scoring
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_SHORT = 12
_LIST = Text(
    en="service|label party|holders|until|state|subjects today",
    zh="服务|标签方|数据方|截止|状态|今日主体数",
)
_OPEN, _OVER = Text(en="open", zh="运行中"), Text(en="ended", zh="已结束")
_ENDED = Text(
    en="ended: {service}; this party answers no more questions",
    zh="已终止：{service}；本方不再应答询问",
)
_SCORE = Text(
    en="{code}: {points} points, PD {pd:.2%}; cut-off {cut_off}: {verdict}",
    zh="{code}:{points} 分，违约概率 {pd:.2%}；通过分数线 {cut_off}:{verdict}",
)
_PASSES, _FAILS = Text(en="passes", zh="通过"), Text(en="does not pass", zh="未通过")
_BY_SCALE = Text(en="PD by the scale of the card", zh="违约概率：按评分卡刻度")
_BY_CALIBRATION = Text(
    en="PD calibrated on {rows} firms, {day}", zh="违约概率：按 {rows} 家企业校准，{day}"
)
_PARTS = Text(en="party|points|what became of it", zh="参与方|分值|应答情况")
_IN_SUM = Text(en="in the sum", zh="计入合计")
_REASONS = Text(en="reason|party|", zh="原因|参与方|")
_WHY = Text(en="{party}: {sentence} ({code})", zh="{party}:{sentence}({code})")
_MANY = Text(
    en="{count} subjects: {passed} pass, {full} with the points of every holder",
    zh="主体 {count} 个：通过 {passed} 个，全部数据方均计入的 {full} 个",
)
_WRITTEN = Text(
    en="{file}: every score with its parts and reasons", zh="{file}：全部评分及其构成与原因"
)
_SHOWN = 20


class CodesMissing(InvalidInput):
    code = "node_score_codes"
    what = Text(en="say whom to score", zh="请指明评分主体")
    mend = Text(
        en="Give credit codes, or --file with a table whose first column has them, not both",
        zh="请给出统一社会信用代码，或用 --file 指定首列为代码的表格，二者选一",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    if options.act == "score":
        return _score(settings, options, language)
    return _end(settings, options, language) if options.what == "end" else _list(settings, language)


def service_values(settings: Settings, options: argparse.Namespace) -> dict[str, Any]:
    """A service of the card that a job left here: its parties, datasets and hashes. Raises ResultMissing."""
    from shuxin.federation.api import Role, job_view, summary_of
    from shuxin.portal.commands.node_jobs import ResultMissing

    job_id = job_named(options.card)
    view, node = job_view(job_id), services(settings)
    file = node.results_folder(job_id) / "card"
    if view.job is None or not file.is_file() or view.job.role_of(node.party) is not Role.LABEL:
        raise ResultMissing(job=job_id[:_SHORT])
    card = summary_of(file.read_bytes(), role=Role.LABEL)
    until = datetime.combine(options.until, time(), tzinfo=CHINA)
    given = {name: getattr(options, name) for name in SERVICE_OPTIONS}
    kept = {name: value for name, value in given.items() if value is not None}
    inputs = [one for one in view.job.inputs if one.party in {node.party, *card.parties}]
    return {
        "title": options.title or card.model,
        "purpose": options.purpose,
        "cipher": view.job.cipher.value,
        "parties": [
            {"party": node.party, "role": "label"},
            *({"party": one, "role": "holder"} for one in card.parties),
        ],
        "inputs": [_input(one.model_dump(mode="json"), node.party, options) for one in inputs],
        "parameters": {
            "kind": "service",
            "scorecard": job_id,
            "label_part": card.hash,
            "parts": list(card.parts),
            "until": until.isoformat(),
            **kept,
        },
        "outputs": [{"name": "scores", "to": node.party}],
        "limits": {"wait_seconds": options.wait, "run_hours": options.hours},
        "valid_to": (now_in_china() + timedelta(days=options.days)).isoformat(),
    }


def _input(before: dict[str, Any], own: str, options: argparse.Namespace) -> dict[str, Any]:
    mine = before["party"] == own
    since = options.data_from.isoformat() if options.data_from else before["data_from"]
    until = options.data_to.isoformat() if options.data_to else before["data_to"]
    return before | {
        "features": [],
        "ground": "basis" if mine else "authorisations",
        "basis": options.basis if mine else "",
        "data_from": since,
        "data_to": until,
    }


def _list(settings: Settings, language: Language) -> int:
    from shuxin.federation.api import services_here

    names = names_of_parties(settings)
    rows = [
        (
            one.job_id[:_SHORT],
            names.get(one.label, one.label),
            ", ".join(names.get(holder, holder) for holder in one.holders),
            china_time(one.until),
            (_OPEN if one.is_open else _OVER).say(language),
            one.today,
        )
        for one in services_here(now=now_in_china())
    ]
    show("", _LIST.say(language).split("|"), rows, right=(5,))
    return 0


def _end(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.federation.api import end_service

    service = job_named(options.service)
    end_service(service, by=operator(), services=services(settings))
    say(_ENDED, language, service=service[:_SHORT])
    return 0


def _score(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.federation.api import GrantFiles, calibrated, calibration_in

    codes, service = _codes(options), job_named(options.service)
    asks = asking(settings)
    try:
        calibration = calibration_in(asks.results(service))  # before anybody is asked
        found = asks.score(
            service,
            subjects=codes,
            words=GrantFiles(Path(options.grants)).statements(),
        )
    finally:
        asks.close()
    found = calibrated(found, calibration)
    _show(found, names_of_parties(settings), language)
    _say_pd(calibration, language)
    if options.out:
        table = _table(found, calibration, language)
        write_whole(Path(options.out), table.encode())
        say(_WRITTEN, language, file=options.out)
    return 0


def _codes(options: argparse.Namespace) -> list[str]:
    """Raises CodesMissing, FolderMissing."""
    if bool(options.codes) == bool(options.file):
        raise CodesMissing
    if options.codes:
        return [str(one).upper() for one in options.codes]
    file = Path(options.file)
    if not file.is_file():
        raise FolderMissing(folder=options.file)
    rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    found = [row[0].strip().upper() for row in rows if row]
    return found[1:] if found and not found[0][:1].isascii() else found


def _show(found: Scoring, names: Mapping[str, str], language: Language) -> None:
    part = found.scores.tally.part
    for row, code in enumerate(found.subjects[:_SHOWN]):
        one = found.scores.one(row)
        verdict = _PASSES if one.points >= part.cut_off else _FAILS
        facts = {"code": code, "points": one.points, "pd": one.pd, "cut_off": part.cut_off}
        say(_SCORE, language, **facts, verdict=verdict)
        show("", _PARTS.say(language).split("|"), _shares(one, names, language), right=(1,))
        reasons = [
            (each.rank, names.get(each.party, each.party), each.text.say(language))
            for each in one.reasons
        ]
        show("", _REASONS.say(language).split("|"), reasons)
    say_because(found, names, language)
    if len(found.subjects) > 1:
        passed = int((found.scores.points >= part.cut_off).sum())
        full = int((found.scores.tally.standings == 1).all(axis=1).sum())
        say(
            _MANY,
            language,
            count=f"{len(found.subjects):,}",
            passed=f"{passed:,}",
            full=f"{full:,}",
        )


def say_because(found: Scoring | Answered, names: Mapping[str, str], language: Language) -> None:
    """Why holders gave nothing, each reason in a line."""
    for why in found.because:
        party = names.get(why.party, why.party)
        say(_WHY, language, party=party, sentence=why.sentence, code=why.code)


def _say_pd(calibration: Calibration | None, language: Language) -> None:
    if calibration is None:
        say(_BY_SCALE, language)
    else:
        say(_BY_CALIBRATION, language, rows=f"{calibration.rows:,}", day=calibration.made_on)


def _shares(
    one: JointScore, names: Mapping[str, str], language: Language
) -> Iterator[tuple[object, ...]]:
    from shuxin.federation.api import STANDING_TEXT

    for share in one.shares:
        points = _IN_SUM.say(language) if share.points is None else share.points
        told = STANDING_TEXT[share.standing].say(language)
        yield names.get(share.party, share.party), points, told


def _table(found: Scoring, calibration: Calibration | None, language: Language) -> str:
    """One row a subject; holders in the order of the card. ``pd_by``: the scale, or the hash of the calibration."""
    from shuxin.federation.api import calibration_hash

    part = found.scores.tally.part
    pd_by = "scale" if calibration is None else calibration_hash(calibration)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    heads = [f"{what}:{one}" for one in part.holders for what in ("standing", "points")]
    writer.writerow(["code", "points", "pd", "pd_by", "passes", *heads, "reasons"])
    for row, code in enumerate(found.subjects):
        one = found.scores.one(row)
        shares: list[object] = []
        for share in one.shares:
            shares += [share.standing.name.lower(), "" if share.points is None else share.points]
        said = "; ".join(f"{each.party}: {each.text.say(language)}" for each in one.reasons)
        passes = int(one.points >= part.cut_off)
        writer.writerow([code, one.points, f"{one.pd:.6f}", pd_by, passes, *shares, said])
    return text.getvalue()
