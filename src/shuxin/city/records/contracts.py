"""The contract of each catalogue (数据合约), as ODCS."""

from __future__ import annotations

from shuxin.catalogue.api import (
    Contract,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    Sharing,
    write_contract,
)
from shuxin.catalogue.api import Field as ContractField
from shuxin.city.catalogues import (
    CODE_TABLES,
    DEPARTMENTS,
    HOLDERS,
    Catalogue,
    Field,
    FieldKind,
    SourceKind,
)

VERSION = "1.0.0"
_TYPES = {
    FieldKind.CODE: FieldType.CODE,
    FieldKind.INTEGER: FieldType.INTEGER,
    FieldKind.FEN: FieldType.MONEY,
    FieldKind.RATIO_PPM: FieldType.INTEGER,
    FieldKind.NUMBER: FieldType.NUMBER,
    FieldKind.DATE: FieldType.DATE,
    FieldKind.MONTH: FieldType.MONTH,
    FieldKind.TIME: FieldType.TIMESTAMP,
    FieldKind.FLAG: FieldType.BOOLEAN,
}
_MEANINGS = {
    FieldKind.USCC: Meaning.OTHER_CODE,
    FieldKind.ADDRESS: Meaning.ADDRESS,
    FieldKind.FEN: Meaning.AMOUNT,
}
_SUBJECTS = {"uscc": Meaning.SUBJECT_CODE}
"""What other subjects are known by is the department's own number."""


def contract_of(catalogue: Catalogue) -> Contract:
    """What a catalogue promises of its clean rows."""
    department = {**{code: one.name for code, one in DEPARTMENTS.items()}, **HOLDERS}
    return Contract(
        dataset=catalogue.slug,
        version=VERSION,
        title=catalogue.name.zh,
        department=department[catalogue.department].zh,
        group=catalogue.group,
        fields=(
            *_leading(catalogue),
            *(_field(one, catalogue.share) for one in catalogue.fields),
            *_trailing(),
        ),
        cycle=catalogue.cycle,
        lag_days=catalogue.lag_days,
        known_time_field="known_time",
        description=catalogue.name.en,
        extra=(
            ("standard", catalogue.slug),
            ("table", catalogue.table or "none"),
            ("code", catalogue.code),
            ("subjectKey", catalogue.subject_key),
        ),
    )


def contract_bytes(catalogue: Catalogue) -> bytes:
    return write_contract(contract=contract_of(catalogue))


def _leading(catalogue: Catalogue) -> tuple[ContractField, ...]:
    is_person = catalogue.subject_key == "person"
    level = Level(max(catalogue.level, Level.L3)) if is_person else catalogue.level
    personal = PersonalClass.C2 if is_person else PersonalClass.NONE
    return (
        ContractField(
            name="subject_code",
            type=FieldType.STRING,
            title="主体代码",
            level=level,
            personal=personal,
            sharing=catalogue.share,
            meaning=_SUBJECTS.get(catalogue.subject_key, Meaning.SUBJECT_NUMBER),
        ),
        ContractField(
            name="subject_name",
            type=FieldType.STRING,
            title="主体名称（部门写法）",
            level=level,
            personal=personal,
            sharing=catalogue.share,
            meaning=Meaning.SUBJECT_NAME,
        ),
    )


def _trailing() -> tuple[ContractField, ...]:
    return (
        ContractField(name="src_id", type=FieldType.INTEGER, title="来源记录号", required=True),
        ContractField(name="batch_id", type=FieldType.STRING, title="批次号", required=True),
        ContractField(name="known_time", type=FieldType.TIMESTAMP, title="获知时间", required=True),
    )


def _field(one: Field, sharing: Sharing) -> ContractField:
    codes = CODE_TABLES[one.code_table].codes if one.code_table else ()
    return ContractField(
        name=one.name,
        type=_TYPES.get(one.kind, FieldType.STRING),
        title=one.zh,
        unit=one.unit,
        required=not one.nullable,
        code_table=tuple(code.code for code in codes),
        level=one.level,
        personal=one.pi,
        sharing=sharing,
        meaning=_meaning(one),
    )


def _meaning(one: Field) -> Meaning:
    if one.is_event:
        return Meaning.EVENT_TIME
    if one.kind is FieldKind.NAME:
        is_person = one.source.kind is SourceKind.PERSON
        return Meaning.PERSON_NAME if is_person else Meaning.OTHER_NAME
    if one.source.column == "phone":
        return Meaning.PHONE
    return _MEANINGS.get(one.kind, Meaning.NONE)
