"""``shuxin city``: write the synthetic city's files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.display import say, watched

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_DONE = Text(
    en="{count} tables of a synthetic city: files in {folder}, a database at {url}; what is true about"
    " them, for evaluation only, in {truth}",
    zh="合成城市共 {count} 张表：文件在 {folder}，数据库在 {url}；真实情况（仅供评估）在 {truth}",
)


def run(options: argparse.Namespace, language: Language) -> int:
    from shuxin.city.api import Size, write_messy_files

    with watched() as progress:
        files = write_messy_files(
            Path(options.folder), size=Size(options.size), seed=options.seed, progress=progress
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
