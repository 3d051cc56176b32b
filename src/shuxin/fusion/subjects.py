"""The subjects of a dataset by credit code, for joint work, and which content they were read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import F

from shuxin.catalogue.api import SUBJECT_MEANINGS, contract, loads
from shuxin.consent.api import ALL_SUBJECTS, PermitTooNarrow
from shuxin.fusion.findings import connect
from shuxin.fusion.models import Entity, Mention
from shuxin.fusion.permitted import subjects_of, visible_fields, within_period
from shuxin.fusion.tables import dataset_table, spelled
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.uscc import LENGTH
from shuxin.kernel.uscc_array import uscc_checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings

CODE = np.dtype(f"S{LENGTH}")
_AT_ONCE = 500
Codes = np.ndarray[tuple[int], np.dtype[np.bytes_]]
_NONE: Codes = np.empty(0, dtype=CODE)


def dataset_version(dataset: str) -> str:
    """64 hexadecimal digits over the names of the current content: they change just when the content does.

    Raises DatasetUnknown.
    """
    agreed = contract(dataset=dataset)
    stored = sorted([load.source_file, load.store_name] for load in loads(dataset=dataset))
    return content_hash({"dataset": agreed.dataset, "content": stored})


def subject_codes(dataset: str, *, permit: Permit, settings: Settings) -> bytes:
    """Distinct sorted credit codes of the subjects of the current rows that the permit lets through.

    18 ASCII symbols each, without separators; only codes whose check symbol holds. A row without such a code counts
    by the entity that it was placed with, where that has one. Rows outside the permit's period, of subjects that it
    does not name or that an objection or erasure withholds, and columns that it does not cover, count for nothing.
    Raises PermitTooNarrow when it does not cover the dataset, DatasetUnknown.
    """
    if not permit.reads(dataset):
        raise PermitTooNarrow
    agreed = contract(dataset=dataset)
    table = dataset_table(connect(), dataset=dataset, settings=settings)
    fields = visible_fields(agreed, permit=permit)
    by_meaning = {f.meaning: f.name for f in fields if f.meaning in SUBJECT_MEANINGS}
    if table is None or not by_meaning:
        return b""
    rows = within_period(table, agreed, permit=permit)
    said = spelled(rows, by_meaning)
    stated, others = _stated(rows.select(code=said["code"])) if "code" in said else (_NONE, None)
    placed = _placed(rows.select(**said), dataset=dataset, others=others)
    found = np.sort(np.concatenate([stated, placed[~_among(placed, stated)]]))
    return let_through(found, dataset=dataset, permit=permit).tobytes()


def let_through(codes: Codes, *, dataset: str, permit: Permit) -> Codes:
    """Those of the codes whose rows of this dataset the permit does not leave out for whose they are."""
    allowed, withheld = subjects_of([permit], dataset=dataset, entities=None)
    if allowed is not None:
        codes = codes[_among(codes, _codes_of(allowed))]
    return codes[~_among(codes, _withheld(withheld, dataset))]


def _among(codes: Codes, some: Codes) -> NDArray[np.bool_]:
    """Which of these codes stand in the sorted ``some``."""
    if not len(some):
        return np.zeros(len(codes), dtype=np.bool_)
    at = np.searchsorted(some, codes)
    met: NDArray[np.bool_] = some[np.minimum(at, len(some) - 1)] == codes
    return met


def _stated(codes: ir.Table) -> tuple[Codes, pa.Array]:
    """The distinct valid codes of the code column, sorted, and the distinct other texts in it."""
    asked = codes.distinct().order_by("code")
    backend = asked.get_backend()
    found = backend.con.sql(
        backend.compile(asked)
    ).to_arrow_table()  # without the pandas that Ibis would load
    texts = found["code"].combine_chunks()
    valid = valid_codes(texts)
    return symbols(texts.filter(pa.array(valid))), texts.filter(pa.array(~valid))


def _placed(named: ir.Table, *, dataset: str, others: pa.Array | None) -> Codes:
    """Codes of the entities with which the rows were placed that state none that is valid.

    others: what stands in the code column of these rows; None when there is no such column. Where the columns that
    may be read leave open which of several entities is meant, the row counts for none.
    """
    if others is not None and not len(others):
        return _NONE
    if others is not None:
        wanted = ibis.memtable(pa.table({"code": others}))
        named = named.semi_join(wanted, "code")
    parts = list(named.columns)
    ways = ways_to_codes(dataset)
    if not ways["entity"]:
        return _NONE
    known = ibis.memtable(pa.table(ways)).group_by(parts)
    known = known.aggregate(
        codes=lambda t: t["entity"].nunique(), entity=lambda t: t["entity"].max()
    )
    one = known.filter(known["codes"] == 1)
    met = named.distinct().inner_join(one, parts).select("entity").distinct()
    texts = met.to_pyarrow()["entity"].combine_chunks()
    return np.sort(symbols(texts.filter(pa.array(valid_codes(texts)))))


def ways_to_codes(dataset: str) -> dict[str, list[str]]:
    """How this dataset names entities that have a code otherwise than by that code."""
    mentions = Mention.objects.filter(dataset=dataset, gone_at=None, entity__gone_at=None)
    mentions = mentions.exclude(entity__code="").exclude(code_text=F("entity__code"))
    rows = mentions.values_list("code_text", "name_text", "number_text", "entity__code")
    columns = list(zip(*rows.iterator(), strict=True)) or [()] * 4
    return dict(zip(("code", "name", "number", "entity"), map(list, columns), strict=True))


def valid_codes(texts: pa.Array) -> NDArray[np.bool_]:
    """Which texts are codes whose check symbol holds."""
    present = pc.fill_null(texts, "")
    shaped = pc.and_(
        pc.equal(pc.binary_length(present), LENGTH), pc.equal(pc.utf8_length(present), LENGTH)
    )
    valid: NDArray[np.bool_] = np.array(shaped.to_numpy(zero_copy_only=False), dtype=np.bool_)
    valid[valid] = uscc_checks(symbols(present.filter(shaped))).check
    return valid


def symbols(texts: pa.Array) -> Codes:
    """Texts of 18 ASCII symbols each as an array."""
    if not len(texts):
        return _NONE
    fixed = pc.cast(pc.cast(texts, pa.binary()), pa.binary(LENGTH))
    flat = np.frombuffer(fixed.buffers()[1], dtype=CODE)
    return flat[fixed.offset : fixed.offset + len(fixed)]


def _codes_of(identities: Iterable[str]) -> Codes:
    """Credit codes of entities: most are called by their code."""
    plain, others = set(), []
    for identity in identities:
        if len(identity) == LENGTH and identity.isascii():
            plain.add(identity)
        else:
            others.append(identity)
    for some in _some(others):
        known = Entity.objects.filter(identity__in=some).exclude(code="")
        plain |= set(known.values_list("code", flat=True))
    return np.array(sorted(plain), dtype=CODE)


def _withheld(identities: frozenset[str], dataset: str) -> Codes:
    """Codes by which these entities might come in: their own, and those written beside them in this dataset."""
    written: set[str] = set()
    for some in _some(sorted(identities - {ALL_SUBJECTS})):
        mentions = Mention.objects.filter(dataset=dataset, entity__identity__in=some)
        written |= set(mentions.values_list("code_text", flat=True))
        known = Entity.objects.filter(identity__in=some)
        written |= set(known.values_list("code", flat=True))
    return _codes_of([*identities, *(code for code in written if len(code) == LENGTH)])


def _some(identities: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(identities), _AT_ONCE):
        yield identities[start : start + _AT_ONCE]
