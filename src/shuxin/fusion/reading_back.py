"""Reading back what was kept aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.catalogue.api import contract, loads
from shuxin.consent.api import PermitTooNarrow
from shuxin.fusion.findings import connect
from shuxin.fusion.loading import REJECTS_FILE
from shuxin.infra.api import Store

if TYPE_CHECKING:
    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not loaded; ``cells`` as they stood, personal information masked."""

    file: str
    line: int
    column: str
    reason: str
    cells: tuple[str, ...]


def rejects(dataset: str, *, permit: Permit, settings: Settings, limit: int) -> list[RejectedRow]:
    """Rejected rows of a dataset's current content, in file order.

    Raises PermitTooNarrow unless the permit covers all subjects, DatasetUnknown.
    """
    permit.require("*")
    if not permit.reads(dataset):
        raise PermitTooNarrow
    contract(dataset=dataset)
    store, connection = Store(settings.store), connect()
    found: list[RejectedRow] = []
    for load in loads(dataset=dataset):
        kept = store.folder(load.store_name) / REJECTS_FILE
        rows = connection.read_parquet(str(kept)).order_by("line").limit(limit - len(found))
        found += [
            RejectedRow(
                load.source_file, row["line"], row["column"], row["reason"], tuple(row["cells"])
            )
            for row in rows.to_pyarrow().to_pylist()
        ]
        if len(found) >= limit:
            break
    return found
