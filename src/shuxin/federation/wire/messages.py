"""What goes over the line between two nodes: typed, bounded MessagePack; anything else is refused unread.

The sender is never named in a message: it is the party whose certificate the connection was made with.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from shuxin.federation.engine.channel import PART_BYTES
from shuxin.kernel.statements import LONGEST_STATEMENT

PROTOCOL = 1
"""The version of this protocol that this program speaks."""
LONGEST_MESSAGE = PART_BYTES + 4096
MOST_SUBJECTS = 250
"""Of one question."""
MOST_WORDS = 1000
LONGEST_SCORES = 1 << 18
"""Bytes of a holder's answer about so many."""
LONGEST_RECEIPT = 1 << 19
"""Bytes of its receipt."""
LONGEST_ENTRY, LONGEST_NOTE, MOST_NODES = 4096, 8192, 1 << 14

JobId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9./-]{0,79}\Z")]
Digest = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 48)]
CreditCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z]{18}\Z")]
Statement = Annotated[bytes, msgspec.Meta(max_length=LONGEST_STATEMENT)]
Place = Annotated[int, msgspec.Meta(ge=0, lt=MOST_SUBJECTS)]
Short = Annotated[str, msgspec.Meta(max_length=200)]


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="is"):
    pass


class Hello(_Message, frozen=True, tag="hello"):
    """Who asks whom, in which versions; the first message of a connection, and all that ``doctor`` needs."""

    party: Short
    protocols: Annotated[list[int], msgspec.Meta(max_length=16)]
    software: Short
    now: Short
    """ISO 8601 with offset."""


class Word(_Message, frozen=True, tag="word"):
    """A signed statement about a job: proposal, approval, refusal, stop, entry, end."""

    statement: Statement


class Part(_Message, frozen=True, tag="part"):
    """One part of a message of a running job; parts come in their order, each as often as the line needs."""

    job: JobId
    name: Name
    number: Count
    total: Count
    """Bytes of the whole message; part ``number`` starts at ``number * PART_BYTES``."""
    digest: Digest
    """SHA-256 of ``data``."""
    whole: Digest
    """SHA-256 of the whole message."""
    data: Annotated[bytes, msgspec.Meta(max_length=PART_BYTES)]


class Where(_Message, frozen=True, tag="where"):
    """How far has this message come, before a sender that was interrupted goes on."""

    job: JobId
    name: Name
    whole: Digest


class Score(_Message, frozen=True, tag="score"):
    """A question of the label party about subjects, to one of the holders that are asked it together (联合评分询问)."""

    service: JobId
    holders: Annotated[list[Short], msgspec.Meta(min_length=1, max_length=16)]
    subjects: Annotated[list[CreditCode], msgspec.Meta(min_length=1, max_length=MOST_SUBJECTS)]
    nonce: Digest
    request: Statement
    """The signed request to this holder; its id is the question's hash."""
    words: Annotated[list[Statement], msgspec.Meta(max_length=MOST_WORDS)]
    """The subjects' signed authorisations."""


class Proven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the holder's log, its exact bytes, and the way to the checkpoint: places among the nodes."""

    index: Count
    entry: Annotated[bytes, msgspec.Meta(max_length=LONGEST_ENTRY)]
    path: Annotated[
        list[Annotated[int, msgspec.Meta(ge=0, lt=MOST_NODES)]], msgspec.Meta(max_length=64)
    ]


class UseShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The counted use of one subject's authorisation: its entry, and what opens the entry's commitment."""

    place: Place
    entry: Proven
    salt: Digest
    content: Annotated[bytes, msgspec.Meta(max_length=LONGEST_ENTRY)]


class WhyNot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Codes of why a subject is not answered about."""

    place: Place
    codes: Annotated[list[Short], msgspec.Meta(max_length=40)]


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a holder signs of its answer or refusal (应答回执), and where its log has that and every use.

    salt: of the leaves. nodes: hashes of the paths in the log, all under ``checkpoint``.
    """

    statement: Statement
    salt: Digest
    checkpoint: Annotated[str, msgspec.Meta(max_length=LONGEST_NOTE)]
    entry: Proven
    uses: Annotated[list[UseShown], msgspec.Meta(max_length=MOST_SUBJECTS)]
    refused: Annotated[list[WhyNot], msgspec.Meta(max_length=MOST_SUBJECTS)]
    nodes: Annotated[list[Digest], msgspec.Meta(max_length=MOST_NODES)]


class Scored(_Message, frozen=True, tag="scored", omit_defaults=True):
    """A holder's answer, its bytes as in ``card.answers``; about which subjects it will not answer, and why."""

    answer: Annotated[bytes, msgspec.Meta(max_length=LONGEST_SCORES)]
    refused: Annotated[
        list[Annotated[int, msgspec.Meta(ge=0, lt=MOST_SUBJECTS)]],
        msgspec.Meta(max_length=MOST_SUBJECTS),
    ]
    reasons: Annotated[list[Short], msgspec.Meta(max_length=40)]
    receipt: Receipt | None = None


class Taken(_Message, frozen=True, tag="taken"):
    """What is kept durably of a message: so many parts from the first; ``complete`` when that is all of it."""

    parts: Count
    complete: bool


class Noted(_Message, frozen=True, tag="noted"):
    """A word was kept, or was known already."""


class Refused(_Message, frozen=True, tag="refused", omit_defaults=True):
    """Not done: a stable code with its sentence in two languages; ``later`` when the same may be sent again later.

    receipt: of a question about subjects, what the holder signed of its refusal.
    """

    code: Short
    en: Annotated[str, msgspec.Meta(max_length=1000)]
    zh: Annotated[str, msgspec.Meta(max_length=1000)]
    later: bool
    receipt: Receipt | None = None


Asked = Hello | Word | Part | Where | Score
Answered = Hello | Noted | Taken | Scored | Refused
