"""One command of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from shuxin.kernel.text import Text


def nothing(_: argparse.ArgumentParser) -> None:
    """The arguments of a command that takes none."""


@dataclass(frozen=True, slots=True)
class Command:
    """``module`` under ``shuxin.portal.commands`` has ``run(options, language) -> int``; loaded only when run."""

    help: Text
    module: str
    arguments: Callable[[argparse.ArgumentParser], None] = nothing
