"""A joint score as a bank's officer reads it: who answered, what each gave, why, under which authorisation."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import GateLimits, entity_of
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import gate
from shuxin.portal.web.parts import Axis, Chart, Facts, Series, State
from shuxin.portal.web.views.bank_home import grants_here, names_here

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from shuxin.consent.api import KeptGrant
    from shuxin.federation.api import Asking, Job, LabelPart, PartyShare, ScoreView
    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Language
    from shuxin.parties.api import accounts
    from shuxin.scoring.api import Reason

TONES = {
    "ANSWERED": "good",
    "UNKNOWN_SUBJECT": "warn",
    "DOWN": "bad",
    "REFUSED": "bad",
    "TOO_FEW": "warn",
}
_OTHERS = Text(en="further categories", zh="其他类别")
_SUM = Text(en="all holders together", zh="各数据方合计")
_CONTRIBUTIONS = Text(en="Points by source", zh="各来源得分")
_SOURCE, _POINTS = Text(en="source", zh="来源"), Text(en="points", zh="分值")
_READS = Text(
    en="Added to the base of {base} points they make the total; the score is the total kept within the scale.",
    zh="与基础分 {base} 相加得到总分；评分为总分限定在评分区间内的结果。",
)
_VERDICT = Text(en="verdict", zh="结论")
_DECLARED = Text(
    en="category declared by the holder; its fields stay with it",
    zh="数据方声明的类别，具体字段不出数据方",
)
_MADE_OF = Text(en="{field}, made of {sources}", zh="{field}，由 {sources} 计算")
_OWN_LINE = Text(en="{title} (own)", zh="{title}（本行）")


class NoAuthorisation(Conflict):
    code = "score_without_authorisation"
    what = Text(
        en="the bank keeps no authorisation of this firm for this service",
        zh="本行没有该企业就此评分服务出具的授权书",
    )
    mend = Text(
        en="Ask the firm for an authorisation first; it appears here when it is granted",
        zh="请先向企业申请授权；企业授权后会显示在此处",
    )


@dataclass(frozen=True, slots=True)
class Held:
    """The newest authorisation for each holder of a service, ended ones too: each holder judges for itself."""

    by_holder: Mapping[str, KeptGrant]

    @property
    def words(self) -> list[Statement]:
        """Each statement once."""
        return list({one.terms.auth_id: one.statement for one in self.by_holder.values()}.values())

    @property
    def has_ended(self) -> bool:
        """Whether a holder will refuse, as far as is known here."""
        return any(one.state.value != "granted" for one in self.by_holder.values())


def held_for(settings: Settings, job: Job, *, subject: str, now: dt.datetime) -> Held:
    """For a service and a credit code: the newest one that holds, else the newest that ended."""
    found: dict[str, KeptGrant] = {}
    for grant in grants_here(settings, now):  # the newest first
        terms = grant.terms
        if entity_of(terms.subject) != subject or terms.purpose != job.purpose:
            continue
        for one in job.inputs:
            if one.party in terms.holders and one.dataset in terms.catalogues:
                before = found.get(one.party)
                better = before is None or (
                    before.state.value != "granted" and grant.state.value == "granted"
                )
                if better:
                    found[one.party] = grant
    return Held(found)


def asking_as(settings: Settings, person: accounts.Person) -> Asking:
    """The bank's way to joint scores in the name of who is signed in; close it. Raises NodeMissing."""
    from shuxin.portal.node_services import asking  # noqa: PLC0415 - heavy

    def own_gate() -> Any:
        return replace(gate(settings, limits=GateLimits.batch()), reader=person.name)

    return replace(asking(settings), gate=own_gate)


def ask_holders(
    settings: Settings, *, person: accounts.Person, service: str, subject: str, held: Held
) -> dict[str, Any]:
    """Ask once; the score is kept with every answer and refusal. Raises as ``Asking.score``."""
    asks = asking_as(settings, person)
    try:
        found = asks.score(service, subjects=[subject], words=held.words)
    finally:
        asks.close()
    because = [[one.party, one.sentence.en, one.sentence.zh] for one in found.because]
    return {"score": str(found.score_ids[0]), "because": because}


