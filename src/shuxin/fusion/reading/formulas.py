"""Formula cells whose stored value is missing: reading them as empty would lose data silently."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

_CHUNK = 1 << 20
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_LONGEST_TAG = 64
_DAMAGE = (
    ParseError,
    DefusedXmlException,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class FormulasUnreadable(Exception):
    """The sheet's formulas cannot be looked at; the caller knows the file's name."""


def rows_without_value(path: Path, *, sheet: str) -> frozenset[int]:
    """Row numbers (1-based) of an XLSX sheet with a formula but no stored value; empty for XLS.

    An empty text is a value, as formulas often give it. Raises FormulasUnreadable.
    """
    try:
        if not zipfile.is_zipfile(path):
            return frozenset()
        with zipfile.ZipFile(path) as archive:
            member = _member_of(archive, sheet)
            if member is None or not _has_formula(archive, member):
                return frozenset()
            return _hollow_rows(archive, member)
    except _DAMAGE as error:
        raise FormulasUnreadable from error


def _hollow_rows(archive: zipfile.ZipFile, member: str) -> frozenset[int]:
    rows: set[int] = set()
    number = 0
    with archive.open(member) as file:
        for event, element in defusedxml.ElementTree.iterparse(file, events=("start", "end")):
            name = _name(element)
            if event == "start":
                number = int(element.get("r") or number + 1) if name == "row" else number
            elif name == "c":
                if _hollow(element):
                    rows.add(number)
                element.clear()
            elif name == "row":
                element.clear()
    return frozenset(rows)


def _name(element: Element) -> str:
    """Without the namespace, which differs between the strict and the usual form of the standard."""
    return element.tag.rpartition("}")[2]


def _hollow(cell: Element) -> bool:
    parts = {_name(part): part for part in cell}
    if "f" not in parts:
        return False
    stored = "v" in parts and (parts["v"].text is not None or cell.get("t") == "str")
    return not stored


def _has_formula(archive: zipfile.ZipFile, member: str) -> bool:
    with archive.open(member) as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            if _FORMULA.search(tail + chunk):
                return True
            tail = chunk[-_LONGEST_TAG:]
    return False


def _member_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The archive's member that holds the sheet; None for workbooks of another form."""
    if "xl/workbook.xml" not in archive.namelist():
        return None
    book = defusedxml.ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = defusedxml.ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for entry in book.iter():
        if _name(entry) == "sheet" and entry.get("name") == sheet:
            link = next((v for k, v in entry.attrib.items() if k.endswith("}id")), None)
            target = targets.get(link, "")
            member = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            return member if member in archive.namelist() else None
    return None
