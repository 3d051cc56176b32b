"""``shuxin demo``: the whole way that exists today, on real open lists when they are there, else on the city."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.consent.api import ALL_SUBJECTS, Purpose
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, own_data_policy, start
from shuxin.portal.commands.import_folder import report
from shuxin.portal.commands.resolve import resolve
from shuxin.portal.display import say, watched

if TYPE_CHECKING:
    import argparse

    from shuxin.city.api import CityFiles
    from shuxin.fusion.api import Outcome
    from shuxin.kernel.text import Language

_MARK = ".shuxin-demo"
_SEED = 20260101
_OPEN_LISTS = "beijing_open_data"
_REAL = Text(
    en="Importing the open lists in {folder}. Every proposal is accepted as it stands; a holder would read them first.",
    zh="正在导入 {folder} 中的开放名单。演示直接确认全部建议;正式使用时应先由数据持有方核对。",
)
_CITY = Text(
    en="No real data here: a synthetic city with 200 firms was written to {folder}, in every format that"
    " offices send. Every proposal is accepted as it stands; a holder would read them first.",
    zh="本机没有真实数据:已在 {folder} 生成含 200 家企业的合成城市,涵盖各部门常见文件格式。"
    "演示直接确认全部建议;正式使用时应先由数据持有方核对。",
)
_TRY = Text(
    en="Try next (SHUXIN_HOME={home}):\n  shuxin enterprise {code}\n  shuxin datasets\n  shuxin review",
    zh="接下来可以(SHUXIN_HOME={home}):\n  shuxin enterprise {code}\n  shuxin datasets\n  shuxin review",
)


class DemoFolderTaken(Conflict):
    code = "demo_folder_taken"
    what = Text(
        en="{folder} exists and was not made by a demo", zh="{folder} 已存在,且不是演示生成的目录"
    )
    mend = Text(
        en="Move it away or run the demo in another folder", zh="请移走该目录或在其他目录运行演示"
    )


def run(options: argparse.Namespace, language: Language) -> int:
    home = Path("demo").absolute()
    _make_fresh(home)
    os.environ["SHUXIN_HOME"] = str(home)
    settings = start()
    real = _open_lists()
    city = None
    if real is not None and not options.city:
        say(_REAL, language, folder=real)
        folder = real
    else:
        city = _write_city(home / "city")
        folder = city.imports
        say(_CITY, language, folder=folder)
    from shuxin.catalogue.api import DataGroup, Level
    from shuxin.fusion.api import Holder, accept_all, import_database_table, import_folder

    holder = Holder(department="", place=folder.name, group=DataGroup.PUBLIC, level=Level.L1)
    with watched() as progress:

        def import_once() -> list[Outcome]:
            outcomes = import_folder(
                folder,
                holder=holder,
                settings=settings,
                by=operator(),
                language=language,
                progress=progress,
            )
            for table in city.database_tables if city else ():
                outcomes += import_database_table(
                    url=city.database_url if city else "",
                    table=table.table,
                    holder=holder,
                    settings=settings,
                    by=operator(),
                    language=language,
                    progress=progress,
                )
            return outcomes

        import_once()
        accept_all(settings=settings, by=operator())
        outcomes = import_once()
    report(outcomes, settings, language)
    resolve(settings, language)
    say(_TRY, language, home=home, code=_best_known())
    return 0


def _make_fresh(home: Path) -> None:
    """An earlier demo is removed; anything else in its place is left alone. Raises DemoFolderTaken."""
    if home.exists():
        if not (home / _MARK).is_file():
            raise DemoFolderTaken(folder=home)
        shutil.rmtree(home)
    home.mkdir(mode=0o700)
    (home / _MARK).touch()


def _open_lists() -> Path | None:
    """The real open lists: under SHUXIN_DATA, or in shared/data beside the checkout."""
    places = [Path(place) for place in [os.environ.get("SHUXIN_DATA", "")] if place]
    places.append(Path.cwd().parent / "shared" / "data")
    return next((p / _OPEN_LISTS for p in places if (p / _OPEN_LISTS).is_dir()), None)


def _write_city(folder: Path) -> CityFiles:
    from shuxin.city.api import Size, write_messy_files

    with watched() as progress:
        return write_messy_files(folder, size=Size.TINY, seed=_SEED, progress=progress)


def _best_known() -> str:
    """The code of an enterprise that many datasets know, as an example to look at."""
    from shuxin.fusion.api import best_known
    from shuxin.infra.api import now_in_china

    permit = own_data_policy().permit(
        subject=ALL_SUBJECTS, purpose=Purpose.ENTITY_RESOLUTION, now=now_in_china()
    )
    return next(iter(best_known(permit=permit, limit=1)), "")
