"""Find half-width punctuation in Chinese that people read, and make it full-width.

Run ``.venv/bin/python -m tools.chinese_punctuation`` to see the places, with ``--mend`` to change them. It reads the
Chinese of ``Text(en=, zh=)`` in Python, and of ``{% t "en" "zh" %}`` in templates.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "shuxin"
EXEMPT = {
    "consent/wording.py": "what a subject signs: its hash stands in every authorisation",
    "federation/card/label.py": "reasons of a score, which stand in its record",
    "federation/scorecard/alone.py": "stands in the report of a training, which is hashed",
    "federation/scorecard/choosing.py": "stands in the report of a training, which is hashed",
    "fusion/features/invoices.py": "titles of features, which stand in contracts and models",
    "scoring/credit_report.py": "a report that was issued is made again byte by byte",
    "scoring/decision.py": "stands in decision records, which are replayed bit by bit",
    "scoring/limit.py": "stands in decision records, which are replayed bit by bit",
    "scoring/validation.py": "stands in the registered model, which goes by its hash",
}
"""Files whose words are evidence, and why; what their errors say is not."""
_HAN = re.compile("[\u3400-\u9fff\u3001-\u3015\uff01-\uff60“”‘’]")
_FULL = dict(zip(",:;!?", "，：；！？", strict=True))
_SIGN = re.compile("[,:;!?()（）]")
_FILLED_IN = re.compile(r"(?<!\{)\{[^{}]*\}(?!\})")
_IN_TEMPLATE = re.compile(r'(\{% t "(?:[^"\\]|\\.)*" )("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Place:
    """Where half-width punctuation stands, and how it would be right. start, end: columns on the line."""

    file: Path
    line: int
    start: int
    end: int
    said: str
    right: str


def full_width(said: str) -> str:
    """The text with full-width punctuation beside Chinese; what stands within braces is left alone."""
    if not _HAN.search(said):
        return said
    filled, signs = _filled(said), list(said)
    for opening, closing in _pairs(said, filled):
        beside = _is_han(said, opening - 1, filled) or _is_han(said, closing + 1, filled)
        if beside or opening - 1 in filled or _HAN.search(said[opening + 1 : closing]):
            signs[opening], signs[closing] = "（", "）"
    for place, sign in enumerate(said):
        if sign not in _FULL or place in filled:
            continue
        after = len(said) - len(said[place + 1 :].lstrip(" "))
        beside = _is_han(said, place - 1, filled) or _is_han(said, after, filled)
        if beside or signs[place - 1] == "）" or _is_between(said, place, after, filled):
            signs[place] = _FULL[sign]
            if after < len(said):
                signs[place + 1 : after] = [""] * (after - place - 1)
    joined = re.sub(" +（", "（", "".join(signs))
    return re.sub("） +(?=[\u3400-\u9fff，。；：])", "）", joined)


def places() -> Iterator[Place]:
    """All in the source that are not exempt."""
    for file in sorted(SOURCE.rglob("*.py")):
        yield from _in_python(file)
    for file in sorted(SOURCE.rglob("templates/**/*.html")):
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
            for found in _IN_TEMPLATE.finditer(line):
                right = full_width(found[2])
                if right != found[2]:
                    yield Place(file, number, *found.span(2), found[2], right)


def _in_python(file: Path) -> Iterator[Place]:
    source = file.read_text(encoding="utf-8")
    if "zh=" not in source:
        return
    lines = source.split("\n")
    every = _chinese(ast.parse(source), is_evidence=_name(file) in EXEMPT)
    spans = [span for span in every if _may_be_wrong(lines, *span)]
    if not spans:
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.STRING or token.start[0] != token.end[0]:
            continue
        row, column = token.start
        at = (row, len(lines[row - 1][:column].encode()))
        if not any(first <= at < last for first, last in spans):
            continue
        right = full_width(token.string)
        if right != token.string:
            yield Place(file, row, column, token.end[1], token.string, right)


def _may_be_wrong(lines: list[str], first: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether it is worth while to look for the strings: a sign stands there that is not filled in."""
    rows = [line.encode() for line in lines[first[0] - 1 : last[0]]]
    rows[-1] = rows[-1][: last[1]]
    rows[0] = rows[0][first[1] :]
    return bool(_SIGN.search(_FILLED_IN.sub("", b"\n".join(rows).decode())))


def _chinese(
    tree: ast.AST, *, is_evidence: bool
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the Chinese of a Text stands; of evidence only what errors say."""
    roots = _said_by_errors(tree) if is_evidence else [tree]
    for root in roots:
        for call in ast.walk(root):
            if isinstance(call, ast.Call):
                for word in call.keywords:
                    if word.arg == "zh":
                        yield _span(word.value)


def _said_by_errors(tree: ast.AST) -> Iterator[ast.AST]:
    for made in ast.walk(tree):
        if isinstance(made, ast.ClassDef):
            for line in made.body:
                if isinstance(line, ast.Assign) and any(
                    isinstance(one, ast.Name) and one.id in {"what", "mend"} for one in line.targets
                ):
                    yield line.value


def _span(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)


def _filled(said: str) -> set[int]:
    """The places within braces, which are filled in; doubled braces are words."""
    found, depth, place = set(), 0, 0
    while place < len(said):
        if not depth and said[place : place + 2] in {"{{", "}}"}:
            place += 2
            continue
        depth += said[place] == "{"
        if depth:
            found.add(place)
            depth -= said[place] == "}"
        place += 1
    return found


def _pairs(said: str, filled: set[int]) -> Iterator[tuple[int, int]]:
    waiting: list[int] = []
    for place, sign in enumerate(said):
        if place in filled:
            continue
        if sign == "(":
            waiting.append(place)
        elif sign == ")" and waiting:
            yield waiting.pop(), place


def _is_han(said: str, place: int, filled: set[int]) -> bool:
    return 0 <= place < len(said) and place not in filled and bool(_HAN.match(said[place]))


def _is_between(said: str, place: int, after: int, filled: set[int]) -> bool:
    """A comma or semicolon beside a place that is filled in."""
    return said[place] in ",;" and (place - 1 in filled or after in filled)


def _name(file: Path) -> str:
    return file.relative_to(SOURCE).as_posix()


def mend(found: list[Place]) -> None:
    """Write every place anew."""
    for one in reversed(found):
        lines = one.file.read_text(encoding="utf-8").split("\n")
        line = lines[one.line - 1]
        lines[one.line - 1] = line[: one.start] + one.right + line[one.end :]
        one.file.write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    found = list(places())
    for one in found:
        print(f"{one.file.relative_to(ROOT)}:{one.line}: {one.said} -> {one.right}")
    if "--mend" in sys.argv:
        mend(found)


if __name__ == "__main__":
    main()
