"""What a dataset says of given subjects, field by field, for joint work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.catalogue.api import SUBJECT_MEANINGS, FieldType, Meaning, PersonalClass, contract
from shuxin.consent.api import PermitTooNarrow
from shuxin.fusion.findings import connect
from shuxin.fusion.permitted import event_field, visible_fields, within_period
from shuxin.fusion.subjects import CODE, let_through, symbols, valid_codes, ways_to_codes
from shuxin.fusion.tables import PARTS, dataset_table, spelled
from shuxin.kernel.errors import NotFound, NotPermitted
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import LENGTH
from shuxin.kernel.uscc_array import uscc_checks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from shuxin.catalogue.api import Contract, Field
    from shuxin.consent.api import Permit
    from shuxin.fusion.subjects import Codes
    from shuxin.infra.api import Settings

Values = dict[str, "NDArray[Any]"]
_TELLS_NO_NAME = frozenset({Meaning.NONE, Meaning.AMOUNT, Meaning.EVENT_TIME})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
_DAYS = frozenset({FieldType.DATE, FieldType.MONTH})
_DAY_MICROSECONDS = 86_400_000_000
_CHINA_MICROSECONDS = 8 * 3_600_000_000


class FieldUnknown(NotFound):
    code = "dataset_field_unknown"
    what = Text(en="dataset {dataset} has no field {field}", zh="数据集 {dataset} 没有字段 {field}")
    mend = Text(
        en="See the dataset's contract for the names of its fields",
        zh="字段名称请查看该数据集的合约",
    )


class FieldIdentifies(NotPermitted):
    code = "field_identifies"
    what = Text(
        en="field {field} of dataset {dataset} says who somebody is; that is no feature",
        zh="数据集 {dataset} 的字段 {field} 用于识别身份，不能作为特征",
    )
    mend = Text(
        en="Leave out codes, numbers, names, addresses, telephone numbers and personal texts",
        zh="请去掉代码、编号、姓名或名称、地址、电话及涉及个人的文本字段",
    )


def subject_values(
    dataset: str, *, fields: Sequence[str], codes: bytes, permit: Permit, settings: Settings
) -> Values:
    """The value of each field for each subject (主体取值), as ``known_values`` has them. Raises as it does."""
    return known_values(dataset, fields=fields, codes=codes, permit=permit, settings=settings)[1]


def known_values(
    dataset: str, *, fields: Sequence[str], codes: bytes, permit: Permit, settings: Settings
) -> tuple[NDArray[np.bool_], Values]:
    """Which subjects have a row that counts, and the value of each field for each, in the order of the codes.

    codes: 18 ASCII symbols each, without separators. Numbers, dates and moments are float64 with NaN for missing: a
    date is its days since 1970-01-01, a moment the same with its part of the day in China. Booleans are the texts
    ``true`` and ``false``, and like codes and texts an object array of str, None for missing.

    The rows are those that ``subject_codes`` counts; the event time orders them also where a permit does not cover it
    as a field, as its period does. Of a subject's rows the newest by event time count; rows without an event time count
    when none has one. Where several count, as all do in a dataset without event time, a field has the one value that
    they state; missing when they state none or different ones. A subject without such a row, and one whom the permit
    leaves out, has no value.
    Raises PermitTooNarrow when it does not cover the dataset and every field, FieldUnknown, FieldIdentifies,
    DatasetUnknown.
    """
    wanted = wanted_of(dataset, fields=fields, permit=permit)
    asked, them = subjects_among(codes, dataset=dataset, permit=permit)
    table = None
    if wanted.is_readable and len(them):
        table = dataset_table(connect(), dataset=dataset, settings=settings)
    if table is None:
        return wanted.arrays(None, asked)
    theirs = ibis.memtable(told_subjects(them))
    placed = _placed(ways_to_codes(dataset), list(wanted.parts))
    return wanted.arrays(
        wanted.rows(table, theirs=theirs, placed=placed, permit=permit).to_pyarrow(), asked
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read of a dataset under a permit (取值范围): its fields, and the columns by which rows name subjects."""

    agreed: Contract
    fields: tuple[Field, ...]
    named: Mapping[Meaning, str]

    @property
    def is_readable(self) -> bool:
        return bool(self.fields and self.named)

    @property
    def parts(self) -> tuple[str, ...]:
        """Of ``spelled``: ``code``, ``name``, ``number``, those there are."""
        return tuple(part for part, meaning in PARTS.items() if meaning in self.named)

    def rows(
        self, table: ir.Table, *, theirs: ir.Table, placed: ir.Table | None, permit: Permit
    ) -> ir.Table:
        """One row for each of ``theirs`` (column ``subject``) of whom a row counts: ``subject``, ``value0`` ..."""
        rows = within_period(table, self.agreed, permit=permit)
        parts = spelled(rows, self.named)
        told = _told(rows, self.fields, event=event_field(self.agreed))
        plain = rows.select(**parts, **told)
        return _counting(_with_subject(plain, list(parts), theirs, placed))

    def arrays(self, found: pa.Table | None, asked: Codes) -> tuple[NDArray[np.bool_], Values]:
        """In the order of ``asked``; None for no rows."""
        if found is None:
            none = {field.name: _as_array(pa.nulls(len(asked)), field) for field in self.fields}
            return np.zeros(len(asked), np.bool_), none
        places = _places(asked, symbols(found["subject"].combine_chunks()))
        values = {
            field.name: _as_array(found[f"value{n}"].combine_chunks().take(places), field)
            for n, field in enumerate(self.fields)
        }
        return np.asarray(places.is_valid().to_numpy(zero_copy_only=False)), values


