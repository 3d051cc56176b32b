"""Made-up parties, firms and features for attacks: nobody's data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from shuxin.federation.domain.job import job_from
from shuxin.federation.product.plan import Seats
from shuxin.federation.statistics.features import counted_together, prebin_numbers
from shuxin.federation.statistics.task import Counting, Minimum
from shuxin.kernel.uscc import ALPHABET, LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Values
    from shuxin.federation.statistics.features import FineFeature

    BoolArray: TypeAlias = NDArray[np.bool_]
    FloatArray: TypeAlias = NDArray[np.float64]
    IntArray: TypeAlias = NDArray[np.int64]

LABEL, HOLDER, SECOND, THIRD, HELPER = (f"uscc:9135010000000000{n}X" for n in range(1, 6))
SEATS = Seats(HELPER, HOLDER, LABEL)
OUTCOME = "overdue"
_HEAD = "91350100MA"
_BEGUN = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
_SPAN = dt.timedelta(days=30)


def codes_of(count: int) -> list[str]:
    """Of firms registered one after the other, rising."""
    places, base = LENGTH - len(_HEAD), len(ALPHABET)
    return [
        _HEAD + "".join(ALPHABET[n // base**k % base] for k in range(places - 1, -1, -1))
        for n in range(count)
    ]


def job_of(
    parameters: Mapping[str, Any],
    *,
    outputs: str,
    holders: tuple[str, ...] = (HOLDER,),
    features: Mapping[str, tuple[str, ...]] | None = None,
    helper: str = HELPER,
    rows: int = 100_000,
) -> Job:
    """A job on authorisations. outputs: names that each party that learns something gets, with spaces between."""
    data, named = (LABEL, *holders), features or {}
    seats = [{"party": LABEL, "role": "label"}]
    seats += [{"party": one, "role": "holder"} for one in holders]
    seats += [{"party": helper, "role": "helper"}] if helper else []
    to = data if parameters.get("learn", "both") == "both" else (LABEL,)
    return job_from({
        "nonce": "1" * 32, "proposer": LABEL, "purpose": "model_training", "parties": seats,
        "inputs": [
            {"party": one, "dataset": "firms", "ground": "authorisations",
             "features": list(named.get(one, ())),
             "data_from": dt.date(2025, 1, 1), "data_to": dt.date(2026, 1, 1)} for one in data
        ],
        "parameters": dict(parameters), "limits": {"rows": rows},
        "outputs": [{"name": name, "to": one} for name in outputs.split() for one in to],
        "proposed_at": _BEGUN, "valid_to": _BEGUN + _SPAN,
    })  # fmt: skip


def plain_job(holders: tuple[str, ...] = (HOLDER,), *, learn: str = "both") -> Job:
    """An alignment; also the seats of programs that are parts of other jobs."""
    return job_of(
        {"kind": "alignment", "learn": learn, "min_size": 1}, outputs="aligned", holders=holders
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Subjects of one label party and one holder (样本).

    bad: (n,) outcomes. features: the holder's, in fine bins. counting: their joint counts.
    """

    bad: BoolArray
    features: tuple[FineFeature, ...]
    counting: Counting

    @property
    def rows(self) -> int:
        return len(self.bad)

    @property
    def bins(self) -> IntArray:
        """(n, features) bins as they are counted: what the label party must not learn."""
        least = self.counting.minimum.rows
        return np.stack([counted_together(e, least=least).bins for e in self.features], axis=1)


def sample(
    rng: np.random.Generator, *, rows: int, columns: int = 1, features: int = 2, fine: int = 8
) -> Sample:
    """columns: how many sets of rows the job lets the label party have counted. fine: most fine bins."""
    risk = rng.normal(size=rows)
    bad = rng.random(rows) < 1 / (1 + np.exp(1.4 - risk))
    values = [risk + rng.normal(scale=1 + nth, size=rows) for nth in range(features)]
    found = tuple(
        prebin_numbers(name=f"feature {nth + 1}", values=each, most=fine, least=20)
        for nth, each in enumerate(values)
    )
    counting = Counting(
        step="counts.1",
        seats=SEATS,
        most_rows=rows,
        most_features=features,
        most_bins=fine,
        columns=columns,
        minimum=Minimum(),
    )
    return Sample(bad, found, counting)


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """Firms of several parties (样本城), the same at all of them.

    codes: rising. columns: by party and name, (n,) of all firms; the label party's with the outcome.
    """

    codes: tuple[str, ...]
    columns: Mapping[str, Mapping[str, FloatArray]]

    def entering(self) -> dict[str, bytes]:
        """Codes by party."""
        return dict.fromkeys(self.columns, "".join(self.codes).encode())

    def values(self) -> dict[str, Values]:
        """By party, as programs ask for them."""
        place = {code: nth for nth, code in enumerate(self.codes)}

        def of(party: str) -> Values:
            def values(codes: bytes, /) -> Mapping[str, FloatArray]:
                text = codes.decode()
                asked = [place[text[k : k + LENGTH]] for k in range(0, len(text), LENGTH)]
                return {name: column[asked] for name, column in self.columns[party].items()}

            return values

        return {party: of(party) for party in self.columns}

    def job(self, **parameters: Any) -> Job:
        """A scorecard of all columns."""
        plain = {
            "kind": "scorecard", "model": "joint", "target": OUTCOME, "bad": ["1"], "min_size": 50,
            "max_fine": 12, "max_bins": 5, "fits": 3, "max_correlation_hundredths": 95,
            "max_vif_tenths": 100,
        }  # fmt: skip
        features = {
            party: tuple(name for name in columns if name != OUTCOME)
            for party, columns in self.columns.items()
        }
        return job_of(
            plain | parameters,
            outputs="aligned card",
            holders=tuple(party for party in self.columns if party != LABEL),
            features=features,
            rows=len(self.codes),
        )


def town(
    rng: np.random.Generator, *, rows: int, own: int, held: int, holders: tuple[str, ...]
) -> Town:
    """own, held: columns of the label party and of each holder; each speaks of the outcome."""
    parties = (LABEL, *holders)
    widths = [own, *(held for _ in holders)]
    x = np.round(rng.normal(size=(rows, sum(widths))), 2)
    odds = 1.5 + x.sum(axis=1) * np.sqrt(2 / x.shape[1])
    parts = np.split(x, np.cumsum(widths)[:-1], axis=1)
    columns = {
        party: {f"figure {nth + 1}": column for nth, column in enumerate(part.T)}
        for party, part in zip(parties, parts, strict=True)
    }
    columns[LABEL][OUTCOME] = (rng.random(rows) < 1 / (1 + np.exp(odds))).astype(np.float64)
    return Town(tuple(codes_of(rows)), columns)


def guessed(truth: IntArray) -> float:
    """How many of (n, k) cells are right on average if the commonest value of each column is said of all."""
    return float(sum(np.bincount(column - column.min()).max() for column in truth.T))
