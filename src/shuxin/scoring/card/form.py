"""What a scorecard's file may hold: exact fields, exact types, bounded sizes."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.card.points import MOST_POINTS

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]
Words: TypeAlias = Annotated[str, Field(max_length=500)]
Real: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Points: TypeAlias = Annotated[int, Field(ge=-MOST_POINTS, le=MOST_POINTS)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=2**53 - 1)]
_Numbers: TypeAlias = Annotated[tuple[Real, ...], Field(max_length=200)]
_Group: TypeAlias = Annotated[tuple[Name, ...], Field(max_length=1000)]


class Form(BaseModel):
    """Nothing more, nothing less, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TextForm(Form):
    en: Words
    zh: Words


class ShapeForm(Form):
    name: Name
    kind: Kind
    edges: _Numbers
    specials: _Numbers
    categories: Annotated[tuple[_Group, ...], Field(max_length=200)]
    others: Annotated[int, Field(ge=-1, le=200)]


class BinForm(Form):
    points: Points
    woe: Real
    good: Count
    bad: Count


class CharacteristicForm(Form):
    shape: ShapeForm
    title: TextForm
    group: Words
    unit: Words
    bins: Annotated[tuple[BinForm, ...], Field(min_length=2, max_length=402)]
    unseen_points: Points
    coefficient: Real
    reference: Real
    reason_low: TextForm | None
    reason_high: TextForm | None
    reason_missing: TextForm | None


class ScalingForm(Form):
    base_points: Real
    base_odds: Real
    pdo: Real
    floor: Points
    ceiling: Points


class TrainingForm(Form):
    rows: Count
    bads: Count
    data_hash: Name


class FindingForm(Form):
    code: Name
    characteristic: Words
    detail: TextForm


class CardForm(Form):
    format: Literal["shuxin-scorecard/1"]
    name: Name
    made_on: Name
    target: TextForm
    scaling: ScalingForm
    intercept: Real
    characteristics: Annotated[tuple[CharacteristicForm, ...], Field(min_length=1, max_length=200)]
    cut_off: Points
    training: TrainingForm
    findings: Annotated[tuple[FindingForm, ...], Field(max_length=10_000)]
