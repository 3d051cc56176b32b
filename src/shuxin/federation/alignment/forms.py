"""Messages of an alignment: one byte that says the form, then rows of fixed width. Checked before anything is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.alignment.refusal import AnswerInvalid, TooFewCommon
from shuxin.federation.domain.parameters import AligningParameters, Learn

if TYPE_CHECKING:
    from shuxin.federation.alignment.codes import Blocks, Places
    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Received, Work

TOO_FEW, ENOUGH = b"\0", b"\1"
KEY, TAGS, POINTS, RAISED = (
    "alignment/key",
    "alignment/tags",
    "alignment/points",
    "alignment/raised",
)
ANSWER, DIGEST, STILL = "alignment/answer", "alignment/digest", "alignment/still"
PLACE_BYTES = 4


def parameters(job: Job) -> AligningParameters:
    """Raises TypeError: a job of a kind that aligns nothing."""
    found = job.parameters
    if not isinstance(found, AligningParameters):
        raise TypeError("not an alignment")
    return found


def end_if_too_few(work: Work, count: int) -> None:
    """Raises TooFewCommon."""
    least = parameters(work.job).min_size
    if count < least:
        raise TooFewCommon(least=least)


def ask_leave(work: Work, size: int) -> None:
    """Of the policy here, for what the others are going to learn of up to ``size`` subjects of this party.

    Raises ReleaseRefused.
    """
    numbers = int(parameters(work.job).learn is Learn.COUNT)
    for output in work.job.outputs:
        if output.to != work.party:
            work.release(output.name, output.to, size=size, numbers=numbers)


def received(work: Work, sender: str, name: str, *, width: int, form: bytes) -> Received:
    """Wait for a message of this form whose rows are ``width`` bytes. Raises AnswerInvalid."""
    message = work.channel.receive(sender, name)
    with message.path.open("rb") as file:
        head = file.read(1)
    if head != form:
        raise AnswerInvalid(name=name, party=sender, reason="another form")
    if (message.size - 1) % width:
        raise AnswerInvalid(name=name, party=sender, reason="a row is cut")
    if (message.size - 1) // width > work.job.limits.rows:
        raise AnswerInvalid(name=name, party=sender, reason="more rows than the job allows")
    return message


def answered(work: Work, sender: str, name: str) -> bytes:
    """The content of an answer. Raises TooFewCommon when it says so, AnswerInvalid."""
    content = work.channel.receive(sender, name).read()
    if content == TOO_FEW:
        raise TooFewCommon(least=parameters(work.job).min_size)
    if content[:1] != ENOUGH:
        raise AnswerInvalid(name=name, party=sender, reason="another form")
    return content[1:]


def blocks_of(message: Received) -> Blocks:
    """(n, 2) words after the first byte."""
    return np.fromfile(message.path, "<u8", offset=1).reshape(-1, 2)


def places_of(content: bytes, *, sender: str, below: int, name: str = ANSWER) -> Places:
    """Distinct places in a list of ``below`` rows. Raises AnswerInvalid."""
    if len(content) % PLACE_BYTES:
        raise AnswerInvalid(name=name, party=sender, reason="a row is cut")
    places = np.frombuffer(content, "<u4")
    if len(places) and int(places.max()) >= below:
        raise AnswerInvalid(name=name, party=sender, reason="a row that does not exist")
    seen = np.zeros(below, np.bool_)
    seen[places] = True
    if int(seen.sum()) != len(places):
        raise AnswerInvalid(name=name, party=sender, reason="a row stands twice")
    return places


def number_of(content: bytes, *, sender: str, name: str = ANSWER) -> int:
    """One whole number of 4 bytes. Raises AnswerInvalid."""
    if len(content) != PLACE_BYTES:
        raise AnswerInvalid(name=name, party=sender, reason="not one number")
    return int.from_bytes(content, "little")


def little(places: Places) -> bytes:
    """Places as they travel and are kept: 4 bytes each, least first."""
    return places.astype("<u4", copy=False).tobytes()
