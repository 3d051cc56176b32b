"""One command of the command line."""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.kernel.text import Text


def day(value: str) -> dt.date:
    """A day, as an argument."""
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError("YYYY-MM-DD") from None


def nothing(_: argparse.ArgumentParser) -> None:
    """The arguments of a command that takes none."""


@dataclass(frozen=True, slots=True)
class Command:
    """``module`` under ``shuxin.portal.commands`` has ``run(options, language) -> int``; loaded only when run."""

    help: Text
    module: str
    arguments: Callable[[argparse.ArgumentParser], None] = nothing
