"""What a person decides about a proposal (建议审定): look, change, accept exactly what was seen, or reject."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.catalogue.api import (
    Contract,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    Sharing,
    write_contract,
)
from shuxin.fusion.acceptance import accept_proposals
from shuxin.fusion.mapping import ColumnMapping, Mapping, write_mapping
from shuxin.fusion.proposal import PERSONAL_CLASS
from shuxin.fusion.proposal_files import CONTRACT_FILE, MAPPING_FILE, read_proposal
from shuxin.fusion.standards import standard_named, standard_of
from shuxin.infra.api import now_in_china, write_whole
from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping as ByName

    from shuxin.fusion.proposal import Proposal
    from shuxin.infra.api import Settings

_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY)
_WORDS = (FieldType.STRING, FieldType.CODE)


class ProposalChanged(Conflict):
    code = "proposal_changed"
    what = Text(
        en="the proposal {name} is not any more what you had before you",
        zh="建议 {name} 与您查看时的内容已不一致",
    )
    mend = Text(en="Look at it again, then accept it", zh="请重新查看后再确认")


class TypeNotToBeHad(InvalidInput):
    code = "proposal_type_unfit"
    what = Text(
        en="column {column} cannot become {type}: its cells were not seen to be that",
        zh="列 {column} 不能改为 {type}：其内容未被识别为该类型",
    )
    mend = Text(
        en="Choose one of the types offered, or edit the proposal's files",
        zh="请选择所列类型之一，或直接修改建议文件",
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person wants of one column; ``used`` False leaves it out."""

    used: bool
    type: FieldType
    meaning: Meaning
    level: Level
    unit: str = ""
    fill_down: bool = False


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A column as it is proposed; ``field`` None when it is left out. ``types``: those it may be given."""

    header: str
    field: Field | None
    unit: str
    unit_from: str
    spellings: tuple[str, ...]
    fill_down: bool
    why: tuple[str, ...]
    types: tuple[FieldType, ...]


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A waiting proposal. ``digest`` names exactly this content; ``standard``: title of the known table or None."""

    name: str
    file: str
    sheet: str
    source: str
    contract: Contract
    columns: tuple[ProposedColumn, ...]
    questions: tuple[str, ...]
    standard: Text | None
    digest: str


def look_at_proposal(name: str, *, settings: Settings) -> ProposalView:
    """Raises ProposalMissing, MappingInvalid, ContractInvalid."""
    proposal = read_proposal(name, folder=settings.proposals)
    mapping, contract = proposal.mapping, proposal.contract
    fields = {field.name: field for field in contract.fields}
    standard = standard_of(contract)
    return ProposalView(
        name=name,
        file=mapping.file,
        sheet=mapping.sheet,
        source=mapping.source,
        contract=contract,
        columns=tuple(
            _proposed(column, fields.get(column.field), fixed=bool(standard or mapping.claim))
            for column in mapping.columns
        ),
        questions=mapping.questions,
        standard=standard_named(standard).title if standard else None,
        digest=_digest(name, settings),
    )


def _proposed(column: ColumnMapping, field: Field | None, *, fixed: bool) -> ProposedColumn:
    return ProposedColumn(
        header=column.header,
        field=field,
        unit=column.unit,
        unit_from=column.unit_from,
        spellings=tuple(spelling.value for spelling in column.spellings),
        fill_down=column.fill_down,
        why=column.why,
        types=() if field is None else types_for(field.type, fixed=fixed),
    )


def types_for(kind: FieldType, *, fixed: bool) -> tuple[FieldType, ...]:
    """The types that a column seen as ``kind`` can be given; in a standard or a declared table only its own."""
    if fixed:
        return (kind,)
    return (*_NUMBERS, *_WORDS) if kind in _NUMBERS else tuple(dict.fromkeys((kind, *_WORDS)))


