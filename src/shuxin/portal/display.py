"""How commands speak: tables and sentences for a terminal, progress for whoever watches."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text as Plain

from shuxin.infra.api import CHINA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from shuxin.infra.api import Progress as Watcher
    from shuxin.kernel.text import Language, Text

LANGUAGES: tuple[Language, ...] = ("en", "zh")
console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)


def china_time(moment: datetime) -> str:
    """To the minute, as people in China read it."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"


def say(text: Text, language: Language, **facts: object) -> None:
    console.print(text.say(language, **facts), markup=False)


def show(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Sequence[int] = (),
) -> None:
    """A table; ``right`` names the columns whose numbers are aligned to the right."""
    table = Table(title=Plain(title) if title else None, title_justify="left", header_style="bold")
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Plain(_cell(value)) for value in row))
    console.print(table)


def _cell(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in text)


@contextmanager
def watched() -> Iterator[Watcher]:
    """A progress bar on a terminal, nothing elsewhere."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        files = [0]

        def watch(done: int, total: int, what: str, /) -> None:
            if total:
                files[0] = done
                bar.update(task, completed=done, total=total, description=what[-40:])
            else:
                bar.update(task, description=f"{what[-30:]} {done:,}")

        yield watch
