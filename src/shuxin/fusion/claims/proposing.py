"""A proposal out of the contract that a file brings: what its sender claims, raised where the content demands more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shuxin.catalogue.api import (
    SUBJECT_MEANINGS,
    Contract,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    Sharing,
    changes,
    next_version,
)
from shuxin.fusion.mapping import ColumnMapping, Mapping
from shuxin.fusion.masking import PERSONAL_MEANINGS
from shuxin.fusion.profile import profile_looks
from shuxin.fusion.proposal import PERSONAL_CLASS, Proposal, personal_choice
from shuxin.fusion.proposal_texts import ASK_SUBJECT, WHY
from shuxin.fusion.reading.container import Container
from shuxin.fusion.reading.errors import HeaderOnly
from shuxin.fusion.standards import standard_named, standard_of, unmet
from shuxin.fusion.standards.known import MARK
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.catalogue.api import Change
    from shuxin.fusion.claims.claim import Claim
    from shuxin.fusion.profile import ColumnProfile
    from shuxin.fusion.reading.typed import TypedFile
    from shuxin.kernel.text import Language

_SAMPLE_ROWS, _MOST_LOOKED_AT = 20_000, 300
_LOOKED_AT = frozenset({FieldType.STRING, FieldType.CODE, FieldType.INTEGER})
_KEPT = frozenset({Meaning.PERSON_NAME, Meaning.IDENTITY_NUMBER, Meaning.PHONE})
_RAISED = Text(
    en="declared without personal information; its content shows {meaning}",
    zh="合约声明不含个人信息，但内容为{meaning}",
)
_MEANINGS = {
    Meaning.PERSON_NAME: Text(en="names of persons", zh="人名"),
    Meaning.IDENTITY_NUMBER: Text(en="resident identity numbers", zh="公民身份号码"),
    Meaning.PHONE: Text(en="telephone numbers", zh="电话号码"),
}
_ASK_CLAIM = Text(
    en="the sender's own contract, version {version} of '{title}': once accepted, files under it are loaded unasked",
    zh="提供方自带合约“{title}”{version} 版：确认后，符合该合约的文件将自动装载",
)
_ASK_RAISED = Text(
    en="column '{header}' holds personal information that its contract does not declare: masked, level 3 at least",
    zh="列“{header}”含合约未声明的个人信息：按个人信息脱敏，不低于 3 级",
)
_ASK_MARK = Text(
    en="declared as '{standard}', but its field {field} is missing or of another type: the mark was left out",
    zh="声明为“{standard}”，但字段 {field} 缺失或类型不符：已去掉该标记",
)
_ASK_PERSONS = Text(
    en="its subjects are persons: it is not placed with any enterprise",
    zh="该表主体为个人：不与任何企业关联",
)


@dataclass(frozen=True, slots=True)
class _Demand:
    """What the content of a column asks for beyond its declaration."""

    meaning: Meaning
    personal: PersonalClass
    profile: ColumnProfile
    share: float


def propose_claim(
    claim: Claim,
    table: TypedFile,
    *,
    department: str,
    language: Language,
) -> Proposal:
    """The sender's contract with what its first rows demand. department: "" for the one that the contract names.

    Raises HeaderOnly, NotATable.
    """
    demands = _demands(claim.contract, table)
    asked = [_ASK_CLAIM.say(language, title=claim.contract.title, version=claim.contract.version)]
    asked += [_ASK_RAISED.say(language, header=name) for name in demands]
    contract, told = _without_unmet_mark(_as_demanded(claim.contract, demands), language)
    asked += told
    if department:
        contract = replace(contract, department=department)
    columns = tuple(
        ColumnMapping(
            header=field.name,
            field=field.name,
            why=_reasons(demands[field.name], language) if field.name in demands else (),
        )
        for field in contract.fields
    )
    if not {field.meaning for field in contract.fields} & SUBJECT_MEANINGS:
        asked.append(
            (_ASK_PERSONS if _is_of_persons(claim.contract) else ASK_SUBJECT).say(language)
        )
    mapping = Mapping(
        file=table.file,
        dataset=contract.dataset,
        container=Container.PARQUET,
        claim=claim.digest,
        columns=columns,
        questions=tuple(asked),
    )
    return Proposal(contract, mapping)


def next_claim(proposal: Proposal, *, agreed: Contract) -> tuple[Proposal, tuple[Change, ...]]:
    """The proposal as the next version of the dataset, no level lower than agreed; and what changes."""
    old = {field.name: field.level for field in agreed.fields}
    fields = tuple(
        replace(field, level=max(field.level, old.get(field.name, field.level)))
        for field in proposal.contract.fields
    )
    fresh = replace(proposal.contract, dataset=agreed.dataset, fields=fields)
    version = max(fresh.version, next_version(old=agreed, new=fresh), key=_parts)
    mapping = proposal.mapping.model_copy(update={"dataset": agreed.dataset})
    return Proposal(replace(fresh, version=version), mapping), changes(old=agreed, new=fresh)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _demands(contract: Contract, table: TypedFile) -> dict[str, _Demand]:
    """By field: personal content that its declaration does not admit."""
    fields = [
        field
        for field in contract.fields
        if field.type in _LOOKED_AT
        and field.meaning not in PERSONAL_MEANINGS
        and field.personal is PersonalClass.NONE
    ]
    names = [field.name for field in fields]
    sample = _sample(table, names or [contract.fields[0].name])
    found = {}
    for field in fields:
        if _keeps_to_table(field, sample[field.name]):
            continue
        profile = profile_looks(field.title or field.name, sample[field.name], most=_MOST_LOOKED_AT)
        choice = personal_choice(
            profile, replace(field, type=FieldType.STRING, code_table=(), rules=())
        )
        if choice is not None and not _is_of_firms(field, choice.field.meaning):
            found[field.name] = _Demand(
                choice.field.meaning, choice.field.personal, profile, choice.share
            )
    return found


def _keeps_to_table(field: Field, cells: pa.Array) -> bool:
    """Whether nothing but codes of its table stands in the column."""
    known = pa.array([*field.code_table, ""], pa.string())
    return bool(field.code_table) and bool(pc.all(pc.is_in(cells, value_set=known)).as_py())


def _is_of_firms(field: Field, demanded: Meaning) -> bool:
    """Names of firms may read as persons': individuals trade under their own."""
    named = field.meaning in {Meaning.SUBJECT_NAME, Meaning.OTHER_NAME}
    return demanded is Meaning.PERSON_NAME and named


