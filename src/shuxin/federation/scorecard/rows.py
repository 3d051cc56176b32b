"""The rows of a job's scorecard: alignment inside the same job, leave for what follows, and this party's features."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from shuxin.federation.alignment.kind import AlignmentKind
from shuxin.federation.alignment.result import ALIGNED, ROWS, SUMMARY
from shuxin.federation.domain.figures import figures_to
from shuxin.federation.scorecard.task import CARD, asked_of, features_of
from shuxin.federation.statistics.features import FineFeature, prebin_categories, prebin_numbers
from shuxin.kernel.statements import parse_json
from shuxin.kernel.uscc import LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.federation.alignment.reuse import Earlier
    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Work


@dataclass(frozen=True, slots=True)
class Common:
    """The common subjects (共同样本), in the common order: 18 symbols each; ``digest`` is equal at all data parties."""

    codes: bytes
    digest: str

    @property
    def count(self) -> int:
        return len(self.codes) // LENGTH


def align(work: Work, *, earlier: Earlier) -> None:
    """The helper's part. Raises as the alignment does."""
    AlignmentKind(earlier).run(_aligning(work, {}))


def common_rows(work: Work, *, earlier: Earlier) -> Common:
    """A data party's part; then it asks leave for all that the card will tell others.

    Raises as the alignment does, and ReleaseRefused.
    """
    kept: dict[str, bytes] = {}
    AlignmentKind(earlier).run(_aligning(work, kept))
    own = np.frombuffer(kept[ALIGNED], "<u4")
    codes = np.frombuffer(kept[ROWS], np.uint8).reshape(-1, LENGTH)[own].tobytes()
    found = Common(codes, str(parse_json(kept[SUMMARY])["digest"]))
    for output in work.job.outputs:
        if output.name == CARD and output.to != work.party:
            numbers = figures_to(work.job, party=work.party, to=output.to)
            work.release(output.name, output.to, size=found.count, numbers=numbers)
    return found


def _aligning(work: Work, kept: dict[str, bytes]) -> Work:
    """The same work as the alignment sees it: its results are seen here too, and it asks leave for its own output."""

    def keep(name: str, content: bytes) -> None:
        kept[name] = content
        work.keep(name, content)

    def release(name: str, to: str, *, size: int, numbers: int) -> None:
        if name != CARD:
            work.release(name, to, size=size, numbers=numbers)

    return replace(work, keep=keep, release=release)


def values_of(work: Work, common: Common) -> Mapping[str, NDArray[Any]]:
    """This party's fields for the common rows. Raises TypeError: no data enter."""
    if work.values is None:
        raise TypeError("a data party enters values")
    return work.values(common.codes)


def fine_features(
    job: Job, party: str, values: Mapping[str, NDArray[Any]]
) -> tuple[FineFeature, ...]:
    """The party's features in fine bins, in the job's order. Raises InfiniteValues."""
    asked = asked_of(job)

    def fine(name: str) -> FineFeature:
        column = values[name]
        prebin = prebin_numbers if column.dtype.kind == "f" else prebin_categories
        return prebin(name=name, values=column, most=asked.max_fine, least=asked.min_rows)

    return tuple(map(fine, features_of(job, party)))
