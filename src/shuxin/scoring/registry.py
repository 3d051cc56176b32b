"""Trained models of this installation: kept once, found by hash, put to use by being the newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.scoring.bundle import read_bundle
from shuxin.scoring.models import DecisionRow, Evaluation, TrainedModel
from shuxin.scoring.report.content import Measured

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.scoring.bundle import Bundle
    from shuxin.scoring.report.content import Words

_SHORTEST = 6


class ModelMissing(NotFound):
    code = "model_missing"
    what = Text(en="there is no model {digest}", zh="没有模型 {digest}")
    mend = Text(
        en="Run 'shuxin train' first, or 'shuxin model --import FILE'; list them with 'shuxin model'",
        zh="请先运行 shuxin train，或用 shuxin model --import 文件 导入；用 shuxin model 查看",
    )


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A model as it is listed. ``origin``: trained here, or imported."""

    digest: str
    name: str
    origin: str
    snapshot: str
    by: str
    at: dt.datetime
    facts: dict[str, Any]


def keep_model(
    bundle: Bundle,
    *,
    origin: str,
    snapshot: str,
    facts: dict[str, Any],
    by: str,
    now: dt.datetime,
) -> KeptModel:
    """Keep a bundle; one that is here already is moved to the front by a new time, nothing else."""
    row, created = TrainedModel.objects.get_or_create(
        content_hash=bundle.digest,
        defaults={
            "name": bundle.card.name,
            "content": bundle.content.decode(),
            "origin": origin,
            "snapshot": snapshot,
            "facts": facts,
            "by": by,
            "at": now,
        },
    )
    if not created:
        row.at = now
        row.save(update_fields=["at"])
    return _view(row)


def kept_models() -> list[KeptModel]:
    """The newest first: that is the one in use."""
    return [_view(row) for row in TrainedModel.objects.order_by("-at", "-pk")]


def model_in_use(digest: str = "") -> Bundle:
    """The newest model, or the one whose hash begins so. Raises ModelMissing, CardAltered."""
    row = model_row(digest)
    return read_bundle(row.content.encode(), expected_hash=row.content_hash)


def model_row(digest: str = "") -> TrainedModel:
    """Raises ModelMissing."""
    rows = TrainedModel.objects.order_by("-at", "-pk")
    if digest:
        rows = (
            rows.filter(content_hash__startswith=digest)
            if len(digest) >= _SHORTEST
            else rows.none()
        )
    row = rows.first()
    if row is None:
        raise ModelMissing(digest=digest or "-")
    return row


def keep_evaluation(
    digest: str,
    *,
    measured: tuple[Measured, ...],
    cautions: tuple[Text, ...],
    by: str,
    now: dt.datetime,
) -> None:
    """Raises ModelMissing."""
    Evaluation.objects.create(
        model=model_row(digest),
        measured=[[*_pair(m.name), m.value, m.low, m.high, *_pair(m.method)] for m in measured],
        cautions=[_pair(caution) for caution in cautions],
        by=by,
        at=now,
    )


def last_evaluation(digest: str) -> tuple[tuple[Measured, ...], tuple[Text, ...]]:
    """What was measured last and its cautions; before that only the training's. Raises ModelMissing."""
    model = model_row(digest)
    row = model.evaluations.order_by("-at", "-pk").first()
    if row is None:
        stated = model.facts.get("cautions", [])
        return (), tuple(Text(en=en, zh=zh) for en, zh in stated)
    measured = tuple(
        Measured(Text(en=m[0], zh=m[1]), m[2], m[3], m[4], Text(en=m[5], zh=m[6]))
        for m in row.measured
    )
    return measured, tuple(Text(en=en, zh=zh) for en, zh in row.cautions)


def decision_kept_at(digest: str) -> dt.datetime | None:
    """When the decision with this evidence was made here; None: not a decision of this installation."""
    row = DecisionRow.objects.filter(evidence_hash=digest).order_by("at").first()
    return None if row is None else row.at


def _pair(words: Words) -> list[str]:
    return [words, words] if isinstance(words, str) else [words.en, words.zh]


def _view(row: TrainedModel) -> KeptModel:
    return KeptModel(
        row.content_hash, row.name, row.origin, row.snapshot, row.by, row.at, row.facts
    )
