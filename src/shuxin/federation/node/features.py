"""What a party's data say of the subjects that it enters in a job (入场特征), read once, after the gate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from shuxin.federation.node.entry import DataMoved
from shuxin.fusion.api import dataset_version, subject_values
from shuxin.kernel.uscc import LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.consent.api import Permit
    from shuxin.federation.engine.channel import Channel
    from shuxin.infra.api import Settings

_CODE = np.dtype(f"S{LENGTH}")


@dataclass(frozen=True, slots=True)
class JobFeatures:
    """The features of those who entered, by field (入场特征).

    entered: their codes, sorted. version: of the dataset when they entered. permit: what the gate let through then;
    after a restart it is the gate's answer of that day.
    """

    dataset: str
    version: str
    fields: tuple[str, ...]
    entered: bytes
    permit: Permit
    settings: Settings
    channel: Channel

    def values(self, codes: bytes) -> dict[str, NDArray[Any]]:
        """The job's fields for these of the subjects who entered, in this order, as ``fusion.subject_values`` has them.

        The same at every run: they are read once and kept with the job; look at the arrays, do not write into them.
        Raises DataMoved, and what ``fusion.subject_values`` and the channel raise; ValueError when a code did not
        enter.
        """
        if not _among(codes, self.entered):
            raise ValueError("features are read of subjects who entered")
        bound = {
            b"dataset": self.dataset.encode(),
            b"version": self.version.encode(),
            b"codes": hashlib.sha256(codes).hexdigest().encode(),
        }
        name = f"features/{bound[b'codes'].decode()}"
        kept = self.channel.once(name, lambda: _packed(self._read(codes), bound))
        table = pa.ipc.open_file(pa.py_buffer(kept)).read_all()
        if table.schema.metadata != bound or table.column_names != list(dict.fromkeys(self.fields)):
            raise DataMoved(dataset=self.dataset)
        return {name: _unpacked(table[name]) for name in self.fields}

    def require_readable(self) -> None:
        """Before anything leaves: raises as ``fusion.subject_values`` does for fields that no program could read."""
        self._subject_values(b"")

    def _read(self, codes: bytes) -> dict[str, NDArray[Any]]:
        found = self._subject_values(codes)
        if dataset_version(self.dataset) != self.version:
            raise DataMoved(dataset=self.dataset)
        return found

    def _subject_values(self, codes: bytes) -> dict[str, NDArray[Any]]:
        return subject_values(
            self.dataset,
            fields=self.fields,
            codes=codes,
            permit=self.permit,
            settings=self.settings,
        )


def _among(codes: bytes, entered: bytes) -> bool:
    asked, there = np.frombuffer(codes, dtype=_CODE), np.frombuffer(entered, dtype=_CODE)
    return bool(np.isin(asked, there).all())


def _packed(values: Mapping[str, NDArray[Any]], bound: Mapping[bytes, bytes]) -> bytes:
    """As an Arrow IPC file."""
    columns = {name: _column(found) for name, found in values.items()}
    table = pa.table(columns).replace_schema_metadata(bound)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _column(values: NDArray[Any]) -> pa.Array:
    return pa.array(values, pa.float64() if values.dtype.kind == "f" else pa.large_string())


def _unpacked(column: pa.ChunkedArray) -> NDArray[Any]:
    values: NDArray[Any] = column.to_numpy()
    return values
