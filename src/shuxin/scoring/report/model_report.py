"""The report of a model (模型评价报告) for those who build, check and approve it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.kernel.text import Text
from shuxin.scoring.charts.model_plots import (
    BinCount,
    calibration_plot,
    ks_curves,
    lift_bars,
    roc_curve,
    score_histogram,
    woe_bars,
)
from shuxin.scoring.evaluation.calibration import calibration_points
from shuxin.scoring.evaluation.metrics import lift_table
from shuxin.scoring.evaluation.stability import VERDICT_TEXT
from shuxin.scoring.report.credit_document import metrics_table
from shuxin.scoring.report.document import Document, Fact, Notes, Pictures, Section, Table
from shuxin.scoring.report.html import page
from shuxin.scoring.report.numbers import NO_DATA, percent_text
from shuxin.scoring.report.pen import Pen

if TYPE_CHECKING:
    from shuxin.kernel.text import Language
    from shuxin.scoring.evaluation.metrics import BoolArray, FloatArray
    from shuxin.scoring.evaluation.stability import CharacteristicShift, Stability
    from shuxin.scoring.report.content import Measured, ModelShown, Words

_KIND = Text(en="Model report", zh="模型评价报告")
_HASH = Text(en="Hash", zh="哈希")
_TRAINED_ON = Text(en="Trained on", zh="训练样本")
_SUBJECTS = Text(en="Subjects measured", zh="评价样本数")
_BADS = Text(en="Bad among them", zh="其中坏样本")
_BADS_OF = Text(en="{bads:,} ({rate})", zh="{bads:,}（{rate}）")
_QUALITY = Text(en="Quality", zh="模型质量")
_CAUTION = Text(en="Note: {caution}", zh="提示：{caution}")
_RANKING = Text(en="Parting good from bad", zh="区分能力")
_CALIBRATION = Text(en="Calibration", zh="校准")
_STABILITY = Text(en="Stability", zh="稳定性")
_CHARACTERISTICS = Text(en="Characteristics", zh="入模变量")
_BINS = Text(en="Weight of evidence by bin", zh="各变量分箱与证据权重（WOE）")
_DROPPED = Text(en="Characteristics left out", zh="未入模变量")
_NONE_DROPPED = Text(en="None was left out", zh="无未入模变量")
_NOT_MEASURED = Text(en="Not measured: there is no later sample", zh="未检验：没有后续样本")
_TITLE = Text(en="Characteristic", zh="变量")
_IV = Text(en="Information value (IV)", zh="信息值 IV")
_BIN_COUNT = Text(en="Bins", zh="分箱数")
_POINTS = Text(en="Points", zh="分值范围")
_PSI = Text(en="PSI", zh="PSI")
_BY_CHANCE = Text(en="PSI by chance", zh="随机期望 PSI")
_LIMIT = Text(en="95% chance limit", zh="95% 随机上限")
_VERDICT = Text(en="Verdict", zh="结论")
_SHIFT = Text(en="Shift of the mean score, points", zh="平均分变动（分）")
_SCORE = Text(en="Score", zh="评分")
_WHY = Text(en="Why", zh="原因")


@dataclass(frozen=True, slots=True)
class BinShown:
    """A bin: its label, goods, bads, WOE (positive = good) and points."""

    label: Words
    goods: int
    bads: int
    woe: float
    points: float


@dataclass(frozen=True, slots=True)
class CharacteristicShown:
    """A characteristic of the card with its bins and information value."""

    title: Words
    iv: float
    bins: tuple[BinShown, ...]
    shift: CharacteristicShift | None = None


@dataclass(frozen=True, slots=True)
class DroppedShown:
    """A characteristic that was left out; ``iv`` is None when it was not computed."""

    title: Words
    iv: float | None
    why: Words


@dataclass(frozen=True, slots=True, eq=False)
class ModelReport:
    """``scores``, ``outcomes`` (True = bad) and ``probabilities`` are (n,), unseen in training.

    ``stability`` is of the score between training and now, None when there is no later sample.
    """

    model: ModelShown
    scores: FloatArray
    outcomes: BoolArray
    probabilities: FloatArray
    quality: tuple[Measured, ...]
    characteristics: tuple[CharacteristicShown, ...]
    dropped: tuple[DroppedShown, ...]
    stability: Stability | None


def model_report_html(*, report: ModelReport, language: Language) -> str:
    """One HTML file that needs nothing else. Raises OneClassOnly as ``roc_auc``."""
    return page(document=model_document(report=report, language=language, printable=None))


def model_document(
    *, report: ModelReport, language: Language, printable: frozenset[str] | None
) -> Document:
    """The report in one language; ``printable`` as of Pen. Raises as ``roc_auc``."""
    pen = Pen(language, printable)
    sections = (
        _quality(report, pen),
        _ranking(report, pen),
        _calibration(report, pen),
        _stability(report, pen),
        _characteristics(report, pen),
        _bins(report, pen),
        _dropped(report, pen),
    )
    return Document(
        language=language,
        kind=pen.say(_KIND),
        title=pen.data(report.model.name),
        facts=_facts(report, pen),
        headline=None,
        sections=sections,
        foot=pen.data(report.model.digest),
    )


def _facts(report: ModelReport, pen: Pen) -> tuple[Fact, ...]:
    bads = int(np.count_nonzero(report.outcomes))
    rate = percent_text(bads / report.outcomes.size, places=1)
    return (
        Fact(pen.say(_TRAINED_ON), pen.say(report.model.trained_on)),
        Fact(pen.say(_SUBJECTS), f"{report.outcomes.size:,}"),
        Fact(pen.say(_BADS), pen.say(_BADS_OF, bads=bads, rate=rate)),
        Fact(pen.say(_HASH), pen.data(report.model.digest)),
    )


def _quality(report: ModelReport, pen: Pen) -> Section:
    cautions = (pen.say(_CAUTION, caution=pen.say(one)) for one in report.model.cautions)
    table = metrics_table((*report.model.metrics, *report.quality), pen)
    return Section(pen.say(_QUALITY), (table, Notes(tuple(cautions))))


def _ranking(report: ModelReport, pen: Pen) -> Section:
    sample, language = (report.scores, report.outcomes), pen.language
    svgs = tuple(
        plot(scores=sample[0], outcomes=sample[1], language=language)
        for plot in (roc_curve, ks_curves, score_histogram)
    )
    rows = lift_table(scores=report.scores, outcomes=report.outcomes)
    return Section(pen.say(_RANKING), (Pictures((*svgs, lift_bars(rows=rows, language=language))),))


def _calibration(report: ModelReport, pen: Pen) -> Section:
    points = calibration_points(probabilities=report.probabilities, outcomes=report.outcomes)
    plot = calibration_plot(points=points, language=pen.language)
    return Section(pen.say(_CALIBRATION), (Pictures((plot,)),))


def _stability(report: ModelReport, pen: Pen) -> Section:
    shifts = [(one.title, one.shift) for one in report.characteristics if one.shift]
    rows = [
        _shift_row(pen, one.stability, pen.say(title), one.score_shift) for title, one in shifts
    ]
    if report.stability:
        rows.insert(0, _shift_row(pen, report.stability, pen.say(_SCORE), None))
    if not rows:
        return Section(pen.say(_STABILITY), (Notes((pen.say(_NOT_MEASURED),)),))
    head = pen.all(_TITLE, _PSI, _BY_CHANCE, _LIMIT, _SHIFT, _VERDICT)
    table = Table(head=head, rows=tuple(rows), figures=(False, True, True, True, True, False))
    return Section(pen.say(_STABILITY), (table,))


def _shift_row(pen: Pen, stability: Stability, title: str, shift: float | None) -> tuple[str, ...]:
    return (
        title,
        f"{stability.psi:.3f}",
        f"{stability.by_chance:.3f}",
        f"{stability.chance_limit:.3f}",
        "" if shift is None else f"{shift:+.1f}".replace("-", "−"),
        pen.say(VERDICT_TEXT[stability.verdict]),
    )


def _characteristics(report: ModelReport, pen: Pen) -> Section:
    ordered = sorted(report.characteristics, key=lambda one: -one.iv)
    rows = tuple(
        (pen.say(one.title), f"{one.iv:.3f}", str(len(one.bins)), _range(one)) for one in ordered
    )
    head = pen.all(_TITLE, _IV, _BIN_COUNT, _POINTS)
    table = Table(head=head, rows=rows, figures=(False, True, True, True))
    return Section(pen.say(_CHARACTERISTICS), (table,))


def _range(one: CharacteristicShown) -> str:
    points = [part.points for part in one.bins]
    return f"{min(points):.0f} – {max(points):.0f}".replace("-", "−")


def _bins(report: ModelReport, pen: Pen) -> Section:
    svgs = tuple(
        woe_bars(
            title=pen.say(one.title),
            bins=[
                BinCount(pen.say(part.label), part.goods, part.bads, part.woe) for part in one.bins
            ],
            language=pen.language,
        )
        for one in report.characteristics
    )
    return Section(pen.say(_BINS), (Pictures(svgs),))


def _dropped(report: ModelReport, pen: Pen) -> Section:
    rows = tuple(
        (
            pen.say(one.title),
            pen.say(NO_DATA) if one.iv is None else f"{one.iv:.3f}",
            pen.say(one.why),
        )
        for one in report.dropped
    )
    head = pen.all(_TITLE, _IV, _WHY)
    table = Table(head=head, rows=rows, figures=(False, True, False))
    block = table if rows else Notes((pen.say(_NONE_DROPPED),))
    return Section(pen.say(_DROPPED), (block, Notes(pen.footnotes())))
