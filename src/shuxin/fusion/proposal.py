"""A first contract and mapping for a table never seen before, with a reason for every choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.catalogue.api import (
    SUBJECT_MEANINGS,
    Contract,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    QualityRule,
    Sharing,
)
from shuxin.fusion.mapping import ColumnMapping, Mapping
from shuxin.fusion.proposal_dates import find_spellings
from shuxin.fusion.proposal_texts import (
    ASK_DAY_MONTH,
    ASK_DEPARTMENT,
    ASK_EXPONENT,
    ASK_HEADER,
    ASK_MISSING,
    ASK_SUBJECT,
    ASK_UNIT,
    WHY,
)
from shuxin.fusion.recognise import Look
from shuxin.kernel.money import unit_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.fusion.profile import ColumnProfile
    from shuxin.fusion.reading.container import Container
    from shuxin.kernel.dates import DateSpelling
    from shuxin.kernel.text import Language

Pairs = dict[tuple[int, int], float]

ENOUGH = 0.95
SUBJECT_NUMBER_HEADERS = frozenset({"企业代号", "企业编号", "客户编号", "客户号", "单位代号"})
_KEEPS_TO_ONE = 0.7
_FEW_AUTHORITIES = 5
_UNITS = frozenset({"元", "千元", "万元", "亿元"})
_PERSONS_AMONG_FIRMS = 0.02
_MANY_DIGITS = 8
_PERSONAL_LEVEL = Level.L3
PERSONAL_CLASS = {
    Meaning.PERSON_NAME: PersonalClass.C1,
    Meaning.IDENTITY_NUMBER: PersonalClass.C2,
    Meaning.PHONE: PersonalClass.C2,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A contract and a mapping that agree with each other, waiting for a person."""

    contract: Contract
    mapping: Mapping


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the table stands and what its holder says of it."""

    file: str
    dataset: str
    container: Container
    sheet: str
    department: str
    group: DataGroup
    level: Level
    titles: tuple[str, ...]
    has_header: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    field: Field
    spellings: tuple[DateSpelling, ...] = ()
    unit: str = ""
    unit_from: str = ""
    share: float = 0.0
    missing: tuple[str, ...] = ()


def propose(
    profiles: Sequence[ColumnProfile],
    *,
    pairs: Pairs,
    origin: Provenance,
    language: Language,
) -> Proposal:
    """Decide on the contents alone: type, meaning, unit and personal class of each named column.

    ``pairs``: for (code, name) positions among the named columns, the share of codes with one name.
    """
    choices = [_choice(profile, level=origin.level) for profile in profiles if profile.header]
    named = [profile for profile in profiles if profile.header]
    choices = _with_units(_with_subject(choices, named, pairs), named)
    choices = _with_event_time(_with_number(choices, named), named)
    columns = tuple(
        ColumnMapping(
            header=profile.header,
            field=choice.field.name,
            spellings=choice.spellings,
            unit=choice.unit,  # type: ignore[arg-type]  # one of Unit's words by construction
            unit_from=choice.unit_from,
            missing=choice.missing,
            why=_reasons(profile, choice, language),
        )
        for profile, choice in zip(named, choices, strict=True)
    )
    contract = Contract(
        dataset=origin.dataset,
        version="1.0.0",
        title=_title(origin),
        department=origin.department,
        group=origin.group,
        fields=tuple(choice.field for choice in choices),
        key=_key(named, choices),
    )
    mapping = Mapping(
        file=origin.file,
        dataset=origin.dataset,
        container=origin.container,
        sheet=origin.sheet,
        header=origin.has_header,
        columns=columns,
        questions=_questions(named, choices, origin, language),
    )
    return Proposal(contract, mapping)


def _title(origin: Provenance) -> str:
    """The first words above the header, unless they speak of a person or a number to call."""
    first = origin.titles[0][:120] if origin.titles else ""
    personal = any(sign in first for sign in "人电") or sum(map(str.isdigit, first)) > _MANY_DIGITS
    return origin.dataset if personal or not first else first


def _choice(profile: ColumnProfile, *, level: Level) -> _Choice:
    plain = Field(
        name=profile.header,
        type=FieldType.STRING,
        title=profile.header,
        level=level,
        sharing=Sharing.UNCONDITIONAL if level is Level.L1 else Sharing.CONDITIONAL,
    )
    if not profile.filled:
        return _Choice(plain)
    return (
        _code_choice(profile, plain)
        or personal_choice(profile, plain)
        or _date_choice(profile, plain)
        or _number_choice(profile, plain)
        or _word_choice(profile, plain)
    )


def _code_choice(profile: ColumnProfile, plain: Field) -> _Choice | None:
    for looks, meaning, least in (
        ((Look.CREDIT_CODE, Look.MASKED_CODE), Meaning.OTHER_CODE, 0.5),
        ((Look.ORGANISATION_CODE,), Meaning.ORGANISATION_CODE, 0.6),
        ((Look.LEGACY_NUMBER,), Meaning.REGISTRATION_NUMBER, 0.6),
    ):
        share = profile.share(*looks)
        if share >= least:
            code = replace(plain, type=FieldType.CODE, meaning=meaning)
            return _Choice(code, share=share)
    return None


def personal_choice(profile: ColumnProfile, plain: Field) -> _Choice | None:
    """The field as a column of persons, their numbers or telephones; None where its cells are not."""
    persons = profile.share(Look.PERSON, Look.MASKED_PERSON)
    named_so = any(sign in profile.header for sign in "人员姓")
    varied = profile.distinct >= 0.5 * profile.filled and profile.filled >= 10
    if profile.share(Look.IDENTITY_NUMBER) >= 0.3:
        meaning, share = Meaning.IDENTITY_NUMBER, profile.share(Look.IDENTITY_NUMBER)
        personal = PersonalClass.C2
    elif profile.share(Look.PHONE) >= 0.6:
        meaning, share, personal = Meaning.PHONE, profile.share(Look.PHONE), PersonalClass.C2
    elif profile.share(Look.MASKED_PERSON) >= 0.3 or (persons >= 0.7 and (named_so or varied)):
        meaning, share, personal = Meaning.PERSON_NAME, persons, PersonalClass.C1
    else:
        return None
    field = replace(
        plain,
        meaning=meaning,
        personal=personal,
        level=max(plain.level, _PERSONAL_LEVEL),
        sharing=Sharing.CONDITIONAL,
    )
    return _Choice(field, share=share)


def _date_choice(profile: ColumnProfile, plain: Field) -> _Choice | None:
    """The fewest spellings that read the column; none when day and month could be swapped."""
    found = find_spellings(profile)
    if found.share < ENOUGH or found.swappable:
        return None
    kind = FieldType.TIMESTAMP if found.timed else FieldType.DATE
    return _Choice(
        replace(plain, type=kind),
        spellings=found.spellings,
        share=found.share,
        missing=found.missing,
    )


def _number_choice(profile: ColumnProfile, plain: Field) -> _Choice | None:
    share = profile.share(Look.INTEGER, Look.DECIMAL, Look.LEGACY_NUMBER)
    if share < ENOUGH or profile.share(Look.PHONE, Look.IDENTITY_NUMBER) > 0:
        return None
    numbering = profile.header[-1:] in {"号", "码"} and not profile.sequence
    if (
        numbering
        or profile.exponents
        or profile.whole_digits > 1 - ENOUGH
        or profile.share(Look.LEGACY_NUMBER) > 1 - ENOUGH
    ):
        return _Choice(replace(plain, type=FieldType.CODE), share=share)
    if profile.hints_money and not profile.sequence and _fits_fen(profile):
        unit = profile.unit or "元"
        field = replace(plain, type=FieldType.MONEY, unit="fen", meaning=Meaning.AMOUNT)
        return _Choice(field, unit=unit, share=share)
    kind = FieldType.INTEGER if profile.whole else FieldType.NUMBER
    return _Choice(replace(plain, type=kind), share=share)


def _fits_fen(profile: ColumnProfile) -> bool:
    """Whether the cells are whole fen in their unit; means, ratios and indices seldom are."""
    places = len(str(unit_named(profile.unit or "元").value)) - 1
    finer = sum(share for decimals, share in profile.decimals.items() if decimals > places)
    return finer <= 1 - ENOUGH


def _word_choice(profile: ColumnProfile, plain: Field) -> _Choice:
    if profile.share(Look.ORGANISATION) >= 0.5:
        field = replace(plain, meaning=Meaning.OTHER_NAME)
        if profile.share(Look.PERSON, Look.MASKED_PERSON) >= _PERSONS_AMONG_FIRMS:
            field = replace(
                field,
                personal=PersonalClass.C1,
                level=max(field.level, _PERSONAL_LEVEL),
                sharing=Sharing.CONDITIONAL,
            )
        return _Choice(field, share=profile.share(Look.ORGANISATION))
    if profile.share(Look.ADDRESS) >= 0.5:
        return _Choice(replace(plain, meaning=Meaning.ADDRESS), share=profile.share(Look.ADDRESS))
    if profile.share(Look.TRUTH) >= ENOUGH:
        return _Choice(replace(plain, type=FieldType.BOOLEAN), share=profile.share(Look.TRUTH))
    return _Choice(plain)


def _with_subject(
    choices: list[_Choice], profiles: list[ColumnProfile], pairs: Pairs
) -> list[_Choice]:
    """Whom the table is about: a name, a code, or both where each code keeps to one name.

    The subject varies from row to row, stands early, and is preferred with a code; an authority that
    issued every row does not qualify however valid its code is.
    """
    codes = [at for at, c in enumerate(choices) if c.field.meaning is Meaning.OTHER_CODE]
    names = [at for at, c in enumerate(choices) if c.field.meaning is Meaning.OTHER_NAME]
    candidates: list[tuple[int | None, int | None]] = [
        (code, name)
        for code in codes
        for name in names
        if pairs.get((code, name), 0.0) >= _KEEPS_TO_ONE
    ]
    paired = {at for pair in candidates for at in pair}
    candidates += [(code, None) for code in codes if code not in paired]
    candidates += [(None, name) for name in names]
    fitting = [pair for pair in candidates if _varies(profiles[_first(pair)])]
    if not fitting:
        return choices
    code, name = max(fitting, key=lambda pair: _merit(pair, profiles, pairs))
    for at, meaning in ((code, Meaning.SUBJECT_CODE), (name, Meaning.SUBJECT_NAME)):
        if at is not None:
            field = replace(choices[at].field, meaning=meaning, rules=_rules(meaning))
            choices[at] = replace(choices[at], field=field)
    return choices


def _with_number(choices: list[_Choice], profiles: list[ColumnProfile]) -> list[_Choice]:
    """The department's own number of its subjects, known by its header where no code is."""
    if any(choice.field.meaning is Meaning.SUBJECT_CODE for choice in choices):
        return choices
    for at, profile in enumerate(profiles):
        plain = choices[at].field.meaning is Meaning.NONE
        if plain and profile.header in SUBJECT_NUMBER_HEADERS:
            field = replace(choices[at].field, type=FieldType.CODE, meaning=Meaning.SUBJECT_NUMBER)
            choices[at] = replace(choices[at], field=field)
            break
    return choices


