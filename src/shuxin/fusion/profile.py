"""What a column holds, measured on its first rows."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from shuxin.fusion.header_units import is_foreign, unit_in
from shuxin.fusion.recognise import Look, cell_words, look_of
from shuxin.kernel.dates import DateSpelling, read_date, spellings_of
from shuxin.kernel.uscc import USCC, InvalidUSCC, clean_code_text

_MOST_VALUES = 1000
_MOST_SAMPLES = 300
_CURRENCY_HINT = re.compile(
    r"金额|价款|价格|费用|[水电气]费|款额|资金|资本|总额|余额|本金|税额|税款|罚款|收入|支出|利润|标的额|应缴|应收|实缴|欠缴|投资额|[¥¥]"
)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Shares are of the cells that are neither empty nor a placeholder.

    header: the column's name. rows, filled: cells looked at and those with content. distinct: number
    of different contents. looks: share of each kind. spellings: for every date spelling, the share of
    cells it can read. code_checks: share of credit codes whose check symbol holds. longest: characters.
    samples: the most frequent contents with their counts, at most 300.
    whole_digits: share of integers that are better kept as codes (leading zero, 12 digits or more).
    whole: every number is whole, ".0" aside. exponents: a number is written with an exponent, so that a
    spreadsheet has cut its digits. decimals: share of cells with so many digits after the point.
    """

    header: str
    rows: int
    filled: int
    distinct: int
    looks: dict[Look, float]
    spellings: dict[DateSpelling, float] = field(default_factory=dict)
    code_checks: float = 0.0
    longest: int = 0
    whole_digits: float = 0.0
    enterprise_codes: float = 0.0
    sequence: bool = False
    whole: bool = False
    exponents: bool = False
    decimals: dict[int, float] = field(default_factory=dict)
    samples: Counter[str] = field(default_factory=Counter)

    def share(self, *looks: Look) -> float:
        return sum(self.looks.get(look, 0.0) for look in looks)

    @property
    def unit(self) -> str:
        """The unit of money that the header states, "" when it states none."""
        return unit_in(self.header)

    @property
    def hints_money(self) -> bool:
        counted = bool(re.search(r"([码号率量数位级期]|年度|年份)$", self.header))
        if is_foreign(self.header):
            return False
        return bool(self.unit) or (not counted and bool(_CURRENCY_HINT.search(self.header)))


def profile_column(header: str, column: pa.Array) -> ColumnProfile:
    """Profile a column of text. Counts weigh every cell; at most 1,000 different contents are judged."""
    counted = pc.value_counts(column)
    cells = Counter(
        {entry["values"].as_py(): entry["counts"].as_py() for entry in counted[:_MOST_VALUES]}
    )
    for cell in [cell for cell in cells if cell_words(cell) == header]:
        del cells[cell]  # the header, printed again further down
    looks: Counter[Look] = Counter()
    spelled: Counter[DateSpelling] = Counter()
    decimals: Counter[int] = Counter()
    checked = digits = enterprises = longest = 0
    for cell, count in cells.items():
        look = look_of(cell)
        looks[look] += count
        words = cell_words(cell)
        longest = max(longest, len(words))
        if look is Look.DECIMAL:
            decimals[len(words.rpartition(".")[2].rstrip("0"))] += count
        spelled.update(dict.fromkeys(_spellings(words), count))
        if look is Look.CREDIT_CODE:
            checked += count * _passes(words)
            enterprises += count * words.startswith("9")
        if look is Look.INTEGER and (
            (words.startswith("0") and len(words) > 1) or len(words) >= 12
        ):
            digits += count
    judged = looks.total() - looks[Look.EMPTY]
    every = max(judged, 1)
    empty = sum(n for text, n in _all_counts(counted) if look_of(text) is Look.EMPTY)
    filled = len(column) - empty
    return ColumnProfile(
        header=header,
        rows=len(column),
        filled=filled,
        distinct=len(counted) - (1 if looks[Look.EMPTY] else 0),
        looks={look: count / every for look, count in looks.items() if look is not Look.EMPTY},
        spellings={spelling: count / every for spelling, count in spelled.items()},
        code_checks=checked / max(looks[Look.CREDIT_CODE], 1),
        longest=longest,
        whole_digits=digits / every,
        enterprise_codes=enterprises / max(looks[Look.CREDIT_CODE], 1),
        sequence=_counts_up(column),
        whole=not any(re.fullmatch(r".*\.\d*[1-9]\d*", c) for c in map(cell_words, cells)),
        exponents=any(
            re.fullmatch(r"[\d.]+E\+\d+", c, re.IGNORECASE) for c in map(cell_words, cells)
        ),
        decimals={places: count / every for places, count in decimals.items()},
        samples=Counter(dict(cells.most_common(_MOST_SAMPLES))),
    )


