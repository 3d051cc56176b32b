"""YAML as plain data: no tags that build objects, no anchors, no duplicate keys, no great depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable

BYTES_LIMIT = 2 * 1024 * 1024
DEPTH_LIMIT = 24
_STRING_TAG = "tag:yaml.org,2002:str"


class YAMLRefused(InvalidInput):
    """``line`` counts from 1; 0 when the whole file is meant."""

    code = "yaml_refused"
    what = Text(
        en="the YAML file cannot be accepted, line {line}: {reason}",
        zh="无法接受该 YAML 文件，第 {line} 行：{reason}",
    )
    mend = Text(
        en="Write plain YAML in UTF-8, at most {limit} bytes, at most {depth} levels deep, without"
        " anchors, aliases, tags and repeated keys",
        zh="请使用 UTF-8 普通 YAML，不超过 {limit} 字节、{depth} 层，不含锚点、别名、标签与重复的键",
    )

    def __init__(self, *, line: int, reason: str) -> None:
        super().__init__(line=line, reason=reason, limit=BYTES_LIMIT, depth=DEPTH_LIMIT)


class _PlainLoader(yaml.SafeLoader):
    """Refuses while composing, before anything is expanded or built."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it open
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise YAMLRefused(line=line, reason="anchor or alias / 锚点或别名")
        if self.depth >= DEPTH_LIMIT:
            raise YAMLRefused(line=line, reason="too deep / 层次过深")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002  # PyYAML's signature
        seen: set[str] = set()
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if key.tag != _STRING_TAG:
                raise YAMLRefused(line=line, reason="key is not text / 键不是文本")
            if key.value in seen:
                raise YAMLRefused(line=line, reason="repeated key / 键重复")
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def load_mapping(*, content: bytes) -> dict[str, Any]:
    """The mapping a UTF-8 YAML file holds. Raises YAMLRefused."""
    if len(content) > BYTES_LIMIT:
        raise YAMLRefused(line=0, reason="too large / 文件过大")
    try:
        found = yaml.load(content.decode("utf-8-sig"), Loader=_PlainLoader)  # noqa: S506  # a SafeLoader
    except UnicodeDecodeError:
        raise YAMLRefused(line=0, reason="not UTF-8 / 不是 UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise YAMLRefused(line=mark.line + 1 if mark else 0, reason=str(error.problem)) from None
    except (yaml.YAMLError, ValueError) as error:
        raise YAMLRefused(line=0, reason=type(error).__name__) from None
    if not isinstance(found, dict):
        raise YAMLRefused(line=1, reason="no mapping at the top / 顶层不是映射")
    return found
