"""Changes to valid files: one node of the JSON becomes something odd, or a few bytes change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

MARK, TIME = "\u2603odd\u2603", "\u2603time\u2603"
TIMES = (
    *('"0001-01-01T00:00:00+14:00"', '"0001-01-01T00:00:00+08:00"', '"9999-12-31T23:59:59-12:00"'),
    *('"9999-12-31T23:59:59+00:00"', '"2026-01-01T24:00:00+08:00"', '"2026-06-01T08:00:00+23:59"'),
    *('"2026-01-01"', '"20260101"', '"2026-W01-1"', '"9999-12-31"'),
)
ODD = (
    *("null", "true", "false", "[]", "{}", "[[]]", '[{"a":[]}]', '""', '" "', '"\\u0000"', '"\\ud800"'),
    *('"\\u202e"', '"\\u2028"', '"\\u00b2"', '"\\u0663"', "0", "-1", "1.0", "-0.0", "1e400", "-1e400", "0.1"),
    *("9007199254740991", "9007199254740992", "99999999999999999", "1" * 400, "NaN", "Infinity"),
    *('"none"', '"EdDSA"', '"sm2"', '"..."'),
    *("[" * 300 + "]" * 300, '{"_sd":[' * 40 + "]}" * 40, '{"...":"a"}', '{"_sd":["a","a"]}'),
    *('"' + "A" * 86 + '"', '"' + "A" * 43 + '"', '"' + "0" * 64 + '"', '"' + "f" * 32 + '"', '"' + "x" * 5000 + '"'),
    *TIMES,
    *('"sm2:' + "A" * 86 + '"', '"ed25519:' + "A" * 43 + '"', '"person:' + "0" * 32 + '"'),
)  # fmt: skip
"""JSON texts that one or another reader may trip over; some are no JSON."""


def mutated(data: bytes, *, rng: random.Random) -> bytes:
    """Another file like ``data``: in two of three cases a change of its JSON, when it has any."""
    if rng.random() < 2 / 3:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return _bytes_changed(data, rng)
        return _node_changed(value, rng)
    return _bytes_changed(data, rng)


def _node_changed(value: Any, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 1, 2))):
        value = _changed(value, rng)
    text = json.dumps(value, separators=(",", ":"))
    for mark, odd in ((json.dumps(MARK), ODD), (json.dumps(TIME), TIMES)):
        while mark in text:
            text = text.replace(mark, rng.choice(odd), 1)
    return text.encode()


def _changed(value: Any, rng: random.Random) -> Any:
    """One node, the deeper the likelier, replaced, removed, doubled or put beside another."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        name = rng.choice(list(value))
        rest = {key: inner for key, inner in value.items() if key != name}
        return rng.choice(
            (
                *({**value, name: _changed(value[name], rng)},) * 6,
                rest,
                {**rest, MARK: value[name]},
                {**value, "more": MARK},
            )
        )
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        inner = _changed(value[at], rng)
        return rng.choice(
            (
                *([*value[:at], inner, *value[at + 1 :]],) * 4,
                value[:at] + value[at + 1 :],
                [*value, value[at]],
                [*value, MARK],
            )
        )
    is_time = isinstance(value, str) and value.startswith("20") and rng.random() < 0.5
    return TIME if is_time else MARK


def _bytes_changed(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(changed))
        match rng.randrange(5):
            case 0 if at < len(changed):
                changed[at] ^= 1 << rng.randrange(8)
            case 1:
                changed[at : at + rng.randint(0, 9)] = b""
            case 2:
                changed[at:at] = rng.randbytes(rng.randint(1, 6))
            case 3:
                del changed[at:]
            case _:
                start = rng.randint(0, len(changed))
                changed[at:at] = changed[start : start + rng.randint(1, 40)]
    return bytes(changed)
