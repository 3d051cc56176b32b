"""A table of many rows: search, filters, order and pages are done on the server, and the whole of it as CSV."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Sayable, Text
from shuxin.portal.web.figures import count
from shuxin.portal.web.pages import language_of
from shuxin.portal.web.parts.cells import Cell, Column, cell, filed, heading, order, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.http import HttpRequest

    from shuxin.kernel.text import Language

Row = dict[str, Any]
PER_PAGE = 25
_LONGEST_SEARCH, _LONGEST_PAGE = 100, 8
_NOTHING = Text(en="There is nothing here yet.", zh="暂无记录。")


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice among the values that the column ``name`` has."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True)
class Option:
    """``key`` stands in the address, the same in both languages."""

    key: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Head:
    """``sorted_as`` is "ascending", "descending" or "" (aria-sort); ``url`` sorts by it, "" where that is not meant."""

    text: str
    kind: str
    url: str
    sorted_as: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks of this table; the keys of others on the page are carried along."""

    name: str
    path: str
    all: Mapping[str, str]

    def get(self, key: str) -> str:
        return self.all.get(f"{self.name}-{key}", "")

    def url(self, **changed: str) -> str:
        mine = {f"{self.name}-{key}": value for key, value in changed.items()}
        kept = {key: value for key, value in (dict(self.all) | mine).items() if value}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One answer's view of the rows. ``rows`` are those of this page, ``found`` all that match, in order."""

    name: str
    title: str
    columns: tuple[Column, ...]
    found: Sequence[Row]
    total: int
    filters: tuple[tuple[str, str, tuple[Option, ...]], ...]
    empty: Text
    language: Language
    asked: _Asked
    per_page: int
    template = "parts/table.html"

    @classmethod
    def shown(
        cls,
        request: HttpRequest,
        *,
        name: str,
        columns: tuple[Column, ...],
        rows: Sequence[Row],
        filters: tuple[Filter, ...] = (),
        empty: Text = _NOTHING,
        title: Text | None = None,
        sort: str = "",
        per_page: int = PER_PAGE,
    ) -> Table:
        """What the address asks for. ``sort``: the order without a wish, a column's name, with ``-`` descending.

        ``name`` must be the only one on the page; it begins the keys in the address. Unknown wishes are ignored.
        """
        language = language_of(request)
        asked = _Asked(name, request.path, {key: request.GET[key] for key in request.GET})
        offered = tuple(
            (f.name, f.label.say(language), _options(f, rows, asked, language)) for f in filters
        )
        found = _searched(rows, columns, asked.get("q"), language)
        for key, _, options in offered:
            if any(option.chosen for option in options):
                found = [row for row in found if _key(row.get(key)) == asked.get(key)]
        return cls(
            name=name,
            title=title.say(language) if title else "",
            columns=columns,
            found=_sorted(found, columns, asked.get("sort") or sort, language),
            total=len(rows),
            filters=offered,
            empty=empty,
            language=language,
            asked=asked,
            per_page=per_page,
        )

    @property
    def wanted_as_file(self) -> bool:
        return bool(self.asked.get("csv"))

    def file(self) -> HttpResponse:
        """All rows found, exact, as CSV in UTF-8 with the mark that spreadsheets need."""
        lines = io.StringIO()
        write = csv.writer(lines)
        write.writerow([heading(column, self.language) for column in self.columns])
        write.writerows([filed(c, row, self.language) for c in self.columns] for row in self.found)
        answer = HttpResponse("\ufeff" + lines.getvalue(), content_type="text/csv; charset=utf-8")
        file = quote(f"{self.name}-{now_in_china():%Y%m%d}.csv")
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{file}"
        return answer

    @property
    def query(self) -> str:
        return self.asked.get("q")[:_LONGEST_SEARCH]

    @property
    def order_asked(self) -> str:
        return self.asked.get("sort")

    @property
    def action(self) -> str:
        return self.asked.path

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Wishes of other parts of the page, which a search here must not lose."""
        return [(k, v) for k, v in self.asked.all.items() if not k.startswith(f"{self.name}-")]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query) or any(o.chosen for _, _, options in self.filters for o in options)

    @property
    def has_tools(self) -> bool:
        return bool(self.filters) or self.total > self.per_page or self.is_narrowed

    @property
    def all_url(self) -> str:
        nothing = dict.fromkeys(("q", "page", *(name for name, _, _ in self.filters)), "")
        return self.asked.url(**nothing)

    @property
    def file_url(self) -> str:
        return self.asked.url(csv="1")

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.columns]

    def _head(self, column: Column) -> Head:
        wish = self.asked.get("sort")
        up = wish == column.name
        sorted_as = "ascending" if up else "descending" if wish == f"-{column.name}" else ""
        again = f"-{column.name}" if up else column.name
        url = self.asked.url(sort=again, page="") if column.sortable and self.total > 1 else ""
        return Head(heading(column, self.language), column.kind.value, url, sorted_as)

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.found) // self.per_page))

    @property
    def page(self) -> int:
        wish = self.asked.get("page")
        known = wish.isascii() and wish.isdigit() and len(wish) <= _LONGEST_PAGE
        return min(max(int(wish), 1), self.pages) if known else 1

    @property
    def first(self) -> int:
        return (self.page - 1) * self.per_page + 1 if self.found else 0

    @property
    def last(self) -> int:
        return min(self.page * self.per_page, len(self.found))

    @property
    def found_text(self) -> str:
        return count(len(self.found))

    @property
    def total_text(self) -> str:
        return count(self.total)

    @property
    def before_url(self) -> str:
        return self.asked.url(page=str(self.page - 1)) if self.page > 1 else ""

    @property
    def after_url(self) -> str:
        return self.asked.url(page=str(self.page + 1)) if self.page < self.pages else ""

    @property
    def rows(self) -> Iterator[list[Cell]]:
        start = (self.page - 1) * self.per_page
        for row in self.found[start : start + self.per_page]:
            yield [cell(column, row, self.language) for column in self.columns]


def _key(value: Any) -> str:
    """The same in both languages."""
    return plain(value, "en") if isinstance(value, Sayable) else str(value)


def _options(
    wanted: Filter, rows: Sequence[Row], asked: _Asked, language: Language
) -> tuple[Option, ...]:
    values = {
        _key(value): value for row in rows if (value := row.get(wanted.name)) not in (None, "")
    }
    return tuple(
        Option(key, plain(value, language), chosen=key == asked.get(wanted.name))
        for key, value in values.items()
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _searched(
    rows: Sequence[Row], columns: tuple[Column, ...], query: str, language: Language
) -> Sequence[Row]:
    """Rows in which every word of the query occurs in some column."""
    words = _folded(query[:_LONGEST_SEARCH]).split()
    if not words:
        return rows

    def holds(row: Row) -> bool:
        text = _folded("\n".join(cell(column, row, language).text for column in columns))
        return all(word in text for word in words)

    return [row for row in rows if holds(row)]


def _sorted(
    rows: Sequence[Row], columns: tuple[Column, ...], wish: str, language: Language
) -> Sequence[Row]:
    column = next((c for c in columns if c.name == wish.removeprefix("-") and c.sortable), None)
    if column is None:
        return rows
    keyed = [(order(column, row, language), row) for row in rows]
    known = [pair for pair in keyed if not pair[0][0]]
    known.sort(key=lambda pair: pair[0][1], reverse=wish.startswith("-"))
    return [row for _, row in known] + [row for (unknown, _), row in keyed if unknown]