@dataclass(frozen=True, slots=True)
class Read:
    """A kept score with all that its page shows. parts: its evidence file, read. pd: calibrated if it can be."""

    view: ScoreView
    part: LabelPart
    job: Job
    names: Mapping[str, str]
    parts: Mapping[str, Any]
    pd: float
    calibrated_on: str

    @property
    def silent(self) -> list[str]:
        """Names of holders that did not answer."""
        return self._with("DOWN")

    @property
    def refusing(self) -> list[str]:
        return self._with("REFUSED")

    @property
    def is_whole(self) -> bool:
        """Whether every holder was asked and gave what it has."""
        return not self.silent and not self.refusing

    @property
    def own(self) -> list[tuple[str, int, int]]:
        """(name, bin, points) of the own characteristics, as the signed score says."""
        said = self.parts["score"]["body"]["own"]
        return [(one["name"], one["bin"], one["points"]) for one in said]

    def name(self, party: str) -> str:
        return self.names.get(party, party)

    def _with(self, standing: str) -> list[str]:
        said = (one.share for one in self.view.holders)
        return [self.name(share.party) for share in said if share.standing.name == standing]


def read_score(settings: Settings, score_id: str, *, evidence: bytes) -> Read:
    """``evidence``: its own file. Raises ScoreUnknown, CardInvalid."""
    import numpy as np  # noqa: PLC0415 - heavy

    from shuxin.federation.api import calibration_in, job_view  # noqa: PLC0415 - heavy
    from shuxin.portal.node_evidence import view_of_score  # noqa: PLC0415 - heavy
    from shuxin.portal.node_services import asking  # noqa: PLC0415 - heavy

    view, asks = view_of_score(settings, score_id), asking(settings)
    service = view.line.service
    part, job = asks.part(service), job_view(service).job
    if job is None:
        raise ValueError("a service that scored has its job here")
    calibration = calibration_in(asks.results(service))
    points = np.array([view.line.points])
    pd = view.line.pd if calibration is None else float(calibration.pd(points, part=part)[0])
    made_on = "" if calibration is None else calibration.made_on
    return Read(view, part, job, names_here(settings), json.loads(evidence), pd, made_on)


def summary(found: Read) -> Facts:
    line, scale = found.view.line, found.part.scaling
    passes = Text(en="reaches the cut-off", zh="达到通过线")
    below = Text(en="below the cut-off", zh="低于通过线")
    by = Text(en="by the scale of the card", zh="按评分卡刻度")
    if found.calibrated_on:
        by = Text(en=f"calibrated on {found.calibrated_on}", zh=f"按 {found.calibrated_on} 校准")
    return Facts(
        [
            (_VERDICT, State(passes, "good") if line.passes else State(below, "bad")),
            (Text(en="cut-off", zh="通过线"), found.view.cut_off),
            (Text(en="scale", zh="评分区间"), f"{scale.floor} – {scale.ceiling}"),
            (Text(en="base points", zh="基础分"), found.view.base),
            (
                Text(en="total before it is kept within the scale", zh="限定区间前的总分"),
                line.total,
            ),
            (Text(en="probability of default", zh="违约概率"), f"{found.pd:.2%}"),
            (Text(en="the probability is", zh="概率口径"), by),
            (Text(en="model", zh="模型"), found.view.model),
        ]
    )