def change_proposal(
    name: str,
    *,
    title: str,
    department: str,
    group: DataGroup,
    choices: ByName[str, Choice],
    settings: Settings,
) -> None:
    """Write the proposal as the person wants it; columns (by header) without a choice stay.

    Raises ProposalMissing, MappingInvalid, ContractInvalid, TypeNotToBeHad.
    """
    proposal = read_proposal(name, folder=settings.proposals)
    declared = bool(proposal.mapping.claim)
    fixed = declared or bool(standard_of(proposal.contract))
    fields = {field.name: field for field in proposal.contract.fields}
    columns, kept = [], []
    for column in proposal.mapping.columns:
        field, choice = fields.get(column.field), choices.get(column.header)
        if field is None or choice is None:
            columns.append(column)
            kept += [] if field is None else [field]
        elif choice.used:
            changed, how = _chosen(column, field, choice, fixed=fixed)
            columns.append(column if declared else how)
            kept.append(changed)
        else:
            columns.append(_left_out(column))
    contract = _with_fields(proposal.contract, kept)
    changed_contract = replace(contract, title=title, department=department, group=group)
    mapping = proposal.mapping.model_copy(update={"columns": tuple(columns)})
    _write(name, changed_contract, mapping, settings)


def _chosen(
    column: ColumnMapping, field: Field, choice: Choice, *, fixed: bool
) -> tuple[Field, ColumnMapping]:
    if choice.type not in types_for(field.type, fixed=fixed):
        raise TypeNotToBeHad(column=column.header, type=choice.type.value)
    money = choice.type is FieldType.MONEY
    personal = PERSONAL_CLASS.get(choice.meaning, PersonalClass.NONE)
    if choice.meaning is field.meaning:
        personal = field.personal
    level = choice.level if personal is PersonalClass.NONE else max(choice.level, Level.L3)
    changed = replace(
        field,
        type=choice.type,
        meaning=choice.meaning,
        level=level,
        personal=personal,
        unit="fen" if money else "" if field.unit == "fen" else field.unit,
        sharing=_sharing(field, level),
        rules=field.rules if choice.type is field.type else (),
    )
    dated = choice.type in {FieldType.DATE, FieldType.TIMESTAMP, FieldType.MONTH}
    how = column.model_copy(
        update={
            "unit": (choice.unit or "元") if money and not column.unit_from else "",
            "unit_from": column.unit_from if money else "",
            "spellings": column.spellings if dated else (),
            "fill_down": choice.fill_down,
        }
    )
    return changed, how


def _sharing(field: Field, level: Level) -> Sharing:
    """What is not open to everybody is shared under conditions at most."""
    if field.sharing is Sharing.WITHHELD:
        return Sharing.WITHHELD
    return Sharing.UNCONDITIONAL if level is Level.L1 else Sharing.CONDITIONAL


def _left_out(column: ColumnMapping) -> ColumnMapping:
    return column.model_copy(
        update={"field": "", "spellings": (), "unit": "", "unit_from": "", "missing": ()}
    )


def _with_fields(contract: Contract, kept: list[Field]) -> Contract:
    names = {field.name for field in kept}
    known = contract.known_time_field
    return replace(
        contract,
        fields=tuple(kept),
        key=contract.key if names.issuperset(contract.key) else (),
        known_time_field=known if known in names else "",
    )


def _write(name: str, contract: Contract, mapping: Mapping, settings: Settings) -> None:
    """Both files, after both were found right."""
    place = settings.proposals / name
    content, text = write_contract(contract=contract), write_mapping(mapping)
    write_whole(place / CONTRACT_FILE, content)
    write_whole(place / MAPPING_FILE, text.encode())


def accept_seen(name: str, *, digest: str, settings: Settings, by: str) -> Proposal:
    """Put the proposal in force if it is what the person saw.

    Raises ProposalChanged, and as ``accept_proposals`` does.
    """
    read_proposal(name, folder=settings.proposals)
    if _digest(name, settings) != digest:
        raise ProposalChanged(name=name)
    return accept_proposals([name], settings=settings, by=by, now=now_in_china())[0]


def reject_proposal(name: str, *, settings: Settings) -> Mapping:
    """Set the proposal aside unaccepted; the next import of its file proposes anew. Raises ProposalMissing."""
    mapping = read_proposal(name, folder=settings.proposals).mapping
    shutil.rmtree(settings.proposals / name)
    return mapping


def _digest(name: str, settings: Settings) -> str:
    place = settings.proposals / name
    whole = b"\0".join((place / file).read_bytes() for file in (CONTRACT_FILE, MAPPING_FILE))
    return hashlib.sha256(whole).hexdigest()
