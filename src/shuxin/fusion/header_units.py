"""Units of money that headers state."""

from __future__ import annotations

import re

_UNIT = re.compile(
    r"[((]\s*(?:人民币)?\s*(元|千元|万元|百万元|亿元|万|亿)\s*[))]|(百万元|千元|万元|亿元)$"
)
_FOREIGN = re.compile(r"美元|欧元|港元|港币|日元|英镑|外币|USD|EUR|HKD|JPY|GBP", re.IGNORECASE)


def unit_in(header: str) -> str:
    """The unit of money that a header states, as 万元; "" when it states none."""
    found = _UNIT.search(header)
    word = (found.group(1) or found.group(2)) if found else ""
    return {"万": "万元", "亿": "亿元"}.get(word, word)


def is_foreign(header: str) -> bool:
    """Whether a header speaks of foreign money."""
    return bool(_FOREIGN.search(header))
