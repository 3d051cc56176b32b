"""Which elements of an ODCS file are understood, which only describe, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from shuxin.catalogue.domain.validity import ContractInvalid
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from enum import StrEnum

    from open_data_contract_standard.model import CustomProperty

    AnyWord = TypeVar("AnyWord", bound=StrEnum)

OURS = frozenset({"dataGroup", "purposes"})
_OF_FIELD = frozenset({"fieldType", "unit", "personalClass", "sharing", "meaning"})
_DESCRIPTIVE = frozenset(
    [
        "id",
        "description",
        "tags",
        "authoritativeDefinitions",
        "synonyms",
        "physicalName",
        "physicalType",
        "context",
        "deprecated",
    ]
)
_TOP = _DESCRIPTIVE | frozenset(
    [
        "apiVersion",
        "kind",
        "name",
        "version",
        "domain",
        "schema",
        "slaProperties",
        "customProperties",
        "status",
        "tenant",
        "servers",
        "dataProduct",
        "support",
        "price",
        "team",
        "roles",
        "contractCreatedTs",
    ]
)
_TABLE = _DESCRIPTIVE | frozenset(
    [
        "name",
        "businessName",
        "properties",
        "logicalType",
        "dataGranularityDescription",
        "quality",
    ]
)
_FIELD = _DESCRIPTIVE | frozenset(
    [
        "name",
        "businessName",
        "logicalType",
        "required",
        "unique",
        "primaryKey",
        "primaryKeyPosition",
        "classification",
        "enum",
        "quality",
        "customProperties",
        "examples",
        "criticalDataElement",
        "encryptedName",
        "transformSourceObjects",
        "transformLogic",
        "transformDescription",
    ]
)
_RULE = frozenset(
    [
        "id",
        "name",
        "description",
        "dimension",
        "severity",
        "type",
        "metric",
        "unit",
        "mustBeLessOrEqualTo",
        "engine",
        "implementation",
    ]
)


def unknown_value(*, where: str, value: str, known: str) -> ContractInvalid:
    return ContractInvalid(
        where=where,
        value=value[:200],
        known=known,
        problem=Text(en="'{value}' is not known here", zh="不识别“{value}”"),
        cure=Text(en="Use: {known}", zh="请使用：{known}"),
    )


def choose(words: type[AnyWord], *, where: str, text: Any) -> AnyWord:
    """The member of ``words`` that ``text`` names. Raises ContractInvalid."""
    for word in words:
        if word.value == text:
            return word
    raise unknown_value(where=where, value=str(text), known=", ".join(words))


def custom_properties(*, where: str, properties: list[CustomProperty] | None) -> dict[str, Any]:
    """Values by name. Raises ContractInvalid for a name that is missing or there twice."""
    found: dict[str, Any] = {}
    for prop in properties or []:
        if not prop.property or prop.property in found:
            raise unknown_value(where=where, value=str(prop.property), known="each name once")
        found[prop.property] = prop.value
    return found


def refuse_unread(*, raw: dict[str, Any]) -> None:
    """A misspelt or unsupported element is an error: silently skipped, it would promise nothing.

    ``raw`` has passed the ODCS model. Raises ContractInvalid.
    """
    _refuse(where="contract", found=raw, known=_TOP)
    table = raw["schema"][0]
    _refuse(where="schema", found=table, known=_TABLE)
    for rule in table.get("quality") or []:
        _refuse(where="schema.quality", found=rule, known=_RULE)
    for prop in table.get("properties") or []:
        where = str(prop.get("name"))
        _refuse(where=where, found=prop, known=_FIELD)
        names = {str(custom.get("property")) for custom in prop.get("customProperties") or []}
        _refuse(where=f"{where}.customProperties", found=dict.fromkeys(names), known=_OF_FIELD)
        for rule in prop.get("quality") or []:
            _refuse(where=f"{where}.quality", found=rule, known=_RULE)


def _refuse(*, where: str, found: dict[str, Any], known: frozenset[str]) -> None:
    strange = sorted(found.keys() - known)
    if strange:
        raise ContractInvalid(
            where=where,
            value=", ".join(strange)[:200],
            problem=Text(
                en="{value} would be ignored here, so it is refused",
                zh="此处的 {value} 不会生效，因此拒绝",
            ),
            cure=Text(
                en="Correct the spelling, remove it, or keep it as a text under customProperties of"
                " the contract",
                zh="请更正拼写、删除，或以文本形式放入合约的 customProperties",
            ),
        )
