"""What the label party has itself: outcomes, and its own features by the very rules for holders'."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.card.points import HUNDREDTHS, rounded_mean
from shuxin.federation.scorecard.rows import fine_features, values_of
from shuxin.federation.scorecard.target import target_of
from shuxin.federation.scorecard.task import asked_of, binning_of, minimum_of
from shuxin.federation.statistics.features import counted_together
from shuxin.federation.statistics.tables import coded, joint_table
from shuxin.federation.statistics.wire import shared
from shuxin.kernel.text import Text
from shuxin.scoring.api import CardBin, CardCharacteristic, OneClassOnly

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.scorecard.rows import Common
    from shuxin.federation.statistics.features import FineFeature
    from shuxin.federation.statistics.tables import CodedFeature, JointTable

    BoolArray: TypeAlias = NDArray[np.bool_]
    IntArray: TypeAlias = NDArray[np.int64]

_NO_BRACES = str.maketrans("{}", "()")


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """The label party's rows (标签方样本), in the common order.

    bad: (n,). columns: (n, p) hundredths of WOE.
    """

    common: Common
    bad: BoolArray
    tables: tuple[JointTable, ...]
    coded: tuple[CodedFeature, ...]
    merged: tuple[FineFeature, ...]
    columns: IntArray

    @property
    def data_hash(self) -> str:
        """Of the common rows, the own columns and the outcomes; it stays in the own part."""
        content = hashlib.sha256(self.common.codes)
        content.update(np.ascontiguousarray(self.columns).astype("<i8").tobytes())
        content.update(np.packbits(self.bad).tobytes())
        return content.hexdigest()


def own_rows(work: Work, common: Common) -> Own:
    """Raises TargetMissing, TargetUnreadable, OneClassOnly, InfiniteValues."""
    job, asked = work.job, asked_of(work.job)
    values = values_of(work, common)
    bad = target_of(values[asked.target], bad=asked.bad)
    if bad.all() or not bad.any():
        raise OneClassOnly(rows=len(bad))
    fine = fine_features(job, work.party, values)
    together = [counted_together(each, least=asked.min_rows) for each in fine]
    tables = tuple(
        joint_table(
            told,
            bad=np.bincount(each.bins[bad], minlength=each.shape.count).astype(np.int64),
            party=work.party,
            plan=binning_of(job),
            minimum=minimum_of(job),
        )
        for told, each in zip(shared(together), together, strict=True)
    )
    known = tuple(coded(each, table.answer) for each, table in zip(fine, tables, strict=True))
    columns = [each.column(rows) for each, rows in zip(known, fine, strict=True)]
    merged = tuple(each.merge(rows) for each, rows in zip(known, fine, strict=True))
    empty = np.empty((common.count, 0), np.int64)
    whole = np.column_stack([empty, *columns]).astype(np.int64)
    return Own(common, bad, tables, known, merged, whole)


def characteristic(
    own: Own, place: int, *, coefficient: float, points: Callable[[float], int]
) -> CardCharacteristic:
    """With true counts of its bins; the reference is the mean of points over all training rows.

    points: of a WOE.
    """
    merged, title = own.merged[place], plain(own.coded[place].name)
    rows = merged.rows
    bads = np.bincount(merged.bins[own.bad], minlength=merged.shape.count)
    bins = tuple(
        CardBin(points(woe / HUNDREDTHS), woe / HUNDREDTHS, int(all_of - bad_of), int(bad_of))
        for woe, all_of, bad_of in zip(own.coded[place].hundredths, rows, bads, strict=True)
    )
    total = sum(each.points * int(count) for each, count in zip(bins, rows, strict=True))
    return CardCharacteristic(
        shape=merged.shape, title=title, group="", unit="", bins=bins, unseen_points=points(0.0),
        coefficient=coefficient, reference=rounded_mean(100 * total, int(rows.sum())) / 100,
        reason_low=title, reason_high=None, reason_missing=title,
    )  # fmt: skip


def plain(said: str) -> Text:
    """For people to read; a card's texts have no braces."""
    shown = said.translate(_NO_BRACES)
    return Text(en=shown, zh=shown)