def standing_rows(found: Read, because: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """One row a holder: what became of the question there, its own reasons, and what it counts for.

    because: what was heard when it was asked, by party; its signed reasons go first.
    """
    from shuxin.federation.api import STANDING_TEXT  # noqa: PLC0415 - heavy

    return [
        {
            "holder": found.name(one.share.party),
            "standing": State(STANDING_TEXT[one.share.standing], tone(one.share)),
            "points": one.share.points,
            "why": [text for _, text in one.refusals] or because.get(one.share.party, []),
            "categories": list(one.categories),
            "signed": one.proven,
        }
        for one in found.view.holders
    ]


def tone(share: PartyShare) -> Any:
    return TONES.get(share.standing.name, "quiet")


def contributions(found: Read, language: Language) -> list[tuple[str, int]]:
    """Label and points of every part beside the base that is disclosed; of holders their sum where only that is."""
    titles = {one.name: one.title for one in found.part.characteristics}
    rows = [
        (_OWN_LINE.say(language, title=titles[name].say(language)), points)
        for name, _, points in found.own
    ]
    for one in found.view.holders:
        rows += _of_holder(one.share, found, language)
    if any(one.share.points is None for one in found.view.holders):
        told = found.view.base + sum(points for _, points in rows)
        rows.append((_SUM.say(language), found.view.line.total - told))
    return rows


def _of_holder(share: PartyShare, found: Read, language: Language) -> list[tuple[str, int]]:
    """By category where the model's contract opens them, else in one."""
    name = found.name(share.party)
    if share.points is None:
        return []
    contract = found.part.contract
    if contract.contribution.value != "by_category" or share.standing.name != "ANSWERED":
        return [(name, share.points)]
    seat = next(one for one in found.part.seats if one.party == share.party)
    titles = [one.title for one in seat.categories if one.code not in contract.silent]
    numbers = _numbers(found, share.party)
    between = "：" if language == "zh" else ": "
    labels = [one.say(language) for one in (*titles, _OTHERS)][: len(numbers)]
    return [
        (f"{name}{between}{label}", points) for label, points in zip(labels, numbers, strict=True)
    ]


def _numbers(found: Read, party: str) -> list[int]:
    """What the holder's signed leaf says, whole numbers around 0."""
    leaves = [
        answer["receipt"]["leaf"]["numbers"]
        for question in found.parts["questions"]
        for answer in question["answers"]
        if answer["holder"] == party and answer["receipt"]
    ]
    return [one - (1 << 32) if one >= 1 << 31 else one for one in leaves[-1]]


def contribution_chart(found: Read, language: Language) -> Chart:
    rows = contributions(found, language)
    return Chart(
        name="contributions",
        title=_CONTRIBUTIONS,
        kind="bar",
        x=Axis(_SOURCE),
        y=Axis(_POINTS),
        categories=[label for label, _ in rows],
        series=[Series(_POINTS, [points for _, points in rows])],
        reads=_READS.say(language, base=found.view.base),
    )


def reason_rows(found: Read, language: Language) -> list[dict[str, Any]]:
    """Own reasons by loss, each traced to the field and what that is made of; then the holders' categories."""
    entered = found.job.input_of(found.part.party)
    dataset = "" if entered is None else entered.dataset
    bank = found.name(found.part.party)
    rows = [
        {
            "text": one.text,
            "party": bank,
            "range": one.bin_label,
            "points": one.points,
            "trace": _trace(dataset, one.characteristic, language),
        }
        for one in _own_reasons(found)
    ]
    for holder in found.view.holders:
        rows += [
            {
                "text": title,
                "party": found.name(holder.share.party),
                "range": "",
                "points": None,
                "trace": _DECLARED.say(language),
            }
            for title in holder.categories
        ]
    return rows


def _own_reasons(found: Read) -> tuple[Reason, ...]:
    from shuxin.scoring.api import Scored, reasons_of  # noqa: PLC0415 - heavy

    card = found.part.own_card
    if card is None:
        return ()
    line = found.view.line
    scored = Scored(line.points, line.pd, tuple(found.own))
    reasons: tuple[Reason, ...] = reasons_of(card=card, scored=scored)
    return reasons


def _trace(dataset: str, field: str, language: Language) -> str:
    """The field, and by the lineage of a derived data set the fields that it is made of."""
    from shuxin.catalogue.api import lineages  # noqa: PLC0415 - needs the database

    here = f"{dataset}.{field}"
    lineage = lineages().get(dataset)
    known = {one.column: one for one in lineage.columns} if lineage else {}
    if field not in known:
        return here
    sources = sorted(f"{one.table}.{one.column}" for one in known[field].direct)
    return _MADE_OF.say(language, field=here, sources=", ".join(sources)) if sources else here
