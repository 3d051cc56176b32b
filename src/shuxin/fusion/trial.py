"""The process behind ``fusion.trying``: one file in, one JSON answer out, nothing else touched.

It asks nothing of this installation: no database, no keys, no home.
"""

from __future__ import annotations

import json
import resource
import secrets
import signal
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.api import DataGroup, FieldType, Level, Meaning, PersonalClass
from shuxin.fusion.findings import findings_of
from shuxin.fusion.loading import REJECTS_FILE, ROWS_FILE, load_table
from shuxin.fusion.proposals import Holder, propose_table
from shuxin.fusion.reading.opening import FileSource
from shuxin.fusion.standards import standard_named, standard_of
from shuxin.fusion.trial_firms import SIDES, firms_of, traders_of
from shuxin.fusion.trying import (
    MEMORY_MIB,
    MOST_TABLES,
    SECONDS,
    Problem,
    Tried,
    TriedColumn,
    TriedPortrait,
    TriedTable,
)
from shuxin.infra.api import Store, silent_progress
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import Contract, Field
    from shuxin.fusion.loading import LoadedTable
    from shuxin.fusion.mapping import ColumnMapping
    from shuxin.fusion.proposal import Proposal
    from shuxin.fusion.reading.container import Container
    from shuxin.fusion.reading.records import Table
    from shuxin.kernel.text import Language

_MIB = 1 << 20
_LARGEST_FILE_MIB = 1024
_EXAMPLES, _LONGEST_EXAMPLE, _REJECTS = 3, 60, 12
_PERSONAL = Text(en="personal information: level 3 at least", zh="含个人信息：不低于 3 级")
_STANDARD = Text(
    en="the rows of '{title}' are level 3: business secrets of the firm",
    zh="“{title}”明细定为 3 级：属企业商业秘密",
)
_USUAL = Text(
    en="level 2 until somebody says that the table is public", zh="未声明公开前按 2 级处理"
)


