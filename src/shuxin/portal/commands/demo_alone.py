"""``shuxin demo --alone``: one bank, from files to a defended decision, on real invoices when there are any."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, start
from shuxin.portal.commands.decide import decide_on
from shuxin.portal.commands.features import compute
from shuxin.portal.commands.import_folder import report
from shuxin.portal.commands.report import write_report
from shuxin.portal.commands.resolve import resolve
from shuxin.portal.commands.train import check, train
from shuxin.portal.demo.plan import MARK, DemoFolderTaken
from shuxin.portal.display import say, watched

if TYPE_CHECKING:
    import argparse

    from shuxin.fusion.api import Outcome
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.scoring.api import Batch

FOLDER = "demo-alone"
_SEED = 20260101
_HOLDER, _NAME = "uscc:913502007692545453", "演示银行"
_INVOICES = "cumcm2020c"
_FOLDS, _REPEATS = 10, 2
_STEP = Text(en="\n== {number}. {what}", zh="\n== {number}. {what}")
_REAL = Text(
    en="Importing the invoices of 425 small enterprises in {folder}. Every proposal is accepted as it stands; a"
    " holder would read them first.",
    zh="正在导入 {folder} 中 425 家小微企业的发票。演示直接确认全部建议；正式使用时应先由数据持有方核对。",
)
_CITY = Text(
    en="No real data here: a synthetic city with 200 firms was written to {folder}, in every format that"
    " offices send. Every proposal is accepted as it stands; a holder would read them first.",
    zh="本机没有真实数据：已在 {folder} 生成含 200 家企业的合成城市，涵盖各部门常见文件格式。"
    "演示直接确认全部建议；正式使用时应先由数据持有方核对。",
)
_WHO = Text(en="Who is who", zh="主体归一")
_FEATURES = Text(en="Features, point in time", zh="时点特征")
_TRAIN = Text(en="Scorecard and rating model", zh="评分卡与评级模型")
_CHECK = Text(en="How good it is on enterprises not seen", zh="样本外检验")
_DECIDE = Text(en="Decisions within a budget", zh="预算内授信决策")
_REPORT = Text(en="Credit reports", zh="信用报告")
_TRY = Text(
    en="Try next (SHUXIN_HOME={home}):\n  shuxin decide {who} --as-of {as_of}\n  shuxin report {who}\n"
    "  shuxin enterprise {who}\n  shuxin features\n  shuxin datasets",
    zh="接下来可以（SHUXIN_HOME={home}）：\n  shuxin decide {who} --as-of {as_of}\n  shuxin report {who}\n"
    "  shuxin enterprise {who}\n  shuxin features\n  shuxin datasets",
)
_WRITTEN = Text(
    en="Reports: {files}\nDecisions: {folder}\nModel: {model}",
    zh="报告：{files}\n决策：{folder}\n模型：{model}",
)


@dataclass(frozen=True, slots=True)
class _Case:
    """What is imported and decided: ``train_as_of`` None when the loans bear their days."""

    folder: Path
    database_url: str
    database_tables: tuple[str, ...]
    department: str
    train_as_of: dt.date | None
    as_of: dt.date
    applicants: Path
    budget_fen: int


def run(options: argparse.Namespace, language: Language) -> int:
    from shuxin.infra.api import now_in_china
    from shuxin.portal.founding import set_up

    home = Path(options.folder or FOLDER).absolute()
    _make_fresh(home)
    os.environ["SHUXIN_HOME"] = str(home)
    settings = start()
    set_up(settings, party=_HOLDER, kind="bank", name=_NAME, now=now_in_china())
    real = _real_invoices()
    if real is not None and not options.city:
        say(_REAL, language, folder=real)
        case = _real_case(real)
    else:
        case = _city_case(home / "city")
        say(_CITY, language, folder=case.folder)
    report(_import(case, settings, language), settings, language)
    _journey(case, home=home, settings=settings, language=language)
    return 0


def _journey(case: _Case, *, home: Path, settings: Settings, language: Language) -> None:
    from shuxin.fusion.api import read_wishes
    from shuxin.scoring.api import LendingPolicy

    _step(1, _WHO, language)
    resolve(settings, language)
    _step(2, _FEATURES, language)
    compute(case.as_of, settings=settings, language=language)
    _step(3, _TRAIN, language)
    train(case.train_as_of, "invoice-card", settings=settings, language=language)
    _step(4, _CHECK, language)
    check(
        case.train_as_of,
        folds=_FOLDS,
        repeats=_REPEATS,
        seed=1,
        out=home / "model",
        settings=settings,
        language=language,
    )
    _step(5, _DECIDE, language)
    batch = decide_on(
        read_wishes(case.applicants),
        as_of=case.as_of,
        budget_fen=case.budget_fen,
        policy=LendingPolicy(),
        model="",
        out=home / "decisions",
        settings=settings,
        language=language,
    )
    _step(6, _REPORT, language)
    who = _examples(batch)
    files = [
        file
        for one in who
        for file in write_report(one, folder=home / "reports", settings=settings)
    ]
    shown = ", ".join(file.name for file in files)
    say(_WRITTEN, language, files=shown, folder=home / "decisions", model=home / "model")
    if who:
        say(_TRY, language, home=home, who=who[0].rpartition(":")[2], as_of=case.as_of)


def _step(number: int, what: Text, language: Language) -> None:
    say(_STEP, language, number=number, what=what.say(language))


def _examples(batch: Batch) -> list[str]:
    """One enterprise of each outcome."""
    found: dict[str, str] = {}
    for decision in batch.decisions:
        found.setdefault(str(decision.outcome), decision.assessment.applicant.entity)
    return list(found.values())


def _import(case: _Case, settings: Settings, language: Language) -> list[Outcome]:
    from shuxin.catalogue.api import DataGroup, Level
    from shuxin.fusion.api import Holder, accept_all, import_database_table, import_folder

    holder = Holder(
        department=case.department,
        place=case.folder.name,
        group=DataGroup.PUBLIC,
        level=Level.L1 if case.database_tables else Level.L2,
    )
    with watched() as progress:

        def import_once() -> list[Outcome]:
            outcomes = import_folder(
                case.folder,
                holder=holder,
                settings=settings,
                by=operator(),
                language=language,
                progress=progress,
            )
            for table in case.database_tables:
                outcomes += import_database_table(
                    url=case.database_url,
                    table=table,
                    holder=holder,
                    settings=settings,
                    by=operator(),
                    language=language,
                    progress=progress,
                )
            return outcomes

        import_once()
        accept_all(settings=settings, by=operator())
        return import_once()


def _make_fresh(home: Path) -> None:
    """An earlier demo is removed; anything else in its place is left alone. Raises DemoFolderTaken."""
    if home.exists():
        if not (home / MARK).is_file():
            raise DemoFolderTaken(folder=home)
        shutil.rmtree(home)
    home.mkdir(mode=0o700)
    (home / MARK).touch()


def _real_invoices() -> Path | None:
    """The real invoices: under SHUXIN_DATA, or in shared/data beside the checkout."""
    places = [Path(place) for place in [os.environ.get("SHUXIN_DATA", "")] if place]
    places.append(Path.cwd().parent / "shared" / "data")
    return next((p / _INVOICES for p in places if (p / _INVOICES).is_dir()), None)


def _real_case(folder: Path) -> _Case:
    """302 firms without credit history, a card from the 123 with one; the default bears no date."""
    day = dt.date(2020, 3, 1)
    return _Case(
        folder=folder,
        database_url="",
        database_tables=(),
        department="银行",
        train_as_of=day,
        as_of=day,
        applicants=folder / "no_credit_history_enterprise_information.csv",
        budget_fen=10_000_000_000,
    )


def _city_case(folder: Path) -> _Case:
    from shuxin.city.api import WorldSize, write_messy_files

    with watched() as progress:
        city = write_messy_files(folder, size=WorldSize.TINY, seed=_SEED, progress=progress)
    return _Case(
        folder=city.imports,
        database_url=city.database_url,
        database_tables=tuple(table.table for table in city.database_tables),
        department="",
        train_as_of=None,
        as_of=dt.date(2026, 1, 1),
        applicants=city.imports / "澜坪农商银行" / "贷款申请.csv",
        budget_fen=400_000_000,
    )
