"""Contracts as files of the Open Data Contract Standard (ODCS) 3.x.

Native elements carry what they can: ``domain`` the department, ``schema`` one table with its
fields, ``classification`` the level "1".."5", ``enum`` the code table, ``primaryKey``,
``required``, ``slaProperties`` the cycle (``frequency``) and the lag (``latency``, with the field
of the known time as its ``element``), ``quality`` the rules; ``customProperties`` the rest. What
would change the promise and is not understood is refused, never skipped; purely descriptive
elements (servers, team, price, labels of codes, tags and the like) are left out.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import yaml
from open_data_contract_standard.model import (
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    ServiceLevelAgreementProperty,
)
from pydantic import ValidationError

from shuxin.catalogue.domain.contract import (
    Contract,
    Cycle,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    Sharing,
)
from shuxin.catalogue.domain.odcs_dataset_rules import read_dataset_rules, write_dataset_rule
from shuxin.catalogue.domain.odcs_quality import read_rules, write_rule
from shuxin.catalogue.domain.odcs_words import (
    OURS,
    choose,
    custom_properties,
    refuse_unread,
    unknown_value,
)
from shuxin.catalogue.domain.safe_yaml import load_mapping
from shuxin.catalogue.domain.validity import ContractInvalid
from shuxin.kernel.text import Text

API_VERSION = "v3.2.0"
_LOGICAL = {
    FieldType.CODE: "string",
    FieldType.MONEY: "integer",
    FieldType.MONTH: "date",
}
_FREQUENCY: dict[Cycle, tuple[int | str, str | None]] = {
    Cycle.REAL_TIME: ("real time", None),
    Cycle.DAY: (1, "d"),
    Cycle.WEEK: (1, "w"),
    Cycle.MONTH: (1, "m"),
    Cycle.QUARTER: (3, "m"),
    Cycle.YEAR: (1, "y"),
    Cycle.EVENT: ("each event", None),
}


def write_contract(*, contract: Contract) -> bytes:
    """The contract as an ODCS file in UTF-8; equal contracts give equal bytes."""
    document: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": contract.dataset,
        "name": contract.title,
        "version": contract.version,
        "status": "active",
        "domain": contract.department,
        "description": {"purpose": contract.description},
        "schema": [
            {
                "name": contract.dataset,
                "businessName": contract.title,
                "properties": [
                    _field_document(field=field, key=contract.key) for field in contract.fields
                ],
                **_quality_document(contract),
            }
        ],
        "slaProperties": _sla_documents(contract=contract),
        "customProperties": [
            {"property": "dataGroup", "value": contract.group.value},
            {"property": "purposes", "value": list(contract.purposes)},
            *({"property": name, "value": value} for name, value in contract.extra),
        ],
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return text.encode()


def _quality_document(contract: Contract) -> dict[str, Any]:
    """Nothing where the contract has no rule of the whole, so that older files keep their bytes."""
    if not contract.rules:
        return {}
    return {"quality": [write_dataset_rule(rule=rule) for rule in contract.rules]}


def _field_document(*, field: Field, key: tuple[str, ...]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": field.name,
        "logicalType": _LOGICAL.get(field.type, field.type.value),
        "required": field.required,
        "classification": str(int(field.level)),
    }
    if field.title:
        document["businessName"] = field.title
    if field.name in key:
        document |= {"primaryKey": True, "primaryKeyPosition": key.index(field.name) + 1}
    if field.code_table:
        document["enum"] = [{"value": code} for code in field.code_table]
    if field.rules:
        document["quality"] = [write_rule(rule=rule) for rule in field.rules]
    if any(rule.kind == "unique" and rule.threshold == 1 for rule in field.rules):
        document["unique"] = True
    ours = {
        "fieldType": field.type.value if field.type in _LOGICAL else "",
        "unit": field.unit,
        "personalClass": "" if field.personal is PersonalClass.NONE else field.personal.value,
        "sharing": field.sharing.value,
        "meaning": "" if field.meaning is Meaning.NONE else field.meaning.value,
    }
    document["customProperties"] = [
        {"property": name, "value": value} for name, value in ours.items() if value
    ]
    return document


def _sla_documents(*, contract: Contract) -> list[dict[str, Any]]:
    value, unit = _FREQUENCY[contract.cycle]
    frequency: dict[str, Any] = {"property": "frequency", "value": value}
    if unit is not None:
        frequency["unit"] = unit
    latency: dict[str, Any] = {"property": "latency", "value": contract.lag_days, "unit": "d"}
    if contract.known_time_field:
        latency["element"] = f"{contract.dataset}.{contract.known_time_field}"
    return [frequency, latency]


def read_contract(*, content: bytes) -> Contract:
    """The contract an ODCS 3.x file in UTF-8 holds.

    A field must name its ``classification``; without ``sharing`` it is not shared.
    Raises YAMLRefused, ContractInvalid.
    """
    raw = load_mapping(content=content)
    document = _parsed(raw=raw)
    table = _only_table(document=document)
    refuse_unread(raw=raw)
    properties = table.properties or []
    custom = custom_properties(where="customProperties", properties=document.customProperties)
    cycle, lag_days, known_time_field = _rhythm(properties=document.slaProperties or [])
    return Contract(
        dataset=_name(table.name),
        version=document.version or "",
        title=document.name or table.businessName or "",
        department=document.domain or "",
        group=choose(DataGroup, where="dataGroup", text=custom.get("dataGroup")),
        fields=tuple(_field(prop=prop) for prop in properties),
        key=_key(properties=properties),
        cycle=cycle,
        lag_days=lag_days,
        purposes=_purposes(value=custom.get("purposes", [])),
        description=(document.description.purpose or "") if document.description else "",
        known_time_field=_name(known_time_field).removeprefix(f"{_name(table.name)}."),
        extra=tuple(
            (name, _text(where=f"customProperties.{name}", value=value))
            for name, value in custom.items()
            if name not in OURS
        ),
        rules=read_dataset_rules(table.quality or []),
    )


def _parsed(*, raw: dict[str, Any]) -> OpenDataContractStandard:
    try:
        document = OpenDataContractStandard(**raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ContractInvalid(
            where=".".join(str(part) for part in first["loc"]),
            reason=first["msg"],
            problem=Text(en="ODCS says: {reason}", zh="不符合 ODCS:{reason}"),
            cure=Text(
                en="Correct this element; quote texts that look like numbers, dates or yes/no",
                zh="请更正该元素；形似数字、日期或 yes/no 的文本请加引号",
            ),
        ) from None
    if document.kind != "DataContract" or not (document.apiVersion or "").startswith("v3."):
        raise unknown_value(
            where="kind, apiVersion",
            value=f"{document.kind}, {document.apiVersion}",
            known=f"DataContract, {API_VERSION}",
        )
    return document


def _only_table(*, document: OpenDataContractStandard) -> SchemaObject:
    tables = document.schema_ or []
    if len(tables) != 1:
        raise ContractInvalid(
            where="schema",
            count=len(tables),
            problem=Text(en="it describes {count} tables", zh="描述了 {count} 个表"),
            cure=Text(en="Write one file for each dataset", zh="请每个数据集一个文件"),
        )
    return tables[0]


def _name(text: str | None) -> str:
    return unicodedata.normalize("NFC", text or "")


def _key(*, properties: list[SchemaProperty]) -> tuple[str, ...]:
    parts = [prop for prop in properties if prop.primaryKey]
    parts.sort(key=lambda prop: prop.primaryKeyPosition or 0)
    return tuple(_name(prop.name) for prop in parts)


def _field(*, prop: SchemaProperty) -> Field:
    name = _name(prop.name)
    custom = custom_properties(where=f"{name}.customProperties", properties=prop.customProperties)
    return Field(
        name=name,
        type=_type(name=name, prop=prop, stated=custom.get("fieldType")),
        title=prop.businessName or "",
        unit=_text(where=f"{name}.unit", value=custom.get("unit", "")),
        required=bool(prop.required),
        code_table=_code_table(name=name, prop=prop),
        level=_level(name=name, text=prop.classification),
        personal=choose(
            PersonalClass, where=f"{name}.personalClass", text=custom.get("personalClass", "none")
        ),
        sharing=choose(Sharing, where=f"{name}.sharing", text=custom.get("sharing", "withheld")),
        meaning=choose(Meaning, where=f"{name}.meaning", text=custom.get("meaning", "none")),
        rules=read_rules(where=name, prop=prop),
    )


def _type(*, name: str, prop: SchemaProperty, stated: Any) -> FieldType:
    if stated is None:
        stated = "code" if prop.enum and prop.logicalType == "string" else prop.logicalType
    found = choose(FieldType, where=f"{name}.logicalType", text=stated)
    logical = _LOGICAL.get(found, found.value)
    if prop.logicalType != logical:
        raise unknown_value(where=f"{name}.logicalType", value=str(prop.logicalType), known=logical)
    return found


def _level(*, name: str, text: str | None) -> Level:
    known = {str(int(level)): level for level in Level} | {level.name: level for level in Level}
    if text not in known:
        raise unknown_value(
            where=f"{name}.classification", value=str(text), known='"1", "2", "3", "4", "5"'
        )
    return known[text]


def _code_table(*, name: str, prop: SchemaProperty) -> tuple[str, ...]:
    return tuple(_text(where=f"{name}.enum", value=entry.value) for entry in prop.enum or [])


def _text(*, where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ContractInvalid(
            where=where,
            value=str(value),
            problem=Text(en="{value} is not a text", zh="{value} 不是文本"),
            cure=Text(
                en="Put it in quotes: unquoted 01, 1.10 and NO are numbers and booleans in YAML",
                zh="请加引号：YAML 中不加引号的 01、1.10、NO 是数字与布尔值",
            ),
        )
    return value


def _purposes(*, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise unknown_value(where="purposes", value=str(value), known="[…]")
    return tuple(_text(where="purposes", value=purpose) for purpose in value)


def _rhythm(*, properties: list[ServiceLevelAgreementProperty]) -> tuple[Cycle, int, str]:
    """Cycle, lag in days and the element of the known time, ``table.field`` or ``field``."""
    stated = {prop.property: prop for prop in properties}
    if len(stated) != len(properties) or stated.keys() - {"frequency", "latency"}:
        raise unknown_value(
            where="slaProperties",
            value=", ".join(str(prop.property) for prop in properties),
            known="frequency, latency (once each)",
        )
    cycle, lag_days, element = Cycle.EVENT, 0, ""
    if (frequency := stated.get("frequency")) is not None:
        cycle = _cycle(value=frequency.value, unit=frequency.unit)
    if (latency := stated.get("latency")) is not None:
        element = latency.element or ""
        if latency.unit not in {"d", "day", "days"} or type(latency.value) is not int:
            raise unknown_value(
                where="slaProperties.latency",
                value=f"{latency.value} {latency.unit}",
                known="a whole number of d / 整数天 (d)",
            )
        lag_days = latency.value
    return cycle, lag_days, element


def _cycle(*, value: Any, unit: str | None) -> Cycle:
    for cycle, stated in _FREQUENCY.items():
        if stated == (value, unit):
            return cycle
    known = "; ".join(f"{value} {unit or ''}".strip() for value, unit in _FREQUENCY.values())
    raise unknown_value(where="slaProperties.frequency", value=f"{value} {unit}", known=known)
