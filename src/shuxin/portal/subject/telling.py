"""What a holder tells a subject about itself: datasets, rows, uses, the last decision. JSON, in both languages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.api import contract
from shuxin.consent.api import Purpose, Wanted, bases, history_of, joint_bases, refusals_of, rights
from shuxin.fusion.api import EnterpriseUnknown, portrait
from shuxin.kernel.bodies import LARGEST_NUMBER
from shuxin.kernel.errors import ShuxinError
from shuxin.portal.bootstrap import HeldKeys, holder
from shuxin.portal.subject.letters import holder_box
from shuxin.portal.subject.sealing import box_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shuxin.catalogue.api import Field
    from shuxin.consent.api import JointBasis, Permit, Question
    from shuxin.fusion.api import Chapter, Fact
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Text

MOST_ROWS = 400
"""Rows of one dataset in one answer, the newest; what there is in all is told beside them."""
Told = dict[str, Any]


def overview(
    question: Question, *, permit: Permit, settings: Settings, now: dt.datetime, rows: int
) -> Told:
    """Which datasets have rows about the subject, who may use them, and its objections here."""
    del rows
    own = holder(settings)
    keys = HeldKeys(settings.home)
    joint = [
        one
        for one in joint_bases(holder=own.party, keys=keys)
        if one.valid_from <= now < one.valid_to
    ]
    chapters = _chapters(question, permit=permit, settings=settings)
    return {
        "holder": {"party": own.party, "name": own.name, "kind": own.kind},
        "box": box_text(holder_box(settings)),
        "datasets": [_dataset(one, joint) for one in chapters],
        "own_work": [
            {"purpose": _both(purpose.text), "law": found[0].law}
            for purpose in Purpose
            if (found := bases(holder=own.party, purpose=purpose, keys=keys)) and found[0].shown
        ],
        "objections": [
            _objection(one)
            for one in rights.objections(now=now)
            if one.party == question.subject or one.subject == permit.subject
        ],
    }


def of_portrait(
    question: Question, *, permit: Permit, settings: Settings, now: dt.datetime, rows: int
) -> Told:
    """The rows themselves, the newest of each dataset, and at a lender its last decision."""
    from shuxin.portal.subject.credit import (  # noqa: PLC0415 - lenders only
        last_credit,
        last_joint_score,
    )

    chapters = _chapters(question, permit=permit, settings=settings)
    return {
        "chapters": [_chapter(one, rows) for one in chapters],
        "credit": last_credit(permit, settings=settings, now=now),
        "joint": last_joint_score(permit, settings=settings),
    }


def uses(
    question: Question, *, permit: Permit, settings: Settings, now: dt.datetime, rows: int
) -> Told:
    """Every use and every refused request, newest first, but those that a duty of secrecy covers."""
    del question, settings, now
    found, refused = history_of(subject=permit.subject), refusals_of(subject=permit.subject)
    return {
        "total": len(found),
        "uses": [
            {
                "at": _moment(one.at),
                "reader": one.reader,
                "purpose": _both(Purpose.parse(one.purpose).text),
                "catalogues": list(one.catalogues),
                "everybody": one.general,
                "log_index": one.log_index,
                "ground": one.ground,
            }
            for one in found[: 4 * rows]
        ],
        "refused": [
            {"at": _moment(at), "reader": reader, "purpose": _both(Purpose.parse(why).text)}
            for at, reader, why, _ in refused[:rows]
        ],
    }


def report(
    question: Question, *, permit: Permit, settings: Settings, now: dt.datetime, rows: int
) -> Told:
    """The report of the last decision as PDF in base64; None where nothing was decided here."""
    from shuxin.portal.subject.credit import report_file  # noqa: PLC0415 - as above

    del rows
    return {
        "pdf": report_file(permit, language=question.language.value, settings=settings, now=now)
    }


def _sealed_failures(tell: Callable[..., Told]) -> Callable[..., Told]:
    """What goes wrong with the subject's data is said to the subject alone, never to who carries the answer."""

    def telling(question: Question, **given: Any) -> Told:
        try:
            return {"what": question.wanted.value, **tell(question, **given)}
        except ShuxinError as error:
            said = {"code": error.code, "en": error.say("en"), "zh": error.say("zh")}
            return {"what": question.wanted.value, "failed": said}

    return telling


TELL = {
    Wanted.OVERVIEW: _sealed_failures(overview),
    Wanted.PORTRAIT: _sealed_failures(of_portrait),
    Wanted.USES: _sealed_failures(uses),
    Wanted.REPORT: _sealed_failures(report),
}


def _chapters(question: Question, *, permit: Permit, settings: Settings) -> list[Chapter]:
    """Of a subject that no dataset mentions none."""
    try:
        found = portrait(permit.subject, permit=permit, settings=settings)
    except EnterpriseUnknown:
        return []
    return [one for one in found.chapters if question.dataset in {"", one.dataset} and one.facts]


def _dataset(chapter: Chapter, joint: Iterable[JointBasis]) -> Told:
    agreed = contract(dataset=chapter.dataset)
    seen = [field for field in agreed.fields if field.name not in chapter.withheld]
    happened = [str(one.happened) for one in chapter.facts if one.happened is not None]
    return {
        "dataset": chapter.dataset,
        "title": chapter.title,
        "department": chapter.department,
        "level": max(int(field.level) for field in agreed.fields),
        "rows": len(chapter.facts),
        "newest": max(happened, default=""),
        "known": _moment(max(one.known for one in chapter.facts)),
        "fields": [_field(field) for field in seen],
        "not_shown": len(chapter.withheld),
        "readers": [
            {
                "party": one.recipient,
                "purpose": _both(one.purpose.text),
                "law": one.law,
                "until": _moment(one.valid_to),
            }
            for one in joint
            if chapter.dataset in one.catalogues and one.shown
        ],
    }


def _chapter(chapter: Chapter, rows: int) -> Told:
    agreed = contract(dataset=chapter.dataset)
    newest = sorted(chapter.facts, key=_when, reverse=True)[:rows]
    return {
        "dataset": chapter.dataset,
        "title": chapter.title,
        "department": chapter.department,
        "fields": [_field(one) for one in agreed.fields if one.name not in chapter.withheld],
        "total": len(chapter.facts),
        "rows": [
            {
                "known": _moment(fact.known),
                "values": {name: _value(value) for name, value in fact.values.items()},
            }
            for fact in newest
        ],
    }


def _when(fact: Fact) -> tuple[str, dt.datetime]:
    return ("" if fact.happened is None else fact.happened.isoformat(), fact.known)


def _field(field: Field) -> Told:
    return {
        "name": field.name,
        "title": field.title or field.name,
        "unit": field.unit,
        "level": int(field.level),
    }


def _objection(one: rights.ObjectionView) -> Told:
    return {
        "number": one.objection_id,
        "dataset": one.dataset,
        "field": one.field,
        "text": one.text,
        "state": one.state.value,
        "said": _both(one.state.text),
        "filed": _moment(one.filed_at),
        "due": _moment(one.due_at),
        "late": one.late,
        "steps": [
            {"at": _moment(step.at), "said": _both(step.after.text), "reason": step.reason}
            for step in one.events
        ],
    }


def _value(value: object) -> object:
    """As JSON takes it; whole numbers beyond its range, dates and all else as text."""
    if isinstance(value, bool | float) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_NUMBER else str(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _moment(at: dt.datetime) -> str:
    return at.isoformat(timespec="seconds")


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
