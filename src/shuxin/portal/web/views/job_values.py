"""From what was typed in the forms of a proposal to the values of a job, and what is wrong with single fields."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import CHINA
from shuxin.kernel.text import Text
from shuxin.portal.web.views.job_form import NEEDED, filled, offered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from shuxin.federation.api import CardSummary, Job, JobInvalid
    from shuxin.kernel.text import Language
    from shuxin.portal.web.views.job_form import Start
    from shuxin.portal.web.views.node import Here

MOST_DAYS = 60
"""In which a job must start, at most."""
_TARGET_ENTERED = Text(en="The outcome is no feature.", zh="结果字段不得作为特征。")
_RANGE = Text(
    en="A whole number from {low:,} to {high:,}.", zh="请填写 {low:,} 至 {high:,} 的整数。"
)
_WRONG = Text(en="This does not fit: {reason}", zh="填写不符合要求（{reason}）。")
_DAY = Text(en="A day such as 2026-06-30.", zh="请填写日期，如 2026-06-30。")
_LATER = Text(en="It must lie after the day before it.", zh="须晚于起始日。")
_BASIS = Text(en="The id of the recorded basis is needed.", zh="请填写已记录依据的编号。")


def typed_in(sent: QueryDict) -> dict[str, Any]:
    """Everything that was sent, choices of several as lists."""
    return {
        name: sent.getlist(name) if len(sent.getlist(name)) > 1 else sent[name] for name in sent
    }


def job_values(
    start: Start,
    here: Here,
    typed: Mapping[str, Any],
    language: Language,
    *,
    cipher: str,
    now: dt.datetime,
) -> tuple[dict[str, Any], dict[str, Text]]:
    """The values of a job, and what is wrong with single fields."""
    errors = _data_errors(start, here, typed)
    asked, wrong = _asked(start.kind, typed, language)
    errors |= wrong
    data = (here.party, *start.holders)
    seats = [{"party": here.party, "role": "label"}]
    seats += [{"party": one, "role": "holder"} for one in start.holders]
    seats += [{"party": start.helper, "role": "helper"}] if start.helper else []
    parameters = {"kind": start.kind, "engine": start.engine, **asked["parameters"]}
    if start.kind == "scorecard":
        parameters |= {
            "model": _text(typed, "parameters.model"),
            "target": _text(typed, "target"),
            "bad": _lines(typed.get("bad", "")),
        }
    values = {
        "title": _text(typed, "title"),
        "purpose": _text(typed, "purpose"),
        "cipher": cipher,
        "parties": seats,
        "inputs": [_input(one, start, here, typed) for one in data],
        "parameters": parameters,
        "limits": asked["limits"],
        "outputs": _outputs(parameters, data),
        "valid_to": (now + dt.timedelta(days=_days(typed))).isoformat(timespec="seconds"),
    }
    return values, errors


def _outputs(parameters: Mapping[str, Any], data: Sequence[str]) -> list[dict[str, str]]:
    learn = parameters.get("learn", "both")
    to = data if learn == "both" else data[:1]
    names = ["count" if learn == "count" else "aligned"]
    names += ["card"] if parameters["kind"] == "scorecard" else []
    return [{"name": name, "to": one} for name in names for one in to]


def _input(party: str, start: Start, here: Here, typed: Mapping[str, Any]) -> dict[str, Any]:
    own = party == here.party
    ground = "basis" if own else _text(typed, f"ground-{party}")
    features: list[str] = []
    if start.kind == "scorecard":
        said = typed.get(f"features-{party}", "")
        features = _lines(said) if isinstance(said, str) and not own else _several(said)
    return {
        "party": party,
        "dataset": start.dataset if own else _text(typed, f"dataset-{party}"),
        "features": features,
        "ground": ground,
        "basis": _text(typed, f"basis-{party}") if ground == "basis" else "",
        "level": int(_text(typed, f"level-{party}") or "2"),
        "data_from": _text(typed, "from"),
        "data_to": _text(typed, "to"),
    }


def _data_errors(start: Start, here: Here, typed: Mapping[str, Any]) -> dict[str, Text]:
    found: dict[str, Text] = {}
    needed = ["purpose", f"basis-{here.party}"]
    if start.kind == "scorecard":
        needed += [
            "parameters.model",
            "target",
            "bad",
            *(f"features-{one}" for one in start.holders),
        ]
    for party in start.holders:
        needed += [f"dataset-{party}", f"ground-{party}"]
        if typed.get(f"ground-{party}") == "basis" and not _text(typed, f"basis-{party}"):
            found[f"basis-{party}"] = _BASIS
    own = _several(typed.get(f"features-{here.party}", ()))
    if start.kind == "scorecard" and _text(typed, "target") in own:
        found[f"features-{here.party}"] = _TARGET_ENTERED
    found |= {name: NEEDED for name in needed if not _text(typed, name)}
    days = {name: _date(_text(typed, name)) for name in ("from", "to")}
    found |= {name: _DAY for name, day in days.items() if day is None}
    if days["from"] and days["to"] and days["from"] >= days["to"]:
        found["to"] = _LATER
    if not 1 <= _days(typed) <= MOST_DAYS:
        found["days"] = filled(_RANGE, low=1, high=MOST_DAYS)
    for party in (here.party, *start.holders):
        if _text(typed, f"level-{party}") not in {"1", "2", "3"}:
            found[f"level-{party}"] = filled(_RANGE, low=1, high=3)
    return found


def _asked(
    kind: str, typed: Mapping[str, Any], language: Language
) -> tuple[dict[str, dict[str, Any]], dict[str, Text]]:
    """Parameters and limits with their types; a number out of its range is an error here already."""
    found: dict[str, dict[str, Any]] = {"parameters": {}, "limits": {}}
    errors: dict[str, Text] = {}
    for one in offered(kind, language):
        head, _, name = one.name.partition(".")
        text = _text(typed, one.name) or one.default or ""
        if one.type != "number":
            found[head][name] = text
            continue
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None  # noqa: PLR2004 - digits
        low, high = one.low or 0, one.high or 0
        if number is None or not low <= number <= high:
            errors[one.name] = filled(_RANGE, low=low, high=high)
        else:
            found[head][name] = number
    return found, errors


def field_of(error: JobInvalid, job_kind: str) -> str:
    """Which field of the form an invalid job's field is; "" where it is none of them."""
    place = str(error.facts["field"]).replace(f".{job_kind}.", ".")
    known = {"inputs.data_to": "to", "parameters.target": "target", "parameters.bad": "bad"}
    if place.split(".")[0] in {"parameters", "limits", "title", "purpose"}:
        return known.get(place, ".".join(place.split(".")[:2]))
    return known.get(place, "")


