"""The joint jobs of the demo, proposed and watched in the bank's home as its officers do (演示任务)."""

from __future__ import annotations

import datetime as dt
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.kernel.text import Language

_DAYS_TO_ANSWER = 30


def propose_alignment(
    *, title: str, inputs: Sequence[Mapping[str, Any]], helper: str, min_size: int
) -> str:
    """Which firms do all of them have; the job's id. inputs: the label party's first."""
    return _propose(
        title=title,
        inputs=inputs,
        helper=helper,
        parameters={"kind": "alignment", "engine": "tags", "learn": "both", "min_size": min_size},
        outputs=("aligned",),
    )


def propose_scorecard(
    *,
    title: str,
    inputs: Sequence[Mapping[str, Any]],
    helper: str,
    min_size: int,
    model: str,
    target: str,
    bad: Sequence[str],
    more: Mapping[str, Any],
) -> str:
    """A joint card; the job's id. more: parameters that are not the schema's own."""
    named = {"model": model, "target": target, "bad": list(bad), "min_size": min_size}
    return _propose(
        title=title,
        inputs=inputs,
        helper=helper,
        parameters={"kind": "scorecard", "learn": "both", "engine": "tags", **named, **more},
        outputs=("aligned", "card"),
    )


def _propose(
    *,
    title: str,
    inputs: Sequence[Mapping[str, Any]],
    helper: str,
    parameters: Mapping[str, Any],
    outputs: Sequence[str],
) -> str:
    from shuxin.federation.api import node_folder, propose, read_config
    from shuxin.portal.bootstrap import operator, start
    from shuxin.portal.node_services import services

    settings = start()
    label, *holders = [one["party"] for one in inputs]
    roles = [(label, "label"), *((one, "holder") for one in holders), (helper, "helper")]
    values = {
        "title": title,
        "purpose": "model_training",
        "cipher": read_config(node_folder(settings)).cipher,
        "parties": [{"party": party, "role": role} for party, role in roles],
        "inputs": [dict(one) for one in inputs],
        "parameters": dict(parameters),
        "outputs": [{"name": name, "to": one} for name in outputs for one in (label, *holders)],
        "limits": {"rows": 100_000},
        "valid_to": (now_in_china() + dt.timedelta(days=_DAYS_TO_ANSWER)).isoformat(),
    }
    job: str = propose(values, by=operator(), services=services(settings))
    return job


def propose_service(
    *,
    title: str,
    card: str,
    basis: str,
    purpose: str,
    until: str,
    periods: Mapping[str, Sequence[str]],
    limits: Mapping[str, int],
) -> str:
    """Put the card of a job into service; the job's id. periods: first and last day of the data, by party."""
    from shuxin.federation.api import propose
    from shuxin.portal.bootstrap import operator, start
    from shuxin.portal.commandline.federation import SERVICE_OPTIONS
    from shuxin.portal.commands.node_service import service_values
    from shuxin.portal.node_services import services

    settings = start()
    options = Namespace(
        card=card,
        basis=basis,
        until=dt.date.fromisoformat(until),
        data_from=None,
        data_to=None,
        purpose=purpose,
        title=title,
        wait=600,
        hours=24,
        days=_DAYS_TO_ANSWER,
        **{name: limits.get(name) for name in SERVICE_OPTIONS},
    )
    values = service_values(settings, options)
    for one in values["inputs"]:
        one["data_from"], one["data_to"] = periods[one["party"]]
    job: str = propose(values, by=operator(), services=services(settings))
    return job


def job_state(*, job: str, language: Language) -> dict[str, Any]:
    """How far a job is here, in words."""
    from shuxin.federation.api import State, job_view, say_step
    from shuxin.portal.bootstrap import start
    from shuxin.portal.node_services import names_of_parties

    view, names = job_view(job), names_of_parties(start())
    return {
        "state": view.line.state.value,
        "is_end": view.line.state.is_end,
        "is_done": view.line.state is State.DONE,
        "step": say_step(view.line.step, language, names=names),
        "reason": f"{view.line.reason} {view.about}".strip(),
        "waits_for": list(view.waits_for),
    }


def common(*, job: str) -> int:
    """How many subjects all have, as an alignment or a card's alignment found."""
    from shuxin.federation.api import read_aligned
    from shuxin.portal.bootstrap import start
    from shuxin.portal.node_services import services

    found = read_aligned(services(start()).results_folder(job))
    return found.count or 0


def holders_of(*, job: str) -> list[str]:
    """The parties that keep a part of a card beside the label party."""
    from shuxin.federation.api import Role, summary_of
    from shuxin.portal.bootstrap import start
    from shuxin.portal.node_services import services

    file = services(start()).results_folder(job) / "card"
    return list(summary_of(file.read_bytes(), role=Role.LABEL).parties)
