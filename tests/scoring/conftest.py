"""One small installation for all tests of the services: 66 firms with invoices, their loans, rates and losses."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.core.management import call_command
from tests.fusion.conftest import uscc
from tests.permits import OwnData

from shuxin.catalogue.api import DataGroup, Level
from shuxin.consent.api import ALL_SUBJECTS, Permit, Purpose
from shuxin.fusion.api import (
    Holder,
    accept_all,
    find_entity,
    import_folder,
    resolve_all,
)
from shuxin.infra.api import Settings, silent_progress
from shuxin.kernel.dates import CHINA_TIME
from shuxin.scoring.deciding import Request
from shuxin.scoring.registry import keep_model
from shuxin.scoring.training import good_medians, train, training_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from shuxin.scoring.training import TrainedModels, TrainingSet

NOW = dt.datetime(2026, 11, 21, 9, tzinfo=CHINA_TIME)
AS_OF = dt.date(2026, 1, 1)
BORROWERS, FIRMS = 60, 66
TWICE = 20
"""So many of the borrowers have two loans."""
SILENT = 99
"""The number of a borrower of whom there is no invoice."""
HOSTILE = "#panic() <script>alert(1)</script> & {name} %s 商行"
HOSTILE_FIRM = 61
_INVOICE = ("发票号码", "开票日期", "金额", "税额", "价税合计", "发票状态", "入库日期")
_MONTHS = [dt.date(year, month, 1) for year in (2024, 2025) for month in range(1, 13)]


def name_of(firm: int) -> str:
    return HOSTILE if firm == HOSTILE_FIRM else f"澜坪第{firm}商贸有限公司"


def quality(firm: int) -> float:
    """-1 to 1, spread evenly over the numbers of firms."""
    return (firm * 37 % 61) / 30 - 1


def is_bad(firm: int) -> bool:
    """The lowest quarter, but for a few, and a few above it."""
    return (quality(firm) < -0.5) != (firm % 11 == 0)


@dataclass(frozen=True)
class Office:
    """The installation after import and resolution, with a model trained on its loans."""

    settings: Settings
    rows: TrainingSet
    made: TrainedModels

    def permit(self, subject: str, purpose: Purpose = Purpose.CREDIT_DECISION) -> Permit:
        policy = OwnData(reader="tester", purposes=frozenset(Purpose), highest_level=3)
        return policy.permit(subject=subject, purpose=purpose, now=NOW)

    def entity(self, firm: int) -> str:
        return find_entity(uscc(firm), permit=self.permit(ALL_SUBJECTS))

    def request(self, firm: int, requested_fen: int | None = None) -> Request:
        entity = self.entity(firm)
        return Request(entity, requested_fen, self.permit(entity))


@pytest.fixture(scope="package")
def office(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: object
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("scoring")
    settings = Settings(home=folder / "home", database_url="")
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _installed(folder / "files", settings)
        policy = OwnData(reader="tester", purposes=frozenset(Purpose), highest_level=3)
        permit = policy.permit(subject=ALL_SUBJECTS, purpose=Purpose.MODEL_TRAINING, now=NOW)
        resolve_all(permit=permit, settings=settings, now=NOW, progress=silent_progress)
        rows = training_set(as_of=None, permit=permit, settings=settings, now=NOW)
        made = train(rows, name="office", made_on="2026-11-21")
        keep_model(
            made.bundle,
            origin="trained",
            snapshot=rows.snapshot,
            facts={"medians": good_medians(rows)},
            by="tester",
            now=NOW,
        )
    yield Office(settings, rows, made)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("flush", verbosity=0, interactive=False)


def write_files(folder: Path) -> None:
    """Invoices of all firms, loans of the borrowers, and how many customers a rate loses."""
    folder.mkdir()
    rng = np.random.default_rng(20261121)
    _write(
        folder / "销项发票.csv",
        ("销方税号", "销方名称", *_INVOICE, "购方税号"),
        (row for firm in range(1, FIRMS + 1) for row in _sales(firm, rng)),
    )
    _write(
        folder / "进项发票.csv",
        ("购方税号", "购方名称", *_INVOICE, "销方税号"),
        (row for firm in range(1, FIRMS + 1) for row in _purchases(firm, rng)),
    )
    _write(
        folder / "贷款台账.csv",
        ("借据号", "借款人代码", "借款人", "放款日", "放款金额", "年利率", "信誉评级", "是否违约", "结果日期"),
        _loans(),
    )  # fmt: skip
    _write(
        folder / "利率与客户流失率.csv",
        ("贷款年利率", "信誉评级A", "信誉评级B", "信誉评级C"),
        [(0.04 + n / 100, n / 14, n / 15, n / 16) for n in range(12)],
    )


def _installed(folder: Path, settings: Settings) -> None:
    write_files(folder)
    holder = Holder(department="银行", place="bank", group=DataGroup.FINANCIAL, level=Level.L2)
    for _ in range(2):
        outcomes = import_folder(
            folder,
            holder=holder,
            settings=settings,
            by="tester",
            language="en",
            progress=silent_progress,
        )
        accept_all(settings=settings, by="tester")
    assert {outcome.state for outcome in outcomes} == {"loaded"}, outcomes


def _sales(firm: int, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """The better the firm, the more buyers, the steadier the months, the fewer voided."""
    good = quality(firm) + rng.normal(0, 0.2)
    buyers = max(2, round(5 + 4 * good))
    for place, month in enumerate(_MONTHS):
        if rng.random() > 0.85 + 0.2 * good:
            continue
        for nth in range(3):
            amount = round(float(np.exp(10.5 + good + rng.normal(0, 0.5))), 2)
            status = "作废" if rng.random() < 0.08 - 0.05 * good else "正常"
            buyer = uscc(200 + firm % 7 * 10 + int(rng.integers(buyers)))
            yield _invoice(firm, f"1{firm:04}{place:02}{nth}", month, amount, status, buyer)


def _purchases(firm: int, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    for place, month in enumerate(_MONTHS):
        amount = round(float(np.exp(11 + quality(firm) + rng.normal(0, 0.3))), 2)
        seller = uscc(300 + firm % 5)
        yield _invoice(firm, f"2{firm:04}{place:02}0", month, amount, "正常", seller)


def _invoice(
    firm: int, number: str, month: dt.date, amount: float, status: str, party: str
) -> tuple[object, ...]:
    day = month.replace(day=1 + int(number[-3:]) % 27)
    tax = round(amount * 0.13, 2)
    amounts = (f"{amount:.2f}", f"{tax:.2f}", f"{amount + tax:.2f}")
    known = day + dt.timedelta(days=1)
    return (uscc(firm), name_of(firm), number, day, *amounts, status, known, party)


def _loans() -> Iterator[tuple[object, ...]]:
    for firm in (*range(1, BORROWERS + 1), SILENT):
        for nth in range(1 + (firm <= TWICE)):
            drawn = dt.date(2025, 3 + 4 * nth + firm % 4, 1 + firm % 28)
            rating = "DCBA"[
                int(np.digitize(quality(firm) + (firm % 3 - 1) * 0.3, (-0.6, -0.1, 0.4)))
            ]
            ends = drawn.replace(year=2026)
            bad = "是" if is_bad(firm) else "否"
            number, terms = f"L{firm:03}{nth}", (100_000 + firm, 0.05, rating)
            yield (number, uscc(firm), name_of(firm), drawn, *terms, bad, ends)


def _write(path: Path, header: Iterable[object], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