def _first(pair: tuple[int | None, int | None]) -> int:
    return next(at for at in reversed(pair) if at is not None)


def _varies(profile: ColumnProfile) -> bool:
    few = profile.filled >= 10 and profile.distinct < 0.1 * profile.filled
    return not (few and profile.distinct <= _FEW_AUTHORITIES)


def _merit(
    pair: tuple[int | None, int | None], profiles: list[ColumnProfile], pairs: Pairs
) -> float:
    code, name = pair
    subject = profiles[_first(pair)]
    varied = subject.distinct / max(subject.filled, 1)
    full = subject.filled / max(subject.rows, 1)
    merit = full * (0.2 + varied) * (1 - 0.02 * min(_first(pair), 40))
    if code is None:
        return merit
    enterprises = 0.5 + profiles[code].enterprise_codes
    if name is None:
        return merit * enterprises
    beside = 1.1 if abs(code - name) == 1 else 1.0
    return merit * enterprises * beside * pairs[code, name] * 1.5


def _with_units(choices: list[_Choice], profiles: list[ColumnProfile]) -> list[_Choice]:
    """Amounts without a unit of their own take it from a column that holds nothing but units."""
    units = [p.header for p in profiles if p.filled and {s for s in p.samples if s} <= _UNITS]
    if len(units) != 1:
        return choices
    return [
        replace(choice, unit="", unit_from=units[0])
        if choice.field.type is FieldType.MONEY and not profile.unit
        else choice
        for choice, profile in zip(choices, profiles, strict=True)
    ]


