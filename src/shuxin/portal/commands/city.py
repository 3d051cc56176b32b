"""``shuxin city``: write the synthetic city, its records or its offices' files, and check what was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.display import say, show, watched

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_DONE = Text(
    en="{count} tables of a synthetic city: files in {folder}, a database at {url}; what is true about"
    " them, for evaluation only, in {truth}",
    zh="合成城市共 {count} 张表：文件在 {folder}，数据库在 {url}；真实情况（仅供评估）在 {truth}",
)
_GENERATED = Text(
    en="{count} catalogues of a synthetic city of {firms} firms: {rows} rows in {folder}, {size} MB; what is true"
    " about them, for evaluation only, in {truth}",
    zh="合成城市 {firms} 户、{count} 个目录：{rows} 行，在 {folder}，{size} MB；真实情况（仅供评估）在 {truth}",
)
_COLUMNS = {
    "zh": ("检查", "应为", "实为", "结果"),
    "en": ("check", "should be", "is", "result"),
}
_HOLDS = {True: Text(en="holds", zh="符合"), False: Text(en="OFF", zh="不符")}
_SOUND = Text(en="All {count} checks hold", zh="全部 {count} 项检查均符合")
_OFF = Text(en="{off} of {count} checks do not hold", zh="{count} 项检查中有 {off} 项不符")


class CityWordsUnclear(InvalidInput):
    code = "city_words_unclear"
    what = Text(
        en="This command takes generate, files or check, and a folder",
        zh="该命令需给出 generate、files 或 check，以及目录",
    )
    mend = Text(
        en="For instance: shuxin city generate FOLDER --size county",
        zh="例如：shuxin city generate 目录 --size county",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    match options.words:
        case ["generate", folder]:
            return _generate(Path(folder), options, language)
        case ["check", folder]:
            return _check(Path(folder), language)
        case ["files", folder]:
            return _files(Path(folder), options, language)
    raise CityWordsUnclear


def _files(folder: Path, options: argparse.Namespace, language: Language) -> int:
    from shuxin.city.api import WorldSize, write_messy_files

    with watched() as progress:
        files = write_messy_files(
            folder, size=WorldSize(options.size), seed=options.seed, progress=progress
        )
    say(
        _DONE,
        language,
        count=len(files.files) + len(files.database_tables),
        folder=files.imports,
        url=files.database_url,
        truth=files.truth,
    )
    return 0


def _generate(folder: Path, options: argparse.Namespace, language: Language) -> int:
    from shuxin.city.api import WorldSize, generate_city

    with watched() as progress:
        made = generate_city(
            folder,
            size=WorldSize(options.size),
            seed=options.seed,
            departments=tuple(options.departments),
            progress=progress,
        )
    say(
        _GENERATED,
        language,
        count=made.catalogues,
        firms=f"{made.firms:,}",
        rows=f"{made.rows:,}",
        folder=made.folder,
        size=f"{made.bytes / 1e6:,.0f}",
        truth=made.folder / "truth",
    )
    return 0


def _check(folder: Path, language: Language) -> int:
    from shuxin.city.api import check_city

    with watched() as progress:
        findings = check_city(folder, progress=progress)
    show(
        "",
        _COLUMNS[language],
        [
            (one.what.say(language), one.wanted, one.found, _HOLDS[one.holds].say(language))
            for one in findings
        ],
        right=(1, 2),
    )
    off = sum(not one.holds for one in findings)
    say(_OFF if off else _SOUND, language, off=off, count=len(findings))
    return 1 if off else 0
