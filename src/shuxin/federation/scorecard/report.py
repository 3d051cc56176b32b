"""The label party's record of how a joint card came about, as canonical JSON (联合建模报告)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.card.files import hash_of
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.text import Text
from shuxin.scoring.api import card_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.federation.card.parts import LabelPart
    from shuxin.federation.regression.climb import Fit
    from shuxin.federation.scorecard.alone import Alone
    from shuxin.federation.scorecard.choosing import Choice, Column
    from shuxin.federation.statistics.tables import JointTable
    from shuxin.kernel.canonical import Json

REPORT_FORMAT = "shuxin-joint-report/1"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One fit, and the columns that it had."""

    columns: tuple[Column, ...]
    fit: Fit


def report(
    *,
    part: LabelPart,
    columns: Sequence[Column],
    choice: Choice,
    attempts: Sequence[Attempt],
    own_auc: float,
    alone: Alone,
) -> bytes:
    """``own_auc``: of the label party's own points in this card; of the joint score no party has the training rows."""
    return canonical_json(
        {
            "format": REPORT_FORMAT,
            "job": part.job,
            "model": part.model,
            "card": hash_of(part),
            "rows": part.training.rows,
            "bads": part.training.bads,
            "tables": [_table(each.table, own=each.party == part.party) for each in columns],
            "dropped": _dropped(choice),
            "fits": [_fit(each) for each in attempts],
            "own_auc": own_auc,
            "alone": _alone(alone),
        }
    )


def _dropped(choice: Choice) -> list[Json]:
    return [
        {"party": each.party, "name": each.table.name, "en": why.en, "zh": why.zh}
        for each, why in choice.dropped
    ]


def _alone(alone: Alone) -> Json:
    """``none``: why there is no card; without one no columns are told."""
    found = alone.found
    if isinstance(found, Text):
        return {"dropped": _dropped(alone.choice), "none": {"en": found.en, "zh": found.zh}}
    numbers = (found.fit.coefficients.tolist(), found.fit.standard_errors.tolist())
    return {
        "dropped": _dropped(alone.choice),
        "card": card_hash(found.card),
        "auc": found.auc,
        "intercept": found.fit.intercept,
        "intercept_error": found.fit.intercept_error,
        "columns": [
            {"name": each.table.name, "coefficient": number, "error": error}
            for each, number, error in zip(alone.choice.left, *numbers, strict=True)
        ],
    }


def _table(table: JointTable, *, own: bool) -> Json:
    """Without the counts of withheld bins of a holder, and of one more where the total would tell a single one."""
    hidden = set() if own else set(hidden_bins(table))
    binned = table.binned
    good: list[Json] = [None if nth in hidden else n for nth, n in enumerate(binned.good)]
    bad: list[Json] = [None if nth in hidden else n for nth, n in enumerate(binned.bad)]
    woe: list[Json] = list(table.answer.hundredths)
    return {
        "party": table.party,
        "name": table.name,
        "kind": binned.shape.kind.value,
        "good": good,
        "bad": bad,
        "woe_hundredths": woe,
        "withheld": list(table.withheld),
        "iv": None if hidden else binned.iv,
    }


def hidden_bins(table: JointTable) -> tuple[int, ...]:
    """Withheld bins with rows; with a single one the smallest of the others too."""
    rows = [g + b for g, b in zip(table.binned.good, table.binned.bad, strict=True)]
    hidden = [nth for nth in table.withheld if rows[nth]]
    others = [(count, nth) for nth, count in enumerate(rows) if count and nth not in hidden]
    if len(hidden) == 1 and others:
        hidden.append(min(others)[1])
    return tuple(sorted(hidden))


def _fit(attempt: Attempt) -> Json:
    found = attempt.fit
    numbers = [number for each in found.coefficients for number in each.tolist()]
    errors = [number for each in found.standard_errors or () for number in each.tolist()]
    return {
        "intercept": found.intercept,
        "intercept_error": found.intercept_error,
        "iterations": found.iterations,
        "columns": [
            {"party": each.party, "name": each.table.name, "coefficient": number, "error": error}
            for each, number, error in zip(attempt.columns, numbers, errors, strict=True)
        ],
    }
