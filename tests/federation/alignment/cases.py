"""Jobs and sets for the tests of alignment, and the truth by Python's sets."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import numpy as np
from tests.federation.memory import run_together

from shuxin.federation.alignment.kind import AlignmentKind
from shuxin.federation.alignment.result import read_aligned
from shuxin.federation.domain.job import job_from
from shuxin.kernel.uscc import ALPHABET

if TYPE_CHECKING:
    from pathlib import Path

    from tests.federation.memory import Outcome

    from shuxin.federation.alignment.result import Aligned
    from shuxin.federation.domain.job import Job

PARTIES = tuple(f"uscc:9144030012345678{digit}X" for digit in range(5))
LABEL, HOLDER, THIRD, FOURTH, HELPER = PARTIES
JOB_ID = "0" * 64
SYMBOLS = np.frombuffer(ALPHABET.encode(), np.uint8)


def universe(count: int, *, seed: int = 7) -> list[str]:
    """Distinct codes of the right shape, in random order."""
    rng = np.random.default_rng(seed)
    drawn = SYMBOLS[rng.integers(0, len(SYMBOLS), (count + 8, 18))].view("S18").ravel()
    found = sorted({one.decode() for one in drawn})[:count]
    random.Random(seed).shuffle(found)  # noqa: S311 - test data
    return found


def counted(count: int) -> list[str]:
    """Codes like those of firms registered one after the other: they differ in their last symbols."""
    digits = np.arange(count)[:, None] // 31 ** np.arange(3, -1, -1) % 31
    head = np.frombuffer(b"91440300MA5G00", np.uint8)
    text = np.concatenate([np.tile(head, (count, 1)), SYMBOLS[digits]], axis=1).astype(np.uint8)
    return [row.tobytes().decode() for row in text]


def entering(codes: set[str]) -> bytes:
    return "".join(sorted(codes)).encode()


def job_of(
    *, engine: str = "tags", learn: str = "both", holders: int = 1, least: int = 1, reuse: str = ""
) -> Job:
    data = PARTIES[: 1 + holders]
    seats = [{"party": LABEL, "role": "label"}]
    seats += [{"party": one, "role": "holder"} for one in data[1:]]
    if engine == "tags":
        seats.append({"party": HELPER, "role": "helper"})
    to = data if learn == "both" else data[:1]
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    return job_from({
        "nonce": "1" * 32, "proposer": LABEL, "purpose": "model_training", "parties": seats,
        "inputs": [
            {"party": one, "dataset": "firms", "ground": "authorisations",
             "data_from": dt.date(2025, 1, 1), "data_to": dt.date(2026, 1, 1)} for one in data
        ],
        "parameters": {"kind": "alignment", "engine": engine, "learn": learn, "min_size": least,
                       "reuse": reuse},
        "outputs": [{"name": "count" if learn == "count" else "aligned", "to": one} for one in to],
        "proposed_at": now, "valid_to": now + dt.timedelta(days=30),
    })  # fmt: skip


def align(job: Job, sets: list[set[str]], folder: Path, **more: object) -> Outcome:
    kind = more.pop("kind", AlignmentKind())
    rows = {party: entering(one) for party, one in zip(job.data_parties, sets, strict=True)}
    return run_together(kind, job, folder=folder, rows=rows, **more)  # type: ignore[arg-type]


def kept(outcome: Outcome, party: str, folder: Path) -> Aligned:
    place = folder / f"results-{party[-2]}"
    place.mkdir(exist_ok=True)
    for name, content in outcome.kept[party].items():
        (place / name).write_bytes(content)
    return read_aligned(place)


def subjects(codes: bytes) -> list[str]:
    return [codes[at : at + 18].decode() for at in range(0, len(codes), 18)]


def received_by(outcome: Outcome, party: str) -> bytes:
    return b"".join(content for (_, to, _), content in outcome.messages.items() if to == party)
