"""Code tables: ``name: code 中文 weight | code 中文 weight | ...``, a line each, or
more of them after a final bar; the English is the code itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code. weight: of the table's draw; weights are relative."""

    code: str
    zh: str
    weight: float

    @property
    def en(self) -> str:
        return self.code.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTable:
    """A closed list of codes."""

    name: str
    codes: tuple[Code, ...]


def tables_of(*texts: str) -> dict[str, CodeTable]:
    """Code tables by name. Raises ValueError when a name or a code stands twice, or a weight is not above 0."""
    found: dict[str, CodeTable] = {}
    for line in "\n".join(texts).replace("|\n   ", "|").split("\n"):
        if not line.strip():
            continue
        name, _, listed = line.partition(": ")
        codes = tuple(_code(one) for one in listed.split(" | "))
        if name in found or len({code.code for code in codes}) < len(codes):
            raise ValueError(f"stands twice: {name}")
        if any(code.weight <= 0 for code in codes):
            raise ValueError(f"weights must be above 0: {name}")
        found[name] = CodeTable(name=name, codes=codes)
    return found


def _code(text: str) -> Code:
    code, zh, weight = text.split()
    return Code(code=code, zh=zh, weight=float(weight))
