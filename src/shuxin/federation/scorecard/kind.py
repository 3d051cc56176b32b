"""The joint scorecard (联合评分卡) as a kind of job: what it may send, and each role's program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.alignment.kind import AlignmentKind, no_earlier
from shuxin.federation.card.contract import Category
from shuxin.federation.domain.job import Role
from shuxin.federation.scorecard.helper import help_scorecard
from shuxin.federation.scorecard.holder import hold_scorecard
from shuxin.federation.scorecard.label import make_scorecard
from shuxin.federation.scorecard.task import messages
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.federation.alignment.reuse import Earlier
    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Declared, Work
    from shuxin.federation.scorecard.holder import CategoryOf

_ALL = Category(
    "other_institution", Text(en="information of another institution", zh="其他机构提供的信息")
)


def one_category(_name: str, /) -> Category:
    """For holders that name no categories: nothing is told apart."""
    return _ALL


@dataclass(frozen=True, slots=True)
class ScorecardKind:
    """``earlier``: this party's kept alignments by job id. ``category_of``: the public category of own features.

    Results: those of the alignment; ``card``, this party's part, unless no feature of it is left; at the label
    party ``report``.
    """

    earlier: Earlier = no_earlier
    category_of: CategoryOf = one_category

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return (*AlignmentKind(self.earlier).messages(job), *messages(job))

    def run(self, work: Work) -> None:
        if work.role is Role.HELPER:
            help_scorecard(work, earlier=self.earlier)
        elif work.role is Role.HOLDER:
            hold_scorecard(work, earlier=self.earlier, category_of=self.category_of)
        else:
            make_scorecard(work, earlier=self.earlier)
