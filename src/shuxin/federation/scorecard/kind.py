"""The joint scorecard (联合评分卡) as a kind of job: what it may send, and each role's program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.alignment.kind import AlignmentKind, no_earlier
from shuxin.federation.card.contract import Category
from shuxin.federation.domain.job import Role
from shuxin.federation.regression.errors import PartOutOfReach
from shuxin.federation.scorecard.errors import ScorecardNotMade
from shuxin.federation.scorecard.helper import help_scorecard
from shuxin.federation.scorecard.holder import hold_scorecard
from shuxin.federation.scorecard.label import make_scorecard
from shuxin.federation.scorecard.task import messages
from shuxin.kernel.text import Text
from shuxin.scoring.api import CharacteristicsCollinear, Separated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.federation.alignment.reuse import Earlier
    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Declared, Work
    from shuxin.federation.scorecard.holder import CategoriesOf

OTHER = Category(
    "other_institution", Text(en="information of another institution", zh="其他机构提供的信息")
)
"""Of features that are in no category of their own."""
_TELLING = (CharacteristicsCollinear, PartOutOfReach, Separated)
"""That outcomes follow from columns, or that columns say the same of them."""


def one_category(names: Sequence[str], /) -> tuple[Category, ...]:
    """For holders that name no categories: nothing is told apart."""
    return (OTHER,) * len(names)


@dataclass(frozen=True, slots=True)
class ScorecardKind:
    """``earlier``: this party's kept alignments by job id. ``categories_of``: the public categories of own features.

    Results: those of the alignment; ``card``, this party's part, unless no feature of it is left; at the label
    party ``report`` and, where its own columns alone make a card, ``alone``.
    """

    earlier: Earlier = no_earlier
    categories_of: CategoriesOf = one_category

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return (*AlignmentKind(self.earlier).messages(job), *messages(job))

    def run(self, work: Work) -> None:
        if work.role is Role.HELPER:
            help_scorecard(work, earlier=self.earlier)
        elif work.role is Role.HOLDER:
            hold_scorecard(work, earlier=self.earlier, categories_of=self.categories_of)
        else:
            _make(work, earlier=self.earlier)


def _make(work: Work, *, earlier: Earlier) -> None:
    """In the middle of a fit nobody waits for a word; why there is no card is the label party's own affair there too.

    Raises as ``make_scorecard``.
    """
    try:
        make_scorecard(work, earlier=earlier)
    except _TELLING as error:
        error.told_as = ScorecardNotMade.code
        raise
