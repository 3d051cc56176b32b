"""Import: propose what is new, load what is accepted, leave the rest as it is."""

from __future__ import annotations

import fcntl
import hashlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.catalogue.api import (
    HeldState,
    NewLoad,
    NewSource,
    contract,
    find_held,
    find_load,
    findings_of_load,
    record_load,
    register_source,
    sources,
)
from shuxin.fusion.acceptance import mappings_in_force
from shuxin.fusion.findings import connect
from shuxin.fusion.judging import Judge
from shuxin.fusion.loading import LayoutChanged, load_table
from shuxin.fusion.mapping import read_mapping
from shuxin.fusion.models import AcceptedMapping
from shuxin.fusion.proposal_files import proposal_names
from shuxin.fusion.proposals import (
    Holder,
    carried_over,
    proposal_name,
    propose_table,
    renamed,
    save_proposal,
    with_source,
)
from shuxin.fusion.reading.opening import DatabaseSource, FileSource, files_under
from shuxin.infra.api import Settings, Store, now_in_china, secret_key
from shuxin.kernel.errors import Conflict, ShuxinError
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import LoadView
    from shuxin.fusion.judging import OwnReading
    from shuxin.fusion.proposal import Proposal
    from shuxin.fusion.reading.opening import Fingerprint, Source
    from shuxin.infra.api import Progress
    from shuxin.kernel.text import Language


class ImportRunning(Conflict):
    code = "import_running"
    what = Text(
        en="another import is running in this installation", zh="本安装中已有导入任务在运行"
    )
    mend = Text(en="Wait until it has finished, then run yours again", zh="请等待其完成后再运行")


class LoadRejected(Conflict):
    code = "load_rejected"
    what = Text(
        en="this very content of {file} was rejected as load {number}: {reason}",
        zh="{file} 的该内容已作为装载 {number} 被退回：{reason}",
    )
    mend = Text(
        en="Ask the sender for a corrected file; a new version of the contract or mapping judges this one anew",
        zh="请提供方报送更正后的文件；合约或映射有新版本时将重新质检",
    )


