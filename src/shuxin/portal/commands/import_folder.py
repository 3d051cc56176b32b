"""``shuxin import`` and ``shuxin import-table``."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput, NotFound
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, own_reading, start
from shuxin.portal.display import say, show, watched

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from shuxin.fusion.api import Holder, Outcome
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_STATES = {
    "loaded": Text(en="loaded", zh="已装载"),
    "held": Text(en="kept aside", zh="已隔离"),
    "unchanged": Text(en="unchanged", zh="未变化"),
    "proposed": Text(en="proposed", zh="已提出建议"),
    "waiting": Text(en="waiting for you", zh="待确认"),
    "refused": Text(en="refused", zh="被拒绝"),
    "missing": Text(en="missing", zh="缺失"),
}
_NEXT = Text(
    en="proposals that wait in {folder}: {count}. Read or edit contract.yaml and mapping.yaml there, then run"
    " 'shuxin accept NAME' or 'shuxin accept --all', and the import again",
    zh="{folder} 中有 {count} 个建议待确认：请阅读或修改其中的 contract.yaml 和 mapping.yaml,"
    "然后运行 shuxin accept 名称 或 shuxin accept --all，再次导入",
)
_ACCOUNT = Text(
    en="{read:,} rows read = {loaded:,} loaded + {rejected:,} kept with a reason ({furniture:,} of them blank,"
    " total or note lines)",
    zh="读取 {read:,} 行 = 装载 {loaded:,} 行 + 附原因保留 {rejected:,} 行（其中 {furniture:,} 行为空行、合计或注释）",
)
_HELD = Text(
    en="loads kept aside, the content before them stays in force: {count}. Run 'shuxin quality' to see why, and to"
    " release or reject them",
    zh="已隔离 {count} 个装载，原有内容继续有效：请运行 shuxin quality 查看原因并放行或退回",
)
_HEAD = Text(
    en="table|state|rows read|loaded|not loaded|why", zh="表|状态|读取行数|已装载|未装载|原因"
)


class FolderMissing(NotFound):
    code = "folder_missing"
    what = Text(en="there is no folder or file {folder}", zh="没有目录或文件 {folder}")
    mend = Text(en="Check the path", zh="请检查路径")


class AddressMissing(InvalidInput):
    code = "source_address_missing"
    what = Text(
        en="the environment variable {name} holds no database address",
        zh="环境变量 {name} 中没有数据库地址",
    )
    mend = Text(
        en="Set it to a SQLAlchemy address, for example sqlite:////path/file.db; it never appears on the"
        " command line, where others could read its password",
        zh="请将其设为 SQLAlchemy 地址，例如 sqlite:////路径/文件.db；不放在命令行，以免他人看到其中的口令",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    """Exit status 0 when every table was loaded, proposed or unchanged; 1 when one was refused or kept aside."""
    settings = start()
    if options.command == "import-table":
        outcomes = _import_table(options, settings, language)
    else:
        outcomes = _import_folder(options, settings, language)
    report(outcomes, settings, language)
    return 1 if any(outcome.error or outcome.load for outcome in outcomes) else 0


def _holder(options: argparse.Namespace, *, place: str) -> Holder:
    from shuxin.catalogue.api import DataGroup, Level
    from shuxin.fusion.api import Holder

    return Holder(
        department=options.department,
        place=place,
        group=DataGroup(options.group),
        level=Level.L1 if options.open else Level.L2,
    )


def _import_folder(
    options: argparse.Namespace, settings: Settings, language: Language
) -> list[Outcome]:
    from shuxin.fusion.api import import_folder

    place = Path(options.folder)
    if not place.exists():
        raise FolderMissing(folder=options.folder)
    folder, only = (place, None) if place.is_dir() else (place.parent, place)
    holder = _holder(options, place=folder.resolve().name)
    with watched() as progress:

        def run_once() -> list[Outcome]:
            return import_folder(
                folder,
                holder=holder,
                settings=settings,
                by=operator(),
                language=language,
                progress=progress,
                only=only,
                reading=own_reading(settings),
            )

        return _accepting(run_once, options, settings)


def _accepting(
    run_once: Callable[[], list[Outcome]], options: argparse.Namespace, settings: Settings
) -> list[Outcome]:
    """Run; with ``--accept`` put what was proposed in force and run again."""
    from shuxin.fusion.api import accept

    outcomes = run_once()
    own = [outcome.proposal for outcome in outcomes if outcome.proposal and not outcome.error]
    if options.accept and own:
        accept(own, settings=settings, by=operator())
        outcomes = run_once()
    return outcomes


def _import_table(
    options: argparse.Namespace, settings: Settings, language: Language
) -> list[Outcome]:
    from shuxin.fusion.api import import_database_table

    url = os.environ.get(options.url_from, "")
    if not url:
        raise AddressMissing(name=options.url_from)
    holder = _holder(options, place=options.table)
    with watched() as progress:

        def run_once() -> list[Outcome]:
            return import_database_table(
                url=url,
                table=options.table,
                holder=holder,
                settings=settings,
                by=operator(),
                language=language,
                progress=progress,
                reading=own_reading(settings),
            )

        return _accepting(run_once, options, settings)


def report(outcomes: list[Outcome], settings: Settings, language: Language) -> None:
    """One line a table that needs a look, the count of the others, and the account of all rows."""
    from shuxin.fusion.api import REASONS

    remarkable = [
        outcome
        for outcome in outcomes
        if outcome.error or (outcome.rejected and outcome.state == "loaded")
    ]
    rows = []
    for outcome in remarkable:
        why = outcome.error.say(language) if outcome.error else _why(outcome.rejected, language)
        state = _STATES[outcome.state].say(language)
        not_loaded = outcome.rows_read - outcome.rows_loaded
        rows.append((outcome.file, state, outcome.rows_read, outcome.rows_loaded, not_loaded, why))
    if rows:
        show("", _HEAD.say(language).split("|"), rows, right=(2, 3, 4))
    states = Counter(outcome.state for outcome in outcomes)
    show(
        "",
        [_STATES[state].say(language) for state in states],
        [list(states.values())],
        right=range(len(states)),
    )
    rejected: Counter[str] = sum((outcome.rejected for outcome in outcomes), Counter())
    read = sum(outcome.rows_read for outcome in outcomes)
    if read:
        say(
            _ACCOUNT,
            language,
            read=read,
            loaded=sum(outcome.rows_loaded for outcome in outcomes),
            rejected=read - sum(outcome.rows_loaded for outcome in outcomes),
            furniture=sum(n for reason, n in rejected.items() if not REASONS[reason].is_data),
        )
    held = sum(1 for outcome in outcomes if outcome.load)
    if held:
        say(_HELD, language, count=held)
    waiting = sum(1 for outcome in outcomes if outcome.proposal)
    if waiting:
        say(_NEXT, language, count=waiting, folder=settings.proposals)


def _why(rejected: Counter[str], language: Language) -> str:
    from shuxin.fusion.api import REASONS

    return "; ".join(
        f"{count:,} {REASONS[reason].what.say(language)}"
        for reason, count in rejected.most_common(3)
    )