def _rules(meaning: Meaning) -> tuple[QualityRule, ...]:
    complete = QualityRule(kind="complete", threshold=0.98)
    valid = QualityRule(kind="valid", threshold=0.995)
    return (complete, valid) if meaning is Meaning.SUBJECT_CODE else (complete,)


def _with_event_time(choices: list[_Choice], profiles: list[ColumnProfile]) -> list[_Choice]:
    dates = [
        at
        for at, choice in enumerate(choices)
        if choice.spellings and profiles[at].filled >= 0.8 * profiles[at].rows
    ]
    if dates:
        at = max(dates, key=lambda at: (profiles[at].filled, -at))
        field = replace(choices[at].field, meaning=Meaning.EVENT_TIME)
        choices[at] = replace(choices[at], field=field)
    return choices


def _key(profiles: list[ColumnProfile], choices: list[_Choice]) -> tuple[str, ...]:
    """A column of document numbers, when one is full and never repeats."""
    for profile, choice in zip(profiles, choices, strict=True):
        words = choice.field.type in {FieldType.STRING, FieldType.CODE}
        numbered = any(sign in profile.header for sign in "号码")
        plain = choice.field.meaning is Meaning.NONE
        if words and numbered and plain and profile.filled == profile.rows == profile.distinct > 1:
            return (choice.field.name,)
    return ()


