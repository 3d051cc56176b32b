"""Fuzz one target with atheris: ``python -m tests.soak.fuzz.one NAME CORPUS [options of libFuzzer]``."""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path
from typing import Any

from tests.soak.fuzz.mutating import mutated


def main(arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process, with an error when something unforeseen came out."""
    atheris: Any = importlib.import_module("atheris")
    name, corpus, *options = arguments
    with atheris.instrument_imports(include=["shuxin", "rfc8785"]):
        targets = importlib.import_module("tests.soak.fuzz.targets")
    target = targets.targets()[name]
    for number, seed in enumerate(target.seeds):
        (Path(corpus) / f"seed-{number}").write_bytes(seed)

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        rng = random.Random(seed)  # noqa: S311 - changes to try, no secret
        if rng.random() < 0.5:
            return mutated(bytes(data), rng=rng)[:longest]
        return bytes(atheris.Mutate(data, len(data)))

    def attempt(data: bytes) -> None:
        target.accepts(data)

    atheris.Setup([name, corpus, *options], attempt, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
