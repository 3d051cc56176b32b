"""An installation in a temporary folder, lists with right codes, and everything it wrote, read back."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection, models
from tests.permits import sealed

from shuxin.catalogue.api import DataGroup, Level, loads
from shuxin.catalogue.models import Load
from shuxin.consent.api import ALL_SUBJECTS, Purpose
from shuxin.fusion import models as fusion_models
from shuxin.fusion.acceptance import accept_proposals
from shuxin.fusion.findings import connect
from shuxin.fusion.ingest import Importer
from shuxin.fusion.loading import ROWS_FILE
from shuxin.fusion.outcome import Outcome, State
from shuxin.fusion.proposal_files import MAPPING_FILE, proposal_names, read_proposal
from shuxin.fusion.proposals import Holder
from shuxin.fusion.reading_back import RejectedRow, rejects
from shuxin.fusion.tables import dataset_table
from shuxin.infra.api import Settings, Store, silent_progress
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.identity_number import identity_check
from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.uscc import check_symbol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shuxin.fusion.proposal import Proposal

FIRST_DAY = dt.datetime(2024, 5, 1, 9, tzinfo=CHINA_TIME)
HOLDER = Holder(department="市场监管局", place="", group=DataGroup.PUBLIC, level=Level.L2)


def uscc(serial: int) -> str:
    """A credit code that passes both checks."""
    organisation = f"{serial:08}"
    body = f"91110108{organisation}{organisation_check(organisation)}"
    return body + check_symbol(body)


def identity_number(serial: int) -> str:
    """A right resident identity number of nobody in particular."""
    body = f"110101{1950 + serial % 50}0{1 + serial % 9}1{serial % 10}{serial % 1000:03}"
    return body + identity_check(body)


def rows_of_firms(count: int) -> list[list[str]]:
    """A header and rows of code, name, date and amount in 万元."""
    header = ["统一社会信用代码", "企业名称", "处罚日期", "罚款金额(万元)"]
    return [header] + [
        [
            uscc(serial),
            f"北京第{serial}建材有限公司",
            f"2024-01-{serial % 28 + 1:02}",
            f"{serial}.5",
        ]
        for serial in range(1, count + 1)
    ]


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def only(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def refused(outcomes: list[Outcome]) -> str:
    """The code of the only outcome's error, which speaks both languages."""
    outcome = only(outcomes)
    assert outcome.state is State.REFUSED
    assert outcome.error is not None
    assert outcome.error.say("en") != outcome.error.say("zh") != ""
    return outcome.error.code


@dataclass
class Installation:
    """One installation and a folder that is imported into it."""

    settings: Settings
    inbox: Path
    now: dt.datetime = FIRST_DAY

    def put(self, name: str, content: bytes | str | Sequence[Sequence[str]]) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content if isinstance(content, bytes) else csv_text(content).encode())
        return path

    def run(self, *, now: dt.datetime | None = None) -> list[Outcome]:
        importer = Importer(self.settings, "tester", now or self.now, "en", silent_progress)
        return importer.run(self.inbox, holder=HOLDER)

    def propose(self) -> list[Proposal]:
        """Run, and read what waits."""
        self.run()
        folder = self.settings.proposals
        return [read_proposal(name, folder=folder) for name in proposal_names(folder)]

    def accept(self, *, now: dt.datetime | None = None) -> list[Proposal]:
        names = proposal_names(self.settings.proposals)
        return accept_proposals(names, settings=self.settings, by="tester", now=now or self.now)

    def load(self, *, now: dt.datetime | None = None) -> list[Outcome]:
        """Propose, accept and load."""
        self.run(now=now)
        self.accept(now=now)
        return self.run(now=now)

    def edit_text(self, *, old: str, new: str) -> None:
        """Replace words in the only proposal that waits."""
        (name,) = proposal_names(self.settings.proposals)
        place = self.settings.proposals / name / MAPPING_FILE
        text = place.read_text(encoding="utf-8")
        assert old in text
        place.write_text(text.replace(old, new), encoding="utf-8")

    def table(self, dataset: str, *, known_before: dt.datetime | None = None) -> pa.Table | None:
        """What is readable of a dataset, in file order."""
        found = dataset_table(
            connect(), dataset=dataset, settings=self.settings, known_before=known_before
        )
        return None if found is None else found.order_by(["_file", "_line"]).to_pyarrow()

    def stored(self, dataset: str) -> pa.Table:
        """The stored fields of a dataset's only load, provenance aside."""
        (load,) = loads(dataset=dataset)
        rows = pq.read_table(Store(self.settings.store).folder(load.store_name) / ROWS_FILE)
        return rows.drop_columns(["_line"])

    def rejected(self, dataset: str) -> list[RejectedRow]:
        permit = sealed(ALL_SUBJECTS, Purpose.DATA_QUALITY, at=self.now)
        return rejects(dataset, permit=permit, settings=self.settings, limit=10_000)

    def state(self) -> tuple[int, frozenset[str], list[str]]:
        """What a failure must leave as it was: rows of loads, the kept folders, the drafts."""
        drafts = self.settings.store / "drafts"
        left = sorted(path.name for path in drafts.iterdir()) if drafts.is_dir() else []
        return Load.objects.count(), Store(self.settings.store).names(), left

    def everything_written(self) -> str:
        """Every byte under the installation's home and every row of its database, as one text."""
        pieces = []
        for path in sorted(self.settings.home.rglob("*")):
            pieces.append(path.name)
            if path.suffix == ".parquet":
                pieces.append(str(pq.read_table(path).to_pylist()))
            elif path.is_file():
                pieces.append(path.read_bytes().decode("utf-8", "replace"))
        for model in models_of_ours():
            pieces += [str(row) for row in model.objects.values()]
        return "\n".join(pieces)


def models_of_ours() -> list[type[models.Model]]:
    tables = set(connection.introspection.table_names())
    ours = [*fusion_models.AcceptedMapping._meta.apps.get_models()]
    return [model for model in ours if model._meta.db_table in tables]


@pytest.fixture
def office(tmp_path: Path, db: None) -> Installation:
    """An empty installation and an empty folder to import."""
    (tmp_path / "inbox").mkdir()
    return Installation(Settings(home=tmp_path / "home", database_url=""), tmp_path / "inbox")