class Trial:
    """One look at one file."""

    def __init__(
        self, path: Path, name: str, folder: Path, language: Language, today: date
    ) -> None:
        self.source = FileSource(path, name)
        self.store, self.language, self.today = Store(folder / "store"), language, today
        self.key = secrets.token_bytes(32)
        self.traded: list[tuple[Contract, Path]] = []
        self.problems: list[Problem] = []

    def run(self) -> Tried:
        try:
            container, tables = self.source.tables()
        except ShuxinError as error:
            return Tried("", (), (), 0, (self._problem(error, ""),), 0)
        connection, alone = _connection(), len(tables) == 1
        told = [
            self._tried(one, container=container, alone=alone, connection=connection)
            for one in tables[:MOST_TABLES]
        ]
        traders, portraits = self._portraits(connection)
        return Tried(
            container=container.value,
            tables=tuple(one for one in told if one is not None),
            portraits=portraits,
            traders=traders,
            problems=tuple(self.problems),
            tables_left_out=max(len(tables) - MOST_TABLES, 0),
        )

    def _tried(
        self, table: Table, *, container: Container, alone: bool, connection: Backend
    ) -> TriedTable | None:
        try:
            return self._table(table, container=container, alone=alone, connection=connection)
        except ShuxinError as error:
            self.problems.append(self._problem(error, table.label))
            return None

    def _table(
        self, table: Table, *, container: Container, alone: bool, connection: Backend
    ) -> TriedTable:
        proposal = propose_table(
            table,
            file=self.source.file,
            container=container,
            alone=alone,
            holder=Holder("", "", DataGroup.ENTERPRISE, Level.L2),
            language=self.language,
        )
        loaded = load_table(
            self.source,
            seen=self.source.fingerprint(),
            mapping=proposal.mapping,
            contract=proposal.contract,
            store=self.store,
            key=self.key,
            progress=silent_progress,
        )
        return self._told(table, proposal, loaded, connection)

    def _told(
        self, table: Table, proposal: Proposal, loaded: LoadedTable, connection: Backend
    ) -> TriedTable:
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

        contract, tally = proposal.contract, loaded.tally
        rows_file = self.store.folder(loaded.store_name) / ROWS_FILE
        rows = pq.read_table(rows_file)
        found = findings_of(rows_file, contract=contract, tally=tally, connection=connection)
        standard = standard_of(contract)
        if standard in SIDES:
            self.traded.append((contract, rows_file))
        firms, in_all = firms_of(rows, contract)
        plain = [one for one in found if not one.code.startswith("rejected_")]
        rejected = sorted(tally.rejected.items(), key=lambda pair: -pair[1])
        return TriedTable(
            label=table.label,
            title=contract.title,
            standard=standard_named(standard).title.say(self.language) if standard else "",
            rows_read=tally.read,
            rows_loaded=tally.loaded,
            rejected=tuple((reason, count) for reason, count in rejected if count),
            rejected_at=self._rejected_at(rows_file.with_name(REJECTS_FILE)),
            findings=tuple((one.severity.value, one.detail.say(self.language)) for one in plain),
            questions=proposal.mapping.questions,
            columns=self._columns(proposal, rows, tally.embedded),
            firms=firms,
            firms_in_all=in_all,
        )

    def _rejected_at(self, kept: Path) -> tuple[tuple[int, str, str], ...]:
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

        told = pq.read_table(kept, columns=["line", "column", "reason"]).slice(0, 5000).to_pylist()
        data = [one for one in told if one["reason"] not in {"blank_row", "repeated_header"}]
        return tuple((one["line"], one["column"], one["reason"]) for one in data[:_REJECTS])

    def _columns(
        self, proposal: Proposal, rows: pa.Table, embedded: dict[str, int]
    ) -> tuple[TriedColumn, ...]:
        fields = {field.name: field for field in proposal.contract.fields}
        standard = standard_of(proposal.contract)
        return tuple(
            self._column(how, fields.get(how.field), rows, embedded.get(how.field, 0), standard)
            for how in proposal.mapping.columns
        )

    def _column(
        self,
        how: ColumnMapping,
        field: Field | None,
        rows: pa.Table,
        embedded: int,
        standard: str,
    ) -> TriedColumn:
        if field is None:
            return TriedColumn(how.header, "", "", "", "", 0, "", how.why, "", 0.0, 0, ())
        values = rows[field.name]
        hidden = field.meaning in {Meaning.PERSON_NAME, Meaning.IDENTITY_NUMBER, Meaning.PHONE}
        return TriedColumn(
            header=how.header,
            field=field.name,
            type=field.type.value,
            meaning=field.meaning.value,
            unit=how.unit or how.unit_from,
            level=int(field.level),
            personal="" if field.personal is PersonalClass.NONE else field.personal.value,
            why=how.why,
            why_level=self._why_level(field, standard),
            missing=values.null_count / max(len(values), 1),
            masked=len(values) - values.null_count if hidden else embedded,
            examples=_examples(values, field),
        )

    def _why_level(self, field: Field, standard: str) -> str:
        if field.personal is not PersonalClass.NONE:
            return _PERSONAL.say(self.language)
        if standard:
            return _STANDARD.say(self.language, title=standard_named(standard).title)
        return _USUAL.say(self.language)

    def _portraits(self, connection: Backend) -> tuple[int, tuple[TriedPortrait, ...]]:
        if not self.traded:
            return 0, ()
        return traders_of(
            self.traded, connection=connection, today=self.today, language=self.language
        )

    def _problem(self, error: ShuxinError, where: str) -> Problem:
        what, mend = error.sentences(self.language)
        return Problem(where, error.code, what, mend)


def _examples(values: pa.ChunkedArray, field: Field) -> tuple[str, ...]:
    """The first different values as they would be stored; amounts in yuan."""
    said: dict[str, None] = {}
    for value in values.drop_null().slice(0, 200).to_pylist():
        text = f"{value / 100:.2f}" if field.type is FieldType.MONEY else str(value)
        said.setdefault(text[:_LONGEST_EXAMPLE])
        if len(said) == _EXAMPLES:
            break
    return tuple(said)


def _connection() -> Backend:
    import ibis  # noqa: PLC0415 - heavy

    return ibis.duckdb.connect(threads=1, memory_limit="600MB")


def _limit() -> None:
    """What this process may use; what it starts inherits it."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY_MIB * _MIB),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE_MIB * _MIB),
        (resource.RLIMIT_NOFILE, 256),
    ):
        resource.setrlimit(what, (most, most))
    signal.alarm(SECONDS)


def main() -> None:
    _limit()
    asked: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    tried = Trial(
        Path(asked["path"]),
        asked["name"],
        Path(asked["folder"]),
        asked["language"],
        date.fromisoformat(asked["today"]),
    ).run()
    sys.stdout.write(json.dumps(asdict(tried), ensure_ascii=False))


if __name__ == "__main__":
    main()
