"""The scorecard as one immutable thing: what it is made of, the rules it cannot break, its file.

The file is ``{"card": {...}, "sha256": "..."}`` in canonical JSON (RFC 8785): equal cards have equal
bytes, and a card whose content does not match its hash is refused.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, cast

from pydantic import ValidationError

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.text import Text
from shuxin.scoring.binning.finding import Finding
from shuxin.scoring.binning.shape import BinShape
from shuxin.scoring.card.form import CardForm, CharacteristicForm, TextForm
from shuxin.scoring.card.points import MOST_POINTS, Scaling
from shuxin.scoring.card.sealed import CardInvalid, open_sealed, sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.kernel.canonical import Json

FORMAT = "shuxin-scorecard/1"


@dataclass(frozen=True, slots=True)
class CardBin:
    """One bin: whole points, WOE (positive = good), training counts of good and bad."""

    points: int
    woe: float
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class CardCharacteristic:
    """A characteristic on the card; ``bins`` in the order of ``shape``. Raises CardInvalid.

    unseen_points: of a category that no bin takes, WOE 0. coefficient: of the WOE in the log-odds of
    good. reference: mean points of the training applicants near the cut-off, for reasons. The reasons
    are as in the plan's Characteristic.
    """

    shape: BinShape
    title: Text
    group: str
    unit: str
    bins: tuple[CardBin, ...]
    unseen_points: int
    coefficient: float
    reference: float
    reason_low: Text | None = None
    reason_high: Text | None = None
    reason_missing: Text | None = None

    def __post_init__(self) -> None:
        counts = chain.from_iterable((each.good, each.bad) for each in self.bins)
        reals = (self.coefficient, self.reference, *(each.woe for each in self.bins))
        fits = len(self.bins) == self.shape.count and min(counts, default=0) >= 0
        fits &= all(abs(points) <= MOST_POINTS for points in self.all_points)
        fits &= all(map(math.isfinite, reals))
        if not fits or not all(map(_is_plain, self._texts())):
            raise CardInvalid(where=f"characteristics.{self.name}")

    @property
    def name(self) -> str:
        return self.shape.name

    @property
    def all_points(self) -> tuple[int, ...]:
        """(shape.count + 1,) points by bin index; the last one is for UNSEEN, index -1."""
        return (*(each.points for each in self.bins), self.unseen_points)

    def _texts(self) -> Iterator[Text]:
        yield self.title
        yield from filter(None, (self.reason_low, self.reason_high, self.reason_missing))


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """What the card was trained on; ``data_hash`` is the content hash of the training snapshot."""

    rows: int
    bads: int
    data_hash: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A scorecard (评分卡). Raises CardInvalid.

    made_on: a date as text, given by whoever trained. target: what counts as bad. intercept: log-odds
    of good when all WOE are 0. cut_off: points from which an application passes.
    """

    name: str
    made_on: str
    target: Text
    scaling: Scaling
    intercept: float
    characteristics: tuple[CardCharacteristic, ...]
    cut_off: int
    training: TrainingFacts
    findings: tuple[Finding, ...] = ()
    format: str = FORMAT

    def __post_init__(self) -> None:
        names = [each.name for each in self.characteristics]
        if self.format != FORMAT:
            raise CardInvalid(where="format")
        if not names or len(names) != len(set(names)):
            raise CardInvalid(where="characteristics")
        if not math.isfinite(self.intercept):
            raise CardInvalid(where="intercept")
        if not 0 < self.training.bads < self.training.rows:
            raise CardInvalid(where="training")
        for each in self.characteristics:
            if sum(bin_.good + bin_.bad for bin_ in each.bins) != self.training.rows:
                raise CardInvalid(where=f"characteristics.{each.name}.bins")


def _is_plain(text: Text) -> bool:
    """Reasons and titles are shown as they stand; braces would ask for facts."""
    return not set("{}") & set(text.en + text.zh)


def card_bytes(card: Scorecard, /) -> bytes:
    """The card's file; equal cards give equal bytes. Raises CardInvalid where a text is too long."""
    content = _json_of(card)
    _form_of(canonical_json(content))
    return sealed(content)


def card_hash(card: Scorecard, /) -> str:
    """Content hash of the card, 64 hexadecimal digits; its file carries the same."""
    return content_hash(_json_of(card))


def read_card(data: bytes, /, *, expected_hash: str | None = None) -> Scorecard:
    """The card of ``card_bytes``; ``expected_hash`` is the approved one, where it is known.

    Raises:
        CardAltered: the content does not match its own hash or the expected one.
        CardInvalid: it is no card; also BinsInvalid, ScalingInvalid and NotCanonical, all InvalidInput.
    """
    form = _form_of(open_sealed(data, expected_hash=expected_hash))
    return Scorecard(
        name=form.name,
        made_on=form.made_on,
        target=_text(form.target),
        scaling=Scaling(**form.scaling.model_dump()),
        intercept=form.intercept,
        characteristics=tuple(map(_characteristic, form.characteristics)),
        cut_off=form.cut_off,
        training=TrainingFacts(**form.training.model_dump()),
        findings=tuple(
            Finding(each.code, each.characteristic, _text(each.detail)) for each in form.findings
        ),
    )


def _form_of(content: bytes) -> CardForm:
    try:
        return CardForm.model_validate_json(content)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise CardInvalid(where=where or "card") from error


def _json_of(card: Scorecard) -> Json:
    return cast("Json", asdict(card))


def _characteristic(form: CharacteristicForm) -> CardCharacteristic:
    return CardCharacteristic(
        shape=BinShape(**form.shape.model_dump()),
        title=_text(form.title),
        group=form.group,
        unit=form.unit,
        bins=tuple(CardBin(**each.model_dump()) for each in form.bins),
        unseen_points=form.unseen_points,
        coefficient=form.coefficient,
        reference=form.reference,
        reason_low=_text(form.reason_low) if form.reason_low else None,
        reason_high=_text(form.reason_high) if form.reason_high else None,
        reason_missing=_text(form.reason_missing) if form.reason_missing else None,
    )


def _text(form: TextForm) -> Text:
    return Text(en=form.en, zh=form.zh)