def profile_looks(header: str, column: pa.Array, *, most: int) -> ColumnProfile:
    """What the cells look like, and nothing else: at most ``most`` different contents are judged."""
    counted = pc.value_counts(column)
    looks: Counter[Look] = Counter()
    for entry in counted[:most].to_pylist():
        looks[look_of(entry["values"])] += entry["counts"]
    judged = looks.total() - looks[Look.EMPTY]
    return ColumnProfile(
        header=header,
        rows=len(column),
        filled=len(column) - looks[Look.EMPTY],
        distinct=len(counted) - (1 if looks[Look.EMPTY] else 0),
        looks={
            look: count / max(judged, 1) for look, count in looks.items() if look is not Look.EMPTY
        },
    )


def _all_counts(counted: pa.StructArray) -> list[tuple[str, int]]:
    """Short contents with their counts: only those can be empty or a placeholder."""
    values, counts = counted.field("values"), counted.field("counts")
    short = pc.less_equal(pc.utf8_length(values), 8)
    kept = zip(values.filter(short).to_pylist(), counts.filter(short).to_pylist(), strict=True)
    return list(kept)


def _spellings(words: str) -> frozenset[DateSpelling]:
    """Every spelling that reads the cell, spreadsheet serial numbers included."""
    if not words[:1].isdigit() and words[:1] not in "〇○零一二三四五六七八九十":
        return frozenset()
    found = spellings_of(words)
    serial = read_date(words, spelling=DateSpelling.SERIAL)
    return found | {DateSpelling.SERIAL} if serial is not None else found


def _passes(words: str) -> bool:
    try:
        USCC(clean_code_text(words))
    except InvalidUSCC:
        return False
    return True


def _counts_up(column: pa.Array) -> bool:
    """Whether the column just numbers the rows."""
    numbers = [cell for cell in column[:200].to_pylist() if cell]
    if len(numbers) < 3 or not all(re.fullmatch(r"\d{1,6}(\.0)?", n) for n in numbers):
        return False
    values = [int(n.split(".")[0]) for n in numbers]
    steps = [b - a for a, b in itertools.pairwise(values)]
    return sum(step == 1 for step in steps) >= 0.9 * len(steps)


def one_name_shares(
    profiles: list[ColumnProfile], columns: list[pa.Array]
) -> dict[tuple[int, int], float]:
    """For each column of codes and each of organisations: distinct codes by distinct (code, name) pairs.

    1 when every code keeps to one name; near 0 when the names go with something else. Where no code is
    whole (all masked or cut), neighbours get 0.75.
    """
    codes = [
        at for at, p in enumerate(profiles) if p.share(Look.CREDIT_CODE, Look.MASKED_CODE) >= 0.5
    ]
    names = [at for at, p in enumerate(profiles) if p.share(Look.ORGANISATION) >= 0.5]
    shares = {}
    for code in codes:
        for name in names:
            table = pa.table({"code": columns[code], "name": columns[name]})
            whole = pc.match_substring_regex(table["code"], "^[0-9A-Z]{18}$")
            both = table.filter(pc.and_(whole, pc.not_equal(table["name"], "")))
            pairs = both.group_by(["code", "name"]).aggregate([]).num_rows
            beside = 0.75 if abs(code - name) == 1 else 0.0
            distinct = pc.count_distinct(both["code"]).as_py()
            shares[code, name] = distinct / pairs if pairs else beside
    return shares