def wrong(error: JobInvalid) -> Text:
    return filled(_WRONG, reason=str(error.facts["reason"]))


def service_values(
    job: Job,
    card: CardSummary,
    here: Here,
    typed: Mapping[str, Any],
    language: Language,
    *,
    job_id: str,
    now: dt.datetime,
) -> tuple[dict[str, Any], dict[str, Text]]:
    """A service of the card that a job left here: its parties, datasets and hashes; and what is wrong with fields."""
    asked, errors = _asked("service", typed, language)
    until = _date(_text(typed, "until"))
    errors |= {name: NEEDED for name in ("purpose", "basis") if not _text(typed, name)}
    if until is None:
        errors["until"] = _DAY
    if not 1 <= _days(typed) <= MOST_DAYS:
        errors["days"] = filled(_RANGE, low=1, high=MOST_DAYS)
    ends = dt.datetime.combine(until or now.date(), dt.time(), tzinfo=CHINA)
    inputs = [one for one in job.inputs if one.party in {here.party, *card.parties}]
    values = {
        "title": _text(typed, "title") or card.model,
        "purpose": _text(typed, "purpose"),
        "cipher": job.cipher.value,
        "parties": [
            {"party": here.party, "role": "label"},
            *({"party": one, "role": "holder"} for one in card.parties),
        ],
        "inputs": [
            one.model_dump(mode="json") | _scoring_ground(one.party == here.party, typed)
            for one in inputs
        ],
        "parameters": {
            "kind": "service",
            "scorecard": job_id,
            "label_part": card.hash,
            "parts": list(card.parts),
            "until": ends.isoformat(),
            **asked["parameters"],
        },
        "limits": asked["limits"],
        "outputs": [{"name": "scores", "to": here.party}],
        "valid_to": (now + dt.timedelta(days=_days(typed))).isoformat(timespec="seconds"),
    }
    return values, errors


def _scoring_ground(own: bool, typed: Mapping[str, Any]) -> dict[str, Any]:  # noqa: FBT001 - one use
    basis = _text(typed, "basis") if own else ""
    return {"features": [], "ground": "basis" if own else "authorisations", "basis": basis}


def _text(typed: Mapping[str, Any], name: str) -> str:
    found = typed.get(name, "")
    return found.strip() if isinstance(found, str) else " ".join(map(str, found))


def _several(said: object) -> list[str]:
    if isinstance(said, str):
        return [said] if said else []
    return [str(one) for one in said] if isinstance(said, (list, tuple)) else []


def _lines(text: object) -> list[str]:
    return [line.strip() for line in str(text).splitlines() if line.strip()]


def _days(typed: Mapping[str, Any]) -> int:
    text = _text(typed, "days")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0  # noqa: PLR2004 - digits


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
