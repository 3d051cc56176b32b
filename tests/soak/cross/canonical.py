"""Canonical JSON against the npm package canonicalize: ``canonical.py FOLDER`` that has the package and our script."""

from __future__ import annotations

import json
import math
import random
import struct
import subprocess
import sys
from typing import Any

from tests.soak.cross.merkle import require, say

from shuxin.kernel.canonical import IntegerBeyondJson, canonical_json
from shuxin.kernel.statements import StatementInvalid, parse_json

VALUES, NUMBERS, SEED = 20_000, 50_000, 5
_EXACT = (1 << 53) - 1
_SIGNS = (
    *(chr(code) for code in range(0x20)),
    *'"\\/aZ0é中\u007f\u0080\u2028\u2029\ue000\ufb01\uffff',
    *("\U00010000", "\U0001f600", "\U0010ffff"),
)


def number(rng: random.Random) -> float | int:
    """A whole number, a short decimal, or any finite double by its bits."""
    match rng.randrange(4):
        case 0:
            return rng.randint(-_EXACT, _EXACT)
        case 1:
            return rng.randint(-(10**6), 10**6) / 10 ** rng.randint(0, 9)
        case 2:
            return float(rng.randint(1, 999)) * 10.0 ** rng.randint(-30, 30)
        case _:
            (found,) = struct.unpack("<d", rng.randbytes(8))
            return float(found) if math.isfinite(found) else 0.0


def text(rng: random.Random) -> str:
    return "".join(rng.choice(_SIGNS) for _ in range(rng.randint(0, 6)))


def value(rng: random.Random, depth: int = 0) -> Any:
    match rng.randrange(8 if depth < 5 else 5):
        case 0:
            return rng.choice((None, True, False))
        case 1 | 2:
            return number(rng)
        case 3 | 4:
            return text(rng)
        case 5:
            return [value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
        case _:
            return {text(rng): value(rng, depth + 1) for _ in range(rng.randint(0, 6))}


def main(folder: str) -> None:
    rng = random.Random(SEED)  # noqa: S311 - cases, no secret
    made = [value(rng) for _ in range(VALUES)] + [[number(rng)] for _ in range(NUMBERS)]
    lines = [json.dumps(one) for one in made]
    done = subprocess.run(
        ["node", "canonical.mjs"],
        input="\n".join(lines) + "\n",
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = done.stdout.split("\n")[:-1]
    for line, one, other in zip(lines, made, theirs, strict=True):
        expected = bytes.fromhex(other)
        require(canonical_json(one) == expected, line)
        require(canonical_json(parse_json(line.encode())) == expected, line)
        require(_again(expected) in {expected, None}, line)
    say("JSON values have the same canonical bytes on both sides", VALUES)
    say("single numbers have the same canonical bytes on both sides", NUMBERS)
    unread = sum(_again(bytes.fromhex(other)) is None for other in theirs)
    say("of them are not read again here: a number from 2^53 to 10^21 is written in digits", unread)


def _again(canonical: bytes) -> bytes | None:
    try:
        return canonical_json(parse_json(canonical))
    except (StatementInvalid, IntegerBeyondJson):
        return None


if __name__ == "__main__":
    main(sys.argv[1])