def _reasons(profile: ColumnProfile, choice: _Choice, language: Language) -> tuple[str, ...]:
    meaning = {
        Meaning.OTHER_CODE: Meaning.SUBJECT_CODE,
        Meaning.OTHER_NAME: Meaning.SUBJECT_NAME,
        Meaning.NONE: Meaning.EVENT_TIME if choice.spellings else Meaning.NONE,
    }.get(choice.field.meaning, choice.field.meaning)
    if meaning not in WHY:
        return ()
    said = WHY[meaning].say(
        language,
        share=choice.share,
        filled=profile.filled,
        distinct=profile.distinct,
        checked=profile.code_checks,
    )
    return (said,)


def _questions(
    profiles: list[ColumnProfile], choices: list[_Choice], origin: Provenance, language: Language
) -> tuple[str, ...]:
    asked = [] if origin.has_header else [ASK_HEADER.say(language)]
    meanings = {choice.field.meaning for choice in choices}
    if not meanings & SUBJECT_MEANINGS:
        asked.append(ASK_SUBJECT.say(language))
    for profile, choice in zip(profiles, choices, strict=True):
        if choice.missing:
            words = ", ".join(choice.missing)
            asked.append(ASK_MISSING.say(language, header=profile.header, words=words))
        if not choice.spellings and find_spellings(profile).swappable:
            asked.append(ASK_DAY_MONTH.say(language, header=profile.header))
        if profile.exponents:
            asked.append(ASK_EXPONENT.say(language, header=profile.header))
        if choice.field.meaning is Meaning.AMOUNT and not (profile.unit or choice.unit_from):
            asked.append(ASK_UNIT.say(language, header=profile.header))
    return (*asked, ASK_DEPARTMENT.say(language))