class State(StrEnum):
    """What became of one table; HELD: read and judged, and kept aside until people have looked at it."""

    LOADED = "loaded"
    HELD = "held"
    UNCHANGED = "unchanged"
    PROPOSED = "proposed"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The account of one table: ``rows_read = rows_loaded + rejected``; ``error`` says why refused.

    ``load``: the number of the load that is kept aside, 0 of every other.
    """

    file: str
    state: State
    dataset: str = ""
    proposal: str = ""
    rows_read: int = 0
    rows_loaded: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    error: ShuxinError | None = None
    load: int = 0


@dataclass(frozen=True, slots=True)
class Importer:
    """One import run: where it works, in whose name, and at what time.

    ``clock`` tells the moment at which each load becomes known; without it all are known at ``now``. ``reading`` asks
    the gate for the holder's own reading, for rules that need more rows than the new ones; without it these rules are
    not judged.
    """

    settings: Settings
    by: str
    now: datetime
    language: Language
    progress: Progress
    clock: Callable[[], datetime] | None = None
    reading: OwnReading | None = None
    _waiting: dict[str, tuple[str, str]] = field(default_factory=dict)

    def run(self, folder: Path, *, holder: Holder, only: Path | None = None) -> list[Outcome]:
        """Walk a folder in name order; a file that fails is told of and the others go on.

        ``only``: one file in the folder instead of all of them.

        Raises ImportRunning.
        """
        with one_import(self.settings):
            self._sweep()
            connection = connect()
            place = str(folder.resolve())
            self._register(kind="folder", location=place, holder=holder)
            paths = list(files_under(folder)) if only is None else [only]
            outcomes: list[Outcome] = []
            for number, path in enumerate(paths):
                file = path.relative_to(folder).as_posix()
                file = file.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                self.progress(number, len(paths), file)
                source = FileSource(path, file, place)
                outcomes += self._source(source, holder=holder, connection=connection)
            self.progress(len(paths), len(paths), "")
        return outcomes

    def run_table(self, source: DatabaseSource, *, holder: Holder) -> list[Outcome]:
        """The same for one database table. Raises ImportRunning."""
        with one_import(self.settings):
            self._sweep()
            self._register(kind="database", location=source.place, holder=holder)
            return self._source(source, holder=holder, connection=connect())

    def _register(self, *, kind: str, location: str, holder: Holder) -> None:
        """Tell the catalogue where these data come from, once."""
        known = {source.location for source in sources()}
        if location not in known:
            mark = hashlib.sha256(location.encode()).hexdigest()[:8]
            department = holder.department or holder.place
            source = NewSource(f"{holder.place[:80]} {mark}", kind, location, department)
            register_source(source=source, now=self.now)

    def _sweep(self) -> None:
        """Remove drafts that a killed import left. Kept folders stay whatever the database says of them."""
        Store(self.settings.store).remove_dead_drafts()

    def _source(self, source: Source, *, holder: Holder, connection: Backend) -> list[Outcome]:
        file = source.file
        try:
            mappings = mappings_in_force(file, source=source.place)
            if not mappings:
                return self._propose(source, holder=holder)
            seen = source.fingerprint()
        except ShuxinError as error:
            return [Outcome(file, State.REFUSED, error=error)]
        outcomes: list[Outcome] = []
        for row in mappings:
            try:
                outcomes.append(self._load(source, row, seen=seen, connection=connection))
            except LayoutChanged as error:
                outcomes.append(self._layout_changed(source, row, error, holder=holder))
            except ShuxinError as error:
                outcomes.append(Outcome(file, State.REFUSED, dataset=row.dataset, error=error))
        sheets = frozenset(row.sheet for row in mappings if row.sheet)
        if sheets and any(outcome.state is not State.UNCHANGED for outcome in outcomes):
            outcomes += self._other_sheets(source, sheets, holder=holder)
        return outcomes

    def _other_sheets(
        self, source: Source, known: frozenset[str], *, holder: Holder
    ) -> list[Outcome]:
        """What stands in a changed workbook beside the sheets that are agreed on."""
        try:
            return self._propose(source, holder=holder, besides=known)
        except ShuxinError:
            return []  # told of by the sheets that are agreed on

    def _propose(
        self, source: Source, *, holder: Holder, besides: frozenset[str] = frozenset()
    ) -> list[Outcome]:
        file = source.file
        container, tables = source.tables()
        outcomes = []
        for table in tables:
            if table.label in besides:
                continue
            try:
                proposal = propose_table(
                    table,
                    file=file,
                    container=container,
                    alone=len(tables) == 1,
                    holder=holder,
                    language=self.language,
                )
                own = with_source(proposal, source=source.place)
                outcomes.append(self._keep(self._with_own_name(own)))
            except ShuxinError as error:
                outcomes.append(Outcome(file, State.REFUSED, error=error))
        return outcomes

    def _with_own_name(self, proposal: Proposal) -> Proposal:
        """Two files of one name in different places are two datasets."""
        dataset, mapping = proposal.contract.dataset, proposal.mapping
        place = (mapping.source, mapping.file)
        same = AcceptedMapping.objects.filter(dataset=dataset)
        others = same.exclude(source=mapping.source, file=mapping.file).exists()
        waiting = self._waiting.setdefault(dataset, place) != place
        if not others and not waiting:
            return proposal
        mark = hashlib.sha256(":".join(place).encode()).hexdigest()[:6]
        return renamed(proposal, dataset=f"{dataset}_{mark}")

    def _keep(self, proposal: Proposal) -> Outcome:
        name = proposal_name(proposal.mapping)
        known = name in proposal_names(self.settings.proposals)
        save_proposal(proposal, folder=self.settings.proposals)
        state = State.WAITING if known else State.PROPOSED
        return Outcome(proposal.mapping.file, state, proposal.contract.dataset, name)

    def _layout_changed(
        self, source: Source, row: AcceptedMapping, error: LayoutChanged, *, holder: Holder
    ) -> Outcome:
        """Refused, with a new proposal; where none can be made, that is what must be mended first."""
        try:
            name = self._propose_change(source, row, holder=holder)
        except ShuxinError as worse:
            return Outcome(source.file, State.REFUSED, dataset=row.dataset, error=worse)
        return Outcome(source.file, State.REFUSED, row.dataset, name, error=error)

    def _propose_change(self, source: Source, row: AcceptedMapping, *, holder: Holder) -> str:
        """A new proposal for a table whose columns changed: what was agreed before is kept. Its name."""
        file = source.file
        container, tables = source.tables()
        agreed = contract(dataset=row.dataset, version=row.contract_version)
        for table in tables:
            if row.sheet in {"", table.label}:
                fresh = propose_table(
                    table,
                    file=file,
                    container=container,
                    alone=not row.sheet,
                    holder=holder,
                    language=self.language,
                )
                again = with_source(
                    carried_over(fresh, agreed=agreed, mapping=read_mapping(row.text, file=file)),
                    source=row.source,
                )
                return self._keep(again).proposal
        return ""

    def _load(
        self, source: Source, row: AcceptedMapping, *, seen: Fingerprint, connection: Backend
    ) -> Outcome:
        file = source.file
        mapping = read_mapping(row.text, file=file)
        agreed = contract(dataset=row.dataset, version=row.contract_version)
        source_file = f"{file}#{mapping.sheet}" if mapping.sheet else file
        content = {
            "dataset": row.dataset,
            "source_file": source_file,
            "content_sha256": seen.sha256,
            "mapping_hash": mapping.hash,
            "contract_version": row.contract_version,
        }
        known = find_load(**content)
        if known is not None:
            return self._again(known, file=file, state=State.UNCHANGED)
        held = find_held(**content, now=self.now)
        if held is not None and held.is_open:
            return self._again(held.load, file=file, state=State.HELD)
        if held is not None and held.state is HeldState.REJECTED:
            raise LoadRejected(file=file, number=held.number, reason=held.acts[-1].reason)
        store = Store(self.settings.store)
        loaded = load_table(
            source,
            seen=seen,
            mapping=mapping,
            contract=agreed,
            store=store,
            key=secret_key(self.settings, "pseudonym.key"),
            progress=self.progress,
        )
        known_time = self.clock() if self.clock else self.now
        load = NewLoad(
            **content,
            known_time=known_time,
            loaded_at=known_time,
            rows_above=loaded.lines_above,
            rows_read=loaded.tally.read,
            rows_loaded=loaded.tally.loaded,
            rows_rejected=loaded.tally.read - loaded.tally.loaded,
            store_name=loaded.store_name,
            bytes_read=seen.size,
        )
        judge = Judge(self.settings, connection, self.reading)
        judged = judge.judge(load, agreed=agreed, tally=loaded.tally)
        with transaction.atomic():
            recorded = record_load(
                load=load,
                findings=judged.findings,
                measured=judged.measured,
                distribution=judged.distribution,
                hold=judged.hold,
            )
        return Outcome(
            file,
            State.LOADED if judged.hold is None else State.HELD,
            row.dataset,
            rows_read=load.rows_read,
            rows_loaded=load.rows_loaded,
            rejected=loaded.tally.rejected,
            load=0 if judged.hold is None else recorded.id,
        )

    def _again(self, known: LoadView, *, file: str, state: State) -> Outcome:
        """The account of content that is there already, in force or kept aside."""
        return Outcome(
            file,
            state,
            known.dataset,
            rows_read=known.rows_read,
            rows_loaded=known.rows_loaded,
            rejected=_rejected_before(known.id),
            load=known.id if state is State.HELD else 0,
        )


def _rejected_before(load: int) -> Counter[str]:
    """The account of a load that is there already, out of its findings."""
    mark = "rejected_"
    return Counter(
        {
            found.code.removeprefix(mark): found.count
            for found in findings_of_load(load=load)
            if found.code.startswith(mark)
        }
    )


@contextmanager
def one_import(settings: Settings) -> Iterator[None]:
    """Only one import at a time in an installation; the lock goes with the process. Raises ImportRunning."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.home / "import.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ImportRunning from error
        yield


def import_folder(
    folder: Path,
    *,
    holder: Holder,
    settings: Settings,
    by: str,
    language: Language,
    progress: Progress,
    only: Path | None = None,
    reading: OwnReading | None = None,
) -> list[Outcome]:
    """Propose or load every table under a folder, or in one file of it, now. Raises ImportRunning."""
    now = now_in_china()
    importer = Importer(settings, by, now, language, progress, clock=now_in_china, reading=reading)
    return importer.run(folder, holder=holder, only=only)


def import_database_table(
    *,
    url: str,
    table: str,
    holder: Holder,
    settings: Settings,
    by: str,
    language: Language,
    progress: Progress,
    reading: OwnReading | None = None,
) -> list[Outcome]:
    """Propose or load one table of a database, now. Raises ImportRunning."""
    now = now_in_china()
    importer = Importer(settings, by, now, language, progress, clock=now_in_china, reading=reading)
    return importer.run_table(DatabaseSource(url, table), holder=holder)
