"""Every doubt that resolution can leave has words for the person who decides."""

from __future__ import annotations

from shuxin.fusion.resolution import Doubt
from shuxin.portal.commands.review import _WHY


def test_every_doubt_is_explained_and_nothing_else() -> None:
    assert set(_WHY) == set(Doubt)
