"""Models in brief, for the data map: what each is made of and how much rests on it; nothing heavy is loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from shuxin.scoring.models import TrainedModel

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class ModelInBrief:
    """A model of this installation. characteristics: names of the features on its card. decisions: made with it."""

    digest: str
    name: str
    at: dt.datetime
    characteristics: tuple[str, ...]
    decisions: int


def models_in_brief() -> list[ModelInBrief]:
    """The newest first."""
    rows = TrainedModel.objects.annotate(made=Count("decisions")).order_by("-at", "-pk")
    return [
        ModelInBrief(row.content_hash, row.name, row.at, _names(row.content), row.made)
        for row in rows
    ]


def _names(content: str) -> tuple[str, ...]:
    """Of a file that was checked when it was kept."""
    card = json.loads(content)["card"]["card"]["card"]
    return tuple(one["shape"]["name"] for one in card["characteristics"])