def _sample(table: TypedFile, names: list[str]) -> dict[str, pa.Array]:
    """The first rows of these columns as texts, "" for a missing one. Raises HeaderOnly, NotATable."""
    batches = table.batches(names, repeating=frozenset(), at_once=_SAMPLE_ROWS)
    first = next(islice(batches, 1), None)
    if first is None or not first[1].num_rows:
        raise HeaderOnly(file=table.file)
    return {name: first[1].column(name).cast(pa.string()).fill_null("") for name in names}


def _as_demanded(contract: Contract, demands: dict[str, _Demand]) -> Contract:
    return replace(
        contract,
        fields=tuple(_raised(field, demands.get(field.name)) for field in contract.fields),
    )


def _raised(field: Field, demand: _Demand | None) -> Field:
    """Masked where it is of persons, then level 3 at least and shared under conditions at most."""
    meaning, personal = field.meaning, field.personal
    if demand is not None:
        meaning, personal = demand.meaning, demand.personal
    elif meaning in PERSONAL_CLASS and personal is PersonalClass.NONE:
        personal = PERSONAL_CLASS[meaning]
    if personal is PersonalClass.NONE:
        return field
    if meaning in SUBJECT_MEANINGS:
        meaning = Meaning.PERSON_NAME if meaning is Meaning.SUBJECT_NAME else Meaning.NONE
    masked = meaning in _KEPT
    return replace(
        field,
        type=FieldType.STRING if masked else field.type,
        code_table=() if masked else field.code_table,
        rules=() if masked else field.rules,
        meaning=meaning,
        personal=personal,
        level=max(field.level, Level.L3),
        sharing=Sharing.CONDITIONAL if field.sharing is Sharing.UNCONDITIONAL else field.sharing,
    )


def _is_of_persons(contract: Contract) -> bool:
    return any(
        field.meaning in SUBJECT_MEANINGS and field.personal is not PersonalClass.NONE
        for field in contract.fields
    )


def _without_unmet_mark(contract: Contract, language: Language) -> tuple[Contract, list[str]]:
    """A standard that is named but not kept would stop whoever reads tables of that standard."""
    said = dict(contract.extra).get(MARK, "")
    if said != standard_of(contract):
        return contract, []
    missing = unmet(contract, standard_named(said)) if said else ""
    if not missing:
        return contract, []
    extra = tuple(pair for pair in contract.extra if pair[0] != MARK)
    return replace(contract, extra=extra), [_ASK_MARK.say(language, standard=said, field=missing)]


def _reasons(demand: _Demand, language: Language) -> tuple[str, ...]:
    said = WHY[demand.meaning].say(
        language,
        share=demand.share,
        filled=demand.profile.filled,
        distinct=demand.profile.distinct,
        checked=demand.profile.code_checks,
    )
    meaning = _MEANINGS[demand.meaning].say(language)
    return (_RAISED.say(language, meaning=meaning), said)