def wanted_of(dataset: str, *, fields: Sequence[str], permit: Permit) -> Wanted:
    """Raises as ``known_values`` does."""
    if not permit.reads(dataset):
        raise PermitTooNarrow
    agreed = contract(dataset=dataset)
    wanted = tuple(_field(agreed, name) for name in fields)
    seen = visible_fields(agreed, permit=permit)
    if not {field.name for field in wanted} <= {field.name for field in seen}:
        raise PermitTooNarrow
    named = {field.meaning: field.name for field in seen if field.meaning in SUBJECT_MEANINGS}
    return Wanted(agreed, wanted, named)


def subjects_among(codes: bytes, *, dataset: str, permit: Permit) -> tuple[Codes, Codes]:
    """All that are asked about, and those valid codes of them, once, that the permit lets through."""
    asked = np.frombuffer(codes, dtype=CODE)
    them = np.unique(asked)
    return asked, let_through(them[uscc_checks(them).check], dataset=dataset, permit=permit)


def told_subjects(them: Codes) -> pa.Table:
    """As a table of one text column ``subject``."""
    texts = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(LENGTH), len(them), [None, pa.py_buffer(np.ascontiguousarray(them))]
    )
    return pa.table({"subject": texts.cast(pa.binary()).cast(pa.string())})


def _field(agreed: Contract, name: str) -> Field:
    """Raises FieldUnknown, FieldIdentifies."""
    try:
        field = agreed.field(name)
    except KeyError:
        raise FieldUnknown(dataset=agreed.dataset, field=name) from None
    of_a_person = field.personal is not PersonalClass.NONE and field.type is FieldType.STRING
    if of_a_person or field.meaning not in _TELLS_NO_NAME:
        raise FieldIdentifies(dataset=agreed.dataset, field=name)
    return field


def _told(rows: ir.Table, fields: Sequence[Field], *, event: str | None) -> dict[str, ir.Value]:
    """The fields as ``value0``, ``value1`` and so on, and the event time as ``moment``."""
    told = {f"value{n}": _comparable(rows[field.name]) for n, field in enumerate(fields)}
    return told if event is None else told | {"moment": rows[event]}


def _comparable(value: ir.Value) -> ir.Value:
    """Null where it says nothing."""
    if value.type().is_floating():
        return ibis.ifelse(value.isnan(), ibis.null(value.type()), value)
    return value.cast("string") if value.type().is_boolean() else value


def _with_subject(
    plain: ir.Table, parts: list[str], theirs: ir.Table, placed: ir.Table | None
) -> ir.Table:
    """The rows about these subjects, the code as ``subject`` in place of how the row names it."""
    kept = ["subject", *(name for name in plain.columns if name not in parts)]
    found = []
    if "code" in parts:
        stated = plain.inner_join(theirs, plain["code"] == theirs["subject"])
        found.append(stated.select(kept))
    if placed is not None:
        by_place = placed.semi_join(theirs, "subject")
        found.append(plain.inner_join(by_place, parts).select(kept))
    if not found:
        return plain.mutate(subject=ibis.null("string")).filter(ibis.literal(False)).select(kept)  # noqa: FBT003
    return found[0] if len(found) == 1 else ibis.union(*found)


def _placed(ways: Mapping[str, list[str]], parts: list[str]) -> ir.Table | None:
    """Whom rows mean that state no valid code, as ``subject_codes`` has it: columns ``parts`` and ``subject``."""
    if not ways["entity"]:
        return None
    table = pa.table({name: pa.array(texts, pa.string()) for name, texts in ways.items()})
    if "code" in parts:
        table = table.filter(pa.array(~valid_codes(table["code"].combine_chunks())))
    known = ibis.memtable(table).group_by(parts)
    known = known.aggregate(
        codes=lambda t: t["entity"].nunique(), subject=lambda t: t["entity"].max()
    )
    return known.filter(known["codes"] == 1).drop("codes")


def _counting(rows: ir.Table) -> ir.Table:
    """One row a subject: of its newest rows, the one value that they state."""
    if "moment" in rows.columns:
        newest = rows.group_by("subject").aggregate(newest=rows["moment"].max())
        same = [
            rows["subject"] == newest["subject"],
            rows["moment"].identical_to(newest["newest"]),
        ]
        rows = rows.semi_join(newest, same)
    names = [name for name in rows.columns if name.startswith("value")]
    return rows.group_by("subject").aggregate(**{name: _single(rows[name]) for name in names})


def _single(value: ir.Value) -> ir.Value:
    return ibis.ifelse(value.min() == value.max(), value.min(), ibis.null(value.type()))


def _places(asked: Codes, found: Codes) -> pa.Array:
    """Where each asked code stands among the found ones; null where it does not."""
    if not len(found):
        return pa.nulls(len(asked), pa.int64())
    order = np.argsort(found)
    at = order[np.minimum(np.searchsorted(found, asked, sorter=order), len(found) - 1)]
    return pa.array(at, pa.int64(), mask=found[at] != asked)


def _as_array(column: pa.Array, field: Field) -> NDArray[Any]:
    """As numpy has it: see ``subject_values``."""
    if field.type in _NUMBERS:
        return _floats(pc.cast(column, pa.float64(), safe=False))
    if field.type in _DAYS:
        return _floats(pc.cast(pc.cast(column, pa.date32()), pa.int32()))
    if field.type is FieldType.TIMESTAMP:
        moments = pc.cast(column, pa.timestamp("us", "UTC"))
        return (_floats(pc.cast(moments, pa.int64())) + _CHINA_MICROSECONDS) / _DAY_MICROSECONDS
    texts: NDArray[Any] = pc.cast(column, pa.string()).to_numpy(zero_copy_only=False)
    return texts


def _floats(column: pa.Array) -> NDArray[np.float64]:
    """A copy of one's own, NaN for null."""
    return np.array(pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False))
