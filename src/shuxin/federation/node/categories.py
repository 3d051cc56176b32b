"""The public categories of this party's features (特征类别): ``categories.toml`` in the node's folder, its own choice.

Applicants read the titles; the label party also learns which feature of the card is in which category.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shuxin.federation.card.contract import Category
from shuxin.federation.domain.parameters import MOST_FEATURES, FieldName
from shuxin.federation.scorecard.kind import OTHER
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CATEGORIES_FILE = "categories.toml"
LONGEST_FILE = 1 << 18
_Code: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Title: TypeAlias = Annotated[
    str, Field(pattern=r"^[^\s{}\x00-\x1f\x7f-\x9f\u2028\u2029][^{}\x00-\x1f\x7f-\x9f\u2028\u2029]{0,59}$")
]  # fmt: skip


class CategoriesBroken(InvalidInput):
    code = "node_categories_broken"
    what = Text(
        en="categories.toml: {field}: {reason}", zh="categories.toml 有误：{field}:{reason}"
    )
    mend = Text(
        en="Correct it and look with 'shuxin node categories'; until then this node makes no part of a scorecard",
        zh="请更正并用 shuxin node categories 检查；在此之前本节点不生成评分卡分片",
    )


class _Stated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    en: _Title
    zh: _Title
    fields: Annotated[tuple[FieldName, ...], Field(strict=False, max_length=10_000)] = ()


_FILE = TypeAdapter(
    Annotated[dict[_Code, _Stated], Field(max_length=MOST_FEATURES)],
    config=ConfigDict(strict=True),
)


@dataclass(frozen=True, slots=True)
class Categories:
    """What the file says (特征类别设置). ``by_field``: of features that it names; ``rest``: of all others."""

    stated: tuple[Category, ...] = ()
    by_field: Mapping[str, Category] = field(default_factory=dict)
    rest: Category = OTHER

    def of(self, names: Sequence[str], /) -> tuple[Category, ...]:
        """One for each feature."""
        return tuple(self.by_field.get(name, self.rest) for name in names)


def read_categories(folder: Path) -> Categories:
    """Those in a node's folder as they are now; without a file all features are in one. Raises CategoriesBroken."""
    try:
        with (folder / CATEGORIES_FILE).open("rb") as file:
            text = file.read(LONGEST_FILE + 1)
    except FileNotFoundError:
        return Categories()
    except OSError as error:
        raise CategoriesBroken(field="file", reason=error.strerror or "unreadable") from None
    if len(text) > LONGEST_FILE:
        raise CategoriesBroken(field="file", reason=f"longer than {LONGEST_FILE} bytes")
    return categories_from(text)


def categories_from(text: bytes) -> Categories:
    """Raises CategoriesBroken, naming the category."""
    try:
        said = _FILE.validate_python(tomllib.loads(text.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CategoriesBroken(field="TOML", reason=str(error)[:200]) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CategoriesBroken(field=place[:120] or "file", reason=str(first["msg"])) from None
    known = {code: Category(code, Text(en=one.en, zh=one.zh)) for code, one in said.items()}
    by_field: dict[str, Category] = {}
    for code, one in said.items():
        if bool(one.fields) == (code == OTHER.code):
            raise CategoriesBroken(field=f"{code}.fields", reason=_NONE if one.fields else _SOME)
        for name in one.fields:
            if name in by_field:
                raise CategoriesBroken(field=f"{code}.fields", reason=f"'{name}' stands twice")
            by_field[name] = known[code]
    return Categories(tuple(known.values()), by_field, known.get(OTHER.code, OTHER))


_NONE = "it takes what no other category names, and names no fields itself"
_SOME = "it names no fields"
