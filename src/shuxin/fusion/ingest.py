"""Import: propose what is new, load what is accepted, leave the rest as it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
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
)
from shuxin.catalogue.api import sources as known_sources
from shuxin.fusion.acceptance import mappings_in_force
from shuxin.fusion.claims.importing import hold_to_claim, other_claim, proposal_from_claim
from shuxin.fusion.deliveries import delivery_of, missing_files, sources_in
from shuxin.fusion.findings import connect
from shuxin.fusion.import_lock import one_import
from shuxin.fusion.judging import Judge
from shuxin.fusion.loading import LayoutChanged, load_table
from shuxin.fusion.mapping import read_mapping
from shuxin.fusion.models import AcceptedMapping
from shuxin.fusion.outcome import Outcome, State
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
from shuxin.fusion.reading.container import Container
from shuxin.fusion.reading.opening import DatabaseSource
from shuxin.infra.api import Settings, Store, now_in_china, secret_key
from shuxin.kernel.errors import Conflict, ShuxinError
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import LoadView
    from shuxin.fusion.deliveries import Delivery
    from shuxin.fusion.judging import OwnReading
    from shuxin.fusion.proposal import Proposal
    from shuxin.fusion.reading.opening import FileSource, Fingerprint, Source
    from shuxin.infra.api import Progress
    from shuxin.kernel.text import Language


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
            delivery = delivery_of(folder)
            sources = list(sources_in(folder, place=place, only=only, delivery=delivery))
            outcomes: list[Outcome] = []
            for number, source in enumerate(sources):
                self.progress(number, len(sources), source.file)
                outcomes += self._file(source, delivery, holder=holder, connection=connection)
            if only is None:
                seen = frozenset(source.file for source in sources)
                outcomes += missing_files(seen, place=place, delivery=delivery, now=self.now)
            self.progress(len(sources), len(sources), "")
        return outcomes

    def run_table(self, source: DatabaseSource, *, holder: Holder) -> list[Outcome]:
        """The same for one database table. Raises ImportRunning."""
        with one_import(self.settings):
            self._sweep()
            self._register(kind="database", location=source.place, holder=holder)
            return self._source(source, holder=holder, connection=connect())

    def _register(self, *, kind: str, location: str, holder: Holder) -> None:
        """Tell the catalogue where these data come from, once."""
        known = {source.location for source in known_sources()}
        if location not in known:
            mark = hashlib.sha256(location.encode()).hexdigest()[:8]
            department = holder.department or holder.place
            source = NewSource(f"{holder.place[:80]} {mark}", kind, location, department)
            register_source(source=source, now=self.now)

    def _sweep(self) -> None:
        """Remove drafts that a killed import left. Kept folders stay whatever the database says of them."""
        Store(self.settings.store).remove_dead_drafts()

    def _file(
        self,
        source: FileSource,
        delivery: Delivery | None,
        *,
        holder: Holder,
        connection: Backend,
    ) -> list[Outcome]:
        try:
            if delivery is not None:
                delivery.check(source.path, file=source.file)
        except ShuxinError as error:
            return [Outcome(source.file, State.REFUSED, error=error)]
        return self._source(source, holder=holder, connection=connection)

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
                other = self._other_claim(source, row)
                outcomes.append(other or self._load(source, row, seen=seen, connection=connection))
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
        if container is Container.PARQUET:
            claimed = proposal_from_claim(
                source, department=holder.department, language=self.language
            )
            if claimed is not None:
                own = with_source(claimed, source=source.place)
                return [self._keep(self._with_own_name(own))]
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

    def _other_claim(self, source: Source, row: AcceptedMapping) -> Outcome | None:
        """Refused, with a new proposal, where the file brings another contract than the accepted one."""
        mapping = read_mapping(row.text, file=source.file)
        if not mapping.claim:
            return None
        agreed = contract(dataset=row.dataset, version=row.contract_version)
        other = other_claim(source, mapping, agreed=agreed, language=self.language)
        if other is None:
            return None
        again = with_source(other.proposal, source=row.source)
        name = self._keep(again).proposal
        return Outcome(source.file, State.REFUSED, row.dataset, name, error=other.error)

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
        if mapping.claim:
            hold_to_claim(source)
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
        judged = judge.judge(load, agreed=agreed, tally=loaded.tally, declared=bool(mapping.claim))
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
