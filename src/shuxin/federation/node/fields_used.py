"""Which fields of this party's datasets its joint models use, for the data map; nothing heavy is loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.domain.parameters import ScorecardParameters
from shuxin.federation.domain.states import State
from shuxin.federation.models import JobRecord
from shuxin.federation.node.book import job_in

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.domain.job import Job

_CARD = "card"


@dataclass(frozen=True, slots=True)
class FieldsInModel:
    """A joint card with a part here. fields: of ``dataset``, those that are characteristics of this part."""

    job_id: str
    model: str
    dataset: str
    fields: tuple[str, ...]


def fields_in_models(*, folder: Path, party: str) -> list[FieldsInModel]:
    """Of all scorecard jobs done here, the newest first. folder: the node's; party: this one.

    The file of a part was checked when it was kept; one that is gone is left out.
    """
    rows = JobRecord.objects.filter(state=State.DONE).order_by("-received_at", "-id")
    found = []
    for row in rows:
        job, file = job_in(row), folder / "results" / row.job_id / _CARD
        if job is None or not isinstance(job.parameters, ScorecardParameters) or not file.is_file():
            continue
        model = job.parameters.model
        dataset, fields = _dataset(job, party), _fields(file)
        found.append(FieldsInModel(row.job_id, model, dataset, fields))
    return found


def _dataset(job: Job, party: str) -> str:
    return next((one.dataset for one in job.inputs if one.party == party), "")


def _fields(file: Path) -> tuple[str, ...]:
    card = json.loads(file.read_bytes())["card"]
    return tuple(one["shape"]["name"] for one in card["characteristics"])
