"""How one table's columns become a dataset's fields: an editable file, parsed strictly."""

from __future__ import annotations

import fnmatch
from typing import Annotated, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from shuxin.catalogue.api import YAMLRefused, load_mapping
from shuxin.fusion.reading.container import Container
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

Unit = Literal["", "元", "千元", "万元", "百万元", "亿元"]
Name = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00-\x1f/\\]*$")]


class MappingInvalid(InvalidInput):
    code = "mapping_invalid"
    what = Text(
        en="the mapping {file} cannot be used: {where}: {reason}",
        zh="映射文件 {file} 无法使用：{where}:{reason}",
    )
    mend = Text(
        en="Correct that place, or delete the file and run the import again for a new proposal",
        zh="请修改该处；或删除该文件后重新导入以生成新的建议",
    )


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnMapping(_Part):
    """One column. ``field`` empty: the column is left out on purpose and ``why`` says so.

    ``spellings``: date spellings in the order they are tried. ``unit``: of an amount of money;
    ``unit_from``: the header of a column that gives the unit of each row instead.
    ``missing``: words that stand for "no value" in a column of dates or numbers.
    ``fill_down``: a blank cell repeats the one above it (merged cells).
    """

    header: Name
    field: Name
    spellings: tuple[DateSpelling, ...] = ()
    unit: Unit = ""
    unit_from: Name = ""
    missing: tuple[str, ...] = ()
    fill_down: bool = False
    why: tuple[str, ...] = ()


class Mapping(_Part):
    """What to do with the files that ``file`` (a path or pattern under the imported folder) matches.

    ``source`` is that folder's place, or a database's; empty: any. Two folders with files of one name
    are two sources.

    ``encoding`` and ``delimiter`` "auto" are found out for each file. ``sheet`` names the sheet of a
    workbook. ``known_time`` is "load" (the moment of loading) or the name of a date field. ``claim``: sha256 (hex) of
    the contract that the file brings and that this was made from; empty where it was made from the content.
    """

    source: Annotated[str, StringConstraints(max_length=1000)] = ""
    file: Annotated[str, StringConstraints(min_length=1, max_length=450)]
    dataset: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=120, pattern=r"^[^\x00-\x1f/\\.][^\x00-\x1f/\\]*$"
        ),
    ]
    container: Container
    encoding: Literal[
        "auto", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"
    ] = "auto"
    delimiter: Annotated[str, StringConstraints(pattern=r"^(auto|[^\r\n\"])$")] = "auto"
    sheet: str = ""
    header: bool = True
    claim: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    columns: Annotated[tuple[ColumnMapping, ...], Field(min_length=1)]
    questions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for what, names in (
            ("header", [column.header for column in self.columns]),
            ("field", [column.field for column in self.columns if column.field]),
        ):
            doubled = {name for name in names if names.count(name) > 1}
            if doubled:
                raise ValueError(f"{what} {min(doubled)!r} is used twice")
        return self

    def matches(self, file: str) -> bool:
        return file == self.file or fnmatch.fnmatchcase(file, self.file)

    @property
    def hash(self) -> str:
        """sha256 of what decides the rows: reasons and questions do not."""
        kept = self.model_dump(
            mode="json",
            exclude={"questions": True, "source": True, "columns": {"__all__": {"why"}}},
        )
        if not self.claim:
            del kept["claim"]  # there was none when older mappings were hashed
        return content_hash(kept)


def read_mapping(text: str, *, file: str) -> Mapping:
    """Raises MappingInvalid, which names the place in the file."""
    try:
        return Mapping.model_validate(load_mapping(content=text.encode()))
    except YAMLRefused as error:
        raise MappingInvalid(file=file, where="the file", reason=str(error)) from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise MappingInvalid(file=file, where=where, reason=first["msg"]) from error


def write_mapping(mapping: Mapping) -> str:
    return yaml.safe_dump(
        mapping.model_dump(mode="json", exclude_defaults=True) | {"encoding": mapping.encoding},
        allow_unicode=True,
        sort_keys=False,
        width=120,
    )
