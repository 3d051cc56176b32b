"""Lays a credit report out as sections, in the order in which it is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.scoring.charts.report_plots import (
    GroupBar,
    contribution_bars,
    cumulative_shares,
    month_columns,
    score_strip,
)
from shuxin.scoring.report import labels
from shuxin.scoring.report.content import Verdict
from shuxin.scoring.report.document import (
    Document,
    Fact,
    Facts,
    Headline,
    Notes,
    Pictures,
    Section,
    Table,
)
from shuxin.scoring.report.numbers import NO_DATA, percent_text, rate_text
from shuxin.scoring.report.pen import Pen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.kernel.text import Language
    from shuxin.scoring.report.content import CreditReport, Measured, PriceShown, Ruling
    from shuxin.scoring.report.document import Block, Tone

_TONE: dict[Verdict, Tone] = {
    Verdict.APPROVE: "calm",
    Verdict.REFER: "care",
    Verdict.DECLINE: "stop",
}
_LOADS_NAMED = 2
_HASH_SHOWN = 8


def credit_document(
    *, report: CreditReport, language: Language, printable: frozenset[str] | None
) -> Document:
    """The report in one language; ``printable`` as of Pen."""
    pen = Pen(language, printable)
    sections = (
        *([_grounds(report.ruling, pen)] if report.ruling.grounds else []),
        _reasons(report, pen),
        _figures(report, pen),
        _pictures(report, pen),
        _caps(report, pen),
        *([_price(report.price, pen)] if report.price else []),
        _data(report, pen),
        _model(report, pen),
        _rights(report, pen),
    )
    return Document(
        language=language,
        kind=pen.say(labels.KIND),
        title=pen.data(report.who.name),
        facts=_who(report, pen),
        headline=_headline(report.ruling, pen),
        sections=(_score(report, pen), *sections, _evidence(report, pen)),
        foot=pen.say(labels.FOOT, kind=labels.KIND.say(language), report_id=report.who.report_id),
    )


def _who(report: CreditReport, pen: Pen) -> tuple[Fact, ...]:
    who = report.who
    return (
        Fact(pen.say(labels.CODE), pen.data(who.code)),
        Fact(pen.say(labels.AS_OF), pen.date(who.as_of)),
        Fact(pen.say(labels.REPORT_ID), pen.data(who.report_id)),
        Fact(pen.say(labels.PURPOSE), pen.say(who.purpose)),
        Fact(pen.say(labels.READER), pen.data(who.reader)),
    )


def _headline(ruling: Ruling, pen: Pen) -> Headline:
    figures = []
    if ruling.limit_fen is not None:
        figures.append(Fact(pen.say(labels.LIMIT), pen.money(ruling.limit_fen)))
    if ruling.rate_bp is not None:
        figures.append(Fact(pen.say(labels.RATE), rate_text(ruling.rate_bp)))
    if ruling.term_months is not None:
        term = pen.say(labels.MONTHS, months=ruling.term_months)
        figures.append(Fact(pen.say(labels.TERM), term))
    note = pen.say(labels.NO_OFFER)
    if ruling.binding_cap is not None:
        note = pen.say(labels.BOUND_BY, cap=pen.say(ruling.binding_cap))
    elif ruling.limit_fen is not None:
        note = ""
    return Headline(
        tone=_TONE[ruling.verdict],
        words=pen.say(labels.VERDICT[ruling.verdict]),
        figures=tuple(figures),
        note=note,
    )


def _score(report: CreditReport, pen: Pen) -> Section:
    score = report.score
    scale = {"points": score.points, "lowest": score.lowest, "highest": score.highest}
    strip = score_strip(
        points=score.points,
        highest=score.highest,
        bands=[replace(band, name=pen.data(band.name)) for band in score.bands],
        language=pen.language,
    )
    facts = (
        Fact(pen.say(labels.SCORE), pen.say(labels.POINTS_OF, **scale)),
        Fact(pen.say(labels.GRADE), pen.data(score.grade)),
        Fact(
            pen.say(labels.DEFAULT_PROBABILITY, months=score.horizon_months),
            percent_text(score.default_probability, places=2),
        ),
    )
    return Section(pen.say(labels.SCORE), (Pictures((strip,), beside=facts),))


def _reasons(report: CreditReport, pen: Pen) -> Section:
    rows = tuple(
        (
            pen.say(reason.text),
            pen.quantity(reason.value),
            pen.say(reason.bin),
            pen.say(
                labels.ROWS_OF, dataset=pen.say(reason.origin.dataset), rows=reason.origin.rows
            ),
            f"{reason.points_lost:.1f}",
        )
        for reason in report.reasons
    )
    head = pen.all(labels.REASON, labels.VALUE, labels.BIN, labels.SOURCE, labels.LOST)
    table = Table(head=head, rows=rows, figures=(False, True, False, False, True))
    blocks: tuple[Block, ...] = (table,) if rows else (Notes((pen.say(labels.NO_REASONS),)),)
    return Section(pen.say(labels.REASONS), blocks)


def _grounds(ruling: Ruling, pen: Pen) -> Section:
    return Section(pen.say(labels.GROUNDS), (Notes(pen.all(*ruling.grounds)),))


def _figures(report: CreditReport, pen: Pen) -> Section:
    rows = tuple(
        (
            pen.say(figure.label),
            pen.quantity(figure.value),
            pen.quantity(figure.peers_median) if figure.peers_median else pen.say(NO_DATA),
            pen.say(figure.window),
        )
        for figure in report.figures
    )
    head = pen.all(labels.FIGURE, labels.VALUE, labels.PEERS, labels.WINDOW)
    table = Table(head=head, rows=rows, figures=(False, True, True, False))
    return Section(pen.say(labels.BUSINESS), (table,))


def _pictures(report: CreditReport, pen: Pen) -> Section:
    blocks: list[Block] = [Pictures(tuple(_flows(report, pen)))]
    if report.buyers is None or not report.buyers.shares:
        blocks.append(Notes((pen.say(labels.NO_BUYERS),)))
    if report.groups:
        bars = [GroupBar(pen.say(one.group), one.points, one.reference) for one in report.groups]
        beside = (
            Fact(pen.say(labels.POINTS_TOTAL), f"{sum(one.points for one in bars):.0f}"),
            Fact(pen.say(labels.REFERENCE_TOTAL), f"{sum(one.reference for one in bars):.0f}"),
        )
        blocks.append(Pictures((contribution_bars(groups=bars, language=pen.language),), beside))
    return Section(pen.say(labels.PICTURES), tuple(blocks))


def _flows(report: CreditReport, pen: Pen) -> Iterator[str]:
    if report.months:
        yield month_columns(months=report.months, language=pen.language)
    if report.buyers is not None and report.buyers.shares:
        shown = report.buyers
        yield cumulative_shares(
            shares=shown.shares,
            buyers=shown.buyers,
            window=pen.say(shown.window),
            language=pen.language,
        )


def _caps(report: CreditReport, pen: Pen) -> Section:
    rows = tuple(
        (
            pen.say(cap.name),
            pen.say(cap.formula),
            pen.say(NO_DATA) if cap.amount_fen is None else pen.money(cap.amount_fen),
            pen.say(labels.YES if cap.is_bound else labels.NO),
        )
        for cap in report.caps
    )
    table = Table(
        head=pen.all(labels.CAP, labels.FORMULA, labels.AMOUNT, labels.BOUND),
        rows=rows,
        figures=(False, False, True, False),
        marked=tuple(i for i, cap in enumerate(report.caps) if cap.is_bound),
    )
    return Section(pen.say(labels.CAPS), (table,))


def _price(price: PriceShown, pen: Pen) -> Section:
    parts = [(pen.say(part.name), rate_text(part.rate_bp)) for part in price.parts]
    rows = (*parts, (pen.say(labels.TOTAL), rate_text(price.rate_bp)))
    table = Table(
        head=pen.all(labels.PART, labels.RATE),
        rows=rows,
        figures=(False, True),
        marked=(len(parts),),
    )
    expected = (
        Fact(pen.say(labels.EXPECTED_PROFIT), pen.money(price.expected_profit_fen)),
        Fact(pen.say(labels.EXPECTED_LOSS), pen.money(price.expected_loss_fen)),
    )
    return Section(pen.say(labels.PRICE), (table, Facts(expected)))


def _data(report: CreditReport, pen: Pen) -> Section:
    rows = tuple(
        (
            pen.say(use.dataset),
            pen.data(_loads(use.loads)),
            f"{use.rows:,}",
            pen.date(use.known_until),
            str(use.level),
        )
        for use in report.data
    )
    head = pen.all(labels.DATASET, labels.LOADS, labels.ROWS, labels.KNOWN_UNTIL, labels.LEVEL)
    table = Table(head=head, rows=rows, figures=(False, False, True, True, True))
    return Section(pen.say(labels.DATA), (table,))


def _loads(loads: tuple[str, ...]) -> str:
    named = [load[:_HASH_SHOWN] for load in loads[:_LOADS_NAMED]]
    more = [f"+{len(loads) - _LOADS_NAMED}"] if len(loads) > _LOADS_NAMED else []
    return ", ".join([*named, *more])


def _model(report: CreditReport, pen: Pen) -> Section:
    model = report.model
    facts = (
        Fact(pen.say(labels.NAME), pen.data(model.name)),
        Fact(pen.say(labels.TRAINED_ON), pen.say(model.trained_on)),
        Fact(pen.say(labels.DIGEST), pen.data(model.digest)),
    )
    cautions = [pen.say(labels.CAUTION, caution=pen.say(one)) for one in model.cautions]
    measured: Block = metrics_table(model.metrics, pen)
    if not model.metrics:
        measured = Notes((pen.say(labels.NOT_EVALUATED),))
    return Section(pen.say(labels.MODEL), (Facts(facts), measured, Notes(tuple(cautions))))


def metrics_table(metrics: tuple[Measured, ...], pen: Pen) -> Table:
    """Each measure of quality with its interval and how that was made."""
    rows = tuple(
        (
            pen.say(one.name),
            f"{one.value:.3f}",
            f"{one.low:.3f} – {one.high:.3f}",
            pen.say(one.method),
        )
        for one in metrics
    )
    head = pen.all(labels.METRIC, labels.VALUE, labels.INTERVAL, labels.METHOD)
    return Table(head=head, rows=rows, figures=(False, True, True, False))


def _rights(report: CreditReport, pen: Pen) -> Section:
    lines = [pen.say(line) for line in labels.RIGHTS_LINES]
    contact = pen.say(labels.CONTACT, contact=pen.say(report.contact))
    return Section(pen.say(labels.RIGHTS), (Notes((*lines, contact)),))


def _evidence(report: CreditReport, pen: Pen) -> Section:
    facts = tuple(Fact(pen.say(one.name), pen.data(one.value)) for one in report.evidence)
    return Section(pen.say(labels.EVIDENCE), (Facts(facts), Notes(pen.footnotes())))
