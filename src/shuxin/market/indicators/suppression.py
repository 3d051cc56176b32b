"""Small groups are not shown (小单元抑制): fewer than five firms, and nothing that lets one compute such a group."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np

LEAST_FIRMS = 5
TOTAL = ("total", "")
Key: TypeAlias = tuple[str, str]
"""Dimension and value; ``TOTAL`` is the group of all."""
_CLOSE = 1e-7


def hidden_groups(groups: Mapping[Key, frozenset[int]], *, firms: Sequence[str]) -> frozenset[Key]:
    """Which groups must not be shown when sums over the others are.

    groups: for each key the observations that are summed; the values of one dimension do not overlap.
    firms: the firm behind each observation.

    Hidden are groups of fewer than five firms, and then, smallest first, others of the same dimension until no such
    group is a linear combination of the groups shown, the rest of no dimension is one of fewer than five firms, and
    no two groups shown differ by fewer than five firms where one holds the other. Empty groups show nothing and are
    never hidden.
    """
    filled = {key: group for key, group in groups.items() if group}
    counts = {key: _firms(group, firms) for key, group in filled.items()}
    hidden = {key for key, count in counts.items() if count < LEAST_FIRMS}
    while True:
        shown = {key: group for key, group in filled.items() if key not in hidden}
        dimension = next(_leaks(filled, shown, firms), None)
        if dimension is None or not shown:
            return frozenset(hidden)
        hidden.add(_next_to_hide(shown, counts, dimension))


def _firms(group: frozenset[int], firms: Sequence[str]) -> int:
    return len({firms[one] for one in group})


def _leaks(
    filled: Mapping[Key, frozenset[int]],
    shown: Mapping[Key, frozenset[int]],
    firms: Sequence[str],
) -> Iterator[str]:
    """Dimensions in which something small can be computed from what is shown."""
    for key, group in shown.items():
        for other, inner in shown.items():
            if inner < group and _firms(group - inner, firms) < LEAST_FIRMS:
                yield other[0] if other != TOTAL else key[0]
    secrets = [(key[0], group) for key, group in filled.items() if key not in shown]
    small = [one for one in secrets if _firms(one[1], firms) < LEAST_FIRMS]
    small += [rest for rest in _rests(secrets) if _firms(rest[1], firms) < LEAST_FIRMS]
    yield from _computable(small, list(shown.values()))


def _rests(
    secrets: Sequence[tuple[str, frozenset[int]]],
) -> Iterator[tuple[str, frozenset[int]]]:
    """What is hidden of each dimension, taken together."""
    for dimension in dict.fromkeys(name for name, _ in secrets):
        yield dimension, frozenset().union(*(g for name, g in secrets if name == dimension))


def _computable(
    small: Sequence[tuple[str, frozenset[int]]], shown: Sequence[frozenset[int]]
) -> Iterator[str]:
    """Dimensions of small groups that are linear combinations of the shown ones."""
    import numpy as np  # noqa: PLC0415 - heavy

    if not small or not shown:
        return
    rows = _vectors([*shown, *(group for _, group in small)])
    _, sizes, basis = np.linalg.svd(rows[: len(shown)], full_matrices=False)
    basis = basis[sizes > _CLOSE * max(1.0, float(sizes[0]))]
    for (dimension, _), row in zip(small, rows[len(shown) :], strict=True):
        rest = row - basis.T @ (basis @ row)
        if np.linalg.norm(rest) < _CLOSE * np.linalg.norm(row):
            yield dimension


def _vectors(groups: Sequence[frozenset[int]]) -> np.ndarray:
    """One row for each group, one column for observations that stand in the same groups, weighed by how many."""
    import numpy as np  # noqa: PLC0415 - heavy

    observations = frozenset().union(*groups)
    kinds = Counter(tuple(one in group for group in groups) for one in observations)
    columns = np.array(list(kinds), dtype=float).T
    weights = np.sqrt(np.array(list(kinds.values()), dtype=float))
    return np.asarray(columns * weights)


def _next_to_hide(
    shown: Mapping[Key, frozenset[int]], counts: Mapping[Key, int], dimension: str
) -> Key:
    """The group of fewest firms of this dimension; when none is left, of any; the total last."""
    same = [key for key in shown if key[0] == dimension and key != TOTAL]
    others = [key for key in shown if key != TOTAL]
    return min(same or others or [TOTAL], key=lambda key: (counts[key], key))
