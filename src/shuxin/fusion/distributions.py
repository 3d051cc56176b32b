"""How a load's columns are distributed, in counts that the next load is compared with; no row, no personal value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuxin.catalogue.api import Drift, FieldType, Level, Meaning, PersonalClass, drift_check

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shuxin.catalogue.api import Check, Contract, Field, OwnerRules

MOST_WORDS = 64
"""Distinct values of a column of words; one with more is no code, and is not compared."""
PARTS = 10
_SAMPLE = 100_000
_ROWS_AT_ONCE = 1 << 17
_MISSING, _OTHER = "\x01", "\x02"
_WORDS = frozenset({FieldType.CODE, FieldType.STRING, FieldType.BOOLEAN})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
_PLAIN = frozenset({Meaning.NONE, Meaning.AMOUNT})
_Counts = dict[str, dict[str, Any]]


def distributions(
    rows_file: Path, *, contract: Contract, before: Mapping[str, Any]
) -> tuple[_Counts, _Counts]:
    """Of each column that can drift: its own counts, and its counts in the parts of ``before``.

    A column of words has ``{"words": {word: rows}, "missing": rows}``, one of numbers
    ``{"edges": [...], "parts": [rows, ...], "missing": rows}``: part i holds the values v with
    ``edges[i-1] <= v < edges[i]``; words that ``before`` had not are counted as one. Edges are tenths of a sample of
    evenly spaced rows, so equal files give equal edges.
    """
    with pq.ParquetFile(rows_file) as source:
        stored = set(source.schema_arrow.names)
        fields = [f for f in contract.fields if f.name in stored and _can_drift(f)]
        edges = _own_edges(source, fields)
        counting = {f.name: _Counting(edges.get(f.name), before.get(f.name, {})) for f in fields}
    words = [f.name for f in fields if f.type in _WORDS - {FieldType.BOOLEAN}]
    with pq.ParquetFile(rows_file, read_dictionary=words) as source:
        for group in range(source.num_row_groups):
            names = [name for name, one in counting.items() if one.goes_on]
            if names:
                for batch in source.iter_batches(_ROWS_AT_ONCE, row_groups=[group], columns=names):
                    for name in names:
                        counting[name].add(batch.column(name))
    own = {name: told for name, one in counting.items() if (told := one.own()) is not None}
    compared = {
        name: told for name, one in counting.items() if (told := one.as_before()) is not None
    }
    return own, compared


def drift_checks(
    *, contract: Contract, owner: OwnerRules, before: Mapping[str, Any], compared: _Counts
) -> list[Check]:
    """The stability index of each column that both loads have in one form."""
    rule = next((one for one in contract.rules if isinstance(one, Drift)), None)
    warns = owner.drift_warns if rule is None else rule.warns
    stops = owner.drift_stops if rule is None else rule.stops
    without = () if rule is None else rule.without
    return [
        drift_check(
            field=name,
            before=_by_part(before[name]),
            after=_by_part(told),
            warns=warns,
            stops=stops,
        )
        for name, told in compared.items()
        if name not in without
    ]


def _can_drift(field: Field) -> bool:
    """Not who somebody is, not dates, which move on, and nothing above level 3."""
    plain = field.personal is PersonalClass.NONE and field.meaning in _PLAIN
    return plain and field.level <= Level.L3 and field.type in _WORDS | _NUMBERS


def _own_edges(source: pq.ParquetFile, fields: list[Field]) -> dict[str, list[float]]:
    names = [f.name for f in fields if f.type in _NUMBERS]
    every = max(1, -(-source.metadata.num_rows // _SAMPLE))
    kept: dict[str, list[np.ndarray]] = {name: [] for name in names}
    start = 0
    for batch in source.iter_batches(batch_size=_ROWS_AT_ONCE, columns=names) if names else ():
        chosen = pa.array(np.arange((-start) % every, batch.num_rows, every))
        for name in names:
            kept[name].append(_floats(batch.column(name).take(chosen)))
        start += batch.num_rows
    tenths = np.arange(1, PARTS) / PARTS
    return {
        name: sorted(set(np.quantile(values, tenths, method="lower").tolist()))
        for name, pieces in kept.items()
        if pieces and len(values := np.concatenate(pieces))
    }


def _floats(column: pa.Array) -> np.ndarray:
    values: np.ndarray = (
        column.drop_null().cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    )
    finite: np.ndarray = values[np.isfinite(values)]
    return finite


@dataclass(slots=True)
class _Counting:
    """One column, counted batch by batch: by words or, with ``edges``, by parts; and in the parts of ``before``."""

    edges: list[float] | None
    before: Mapping[str, Any]
    missing: int = 0
    words: Counter[str] = field(default_factory=Counter)
    too_many: bool = False
    parts: list[int] = field(default_factory=lambda: [0] * PARTS)
    old_parts: list[int] = field(default_factory=list)
    old_words: Counter[str] = field(default_factory=Counter)

    @property
    def goes_on(self) -> bool:
        """Whether more rows can still tell anything."""
        return not self.too_many or "words" in self.before

    def add(self, column: pa.Array) -> None:
        self.missing += column.null_count
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            self._add_numbers(_floats(column))
        elif pa.types.is_dictionary(column.type):
            self._add_dictionary(column)
        else:
            counted = pc.value_counts(column.drop_null().cast(pa.string()))
            self._add_words({one["values"]: one["counts"] for one in counted.to_pylist()})

    def _add_dictionary(self, column: pa.DictionaryArray) -> None:
        """Words by their places; they are looked at only where they may be few enough to count."""
        places = column.indices.drop_null().to_numpy(zero_copy_only=False)
        times = np.bincount(places, minlength=len(column.dictionary))
        there = np.flatnonzero(times)
        if len(there) > MOST_WORDS and "words" not in self.before:
            self.too_many = True
            return
        counted: Counter[str] = Counter()
        said = column.dictionary.take(pa.array(there)).to_pylist()
        for word, count in zip(said, times[there].tolist(), strict=True):
            counted[word] += count
        self._add_words(counted)

    def _add_words(self, counted: dict[str, int]) -> None:
        if not self.too_many:
            self.words.update(counted)
            self.too_many = len(self.words) > MOST_WORDS
        for word, n in counted.items() if "words" in self.before else ():
            self.old_words[word if word in self.before["words"] else _OTHER] += n

    def _add_numbers(self, values: np.ndarray) -> None:
        self.parts = _added(self.parts, values, self.edges or [])
        if "edges" in self.before:
            old = self.old_parts or [0] * (len(self.before["edges"]) + 1)
            self.old_parts = _added(old, values, self.before["edges"])

    def own(self) -> dict[str, Any] | None:
        if self.edges is not None:
            counts = self.parts[: len(self.edges) + 1]
            return {"edges": self.edges, "parts": counts, "missing": self.missing}
        if self.too_many or not self.words:
            return None
        return {"words": dict(sorted(self.words.items())), "missing": self.missing}

    def as_before(self) -> dict[str, Any] | None:
        """Counts in the form that the load before has, None where the two cannot be compared."""
        if "edges" in self.before and self.old_parts:
            return {"parts": self.old_parts, "missing": self.missing}
        if "words" in self.before and self.edges is None:
            return {"words": dict(self.old_words), "missing": self.missing}
        return None


def _added(counts: list[int], values: np.ndarray, edges: list[float]) -> list[int]:
    found = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(counts))
    return [int(n) + count for n, count in zip(found.tolist(), counts, strict=True)]


def _by_part(told: Mapping[str, Any]) -> dict[str, int]:
    counted = told["words"] if "words" in told else {str(i): n for i, n in enumerate(told["parts"])}
    return {**counted, _MISSING: told["missing"]} if told["missing"] else dict(counted)
