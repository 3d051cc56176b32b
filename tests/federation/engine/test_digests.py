"""The last exchange of a job: both saw the same bytes, or the one who did not says who differs."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.consent.world import BANK, HOLDER, PLATFORM
from tests.federation.engine.ends import JOB_ID
from tests.federation.engine.parts import cut, sha, where
from tests.federation.engine.test_secrets import job

from shuxin.federation.engine.channel import Declared
from shuxin.federation.engine.digests import (
    TranscriptsDiffer,
    compare,
    digest_messages,
    dump_summary,
    load_summary,
    summary,
    taken_after_end,
)
from shuxin.federation.engine.inbox import MessageDiffers, MessageUndeclared
from shuxin.federation.engine.line import Line
from shuxin.federation.engine.outbox import in_one_piece
from shuxin.federation.engine.pump import Pump
from shuxin.federation.wire.messages import Part, Taken, Where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTIES = (BANK, HOLDER, PLATFORM)
NAMES = ("a", "b/1", "b/2")


@dataclass
class Way:
    sender: str
    to: Line

    def part(self, message: Part, /) -> Taken:
        return self.to.inbox.take_part(self.sender, message)

    def where(self, message: Where, /) -> Taken:
        return self.to.inbox.where(self.sender, message)


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[dict[str, Line]]:
    declared = [
        *digest_messages(job()),
        *(Declared(name, a, b, 100) for name in NAMES for a in PARTIES for b in PARTIES if a != b),
    ]
    with contextlib.ExitStack() as stack:
        made = {
            party: Line(
                tmp_path / party,
                party=party,
                declared=declared,
                wait_seconds=30,
                ended=lambda: None,
                say=lambda _: None,
            )
            for party in PARTIES
        }
        for line in made.values():
            stack.callback(line.close)
        yield made


def ignore(*_: str) -> None:
    """Of a failed delivery."""


def talk(lines: dict[str, Line]) -> None:
    for number, (sender, line) in enumerate(lines.items()):
        for to in line.receivers:
            for name in NAMES[: number + 1]:
                line.send(to, name, in_one_piece((sender + name).encode()))


def compared(lines: dict[str, Line]) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """What each found, and whom each says to differ; pumps run as at a node."""
    found: dict[str, dict[str, str]] = {}
    differ: dict[str, str] = {}

    def run(party: str) -> None:
        try:
            found[party] = compare(lines[party], job=job(), job_id=JOB_ID)
        except TranscriptsDiffer as error:
            differ[party] = str(error.facts["party"])

    pumps = [
        Pump(line=line, job_id=JOB_ID, peer=to, deliver=Way(party, lines[to]), failed=ignore)
        for party, line in lines.items()
        for to in line.receivers
    ]
    threads = [threading.Thread(target=run, args=(party,)) for party in PARTIES]
    for one in (*pumps, *threads):
        one.start()
    for thread in threads:
        thread.join()
    for pump in pumps:
        pump.stop()
    return found, differ


class TestCompare:
    def test_both_ends_of_each_pair_agree_on_one_digest(self, lines: dict[str, Line]) -> None:
        talk(lines)
        found, differ = compared(lines)
        assert differ == {}
        assert all(found[a][b] == found[b][a] for a in PARTIES for b in PARTIES if a != b)
        assert len({one for each in found.values() for one in each.values()}) == 3

    def test_again_gives_the_same(self, lines: dict[str, Line]) -> None:
        talk(lines)
        assert compared(lines) == compared(lines)

    def test_names_the_peer_whose_message_here_is_another(self, lines: dict[str, Line]) -> None:
        """As after a false relay: the holder has something under a name that the bank never sent."""
        lines[HOLDER].inbox.take_part(BANK, cut(b"false", name="b/2")[0])
        talk(lines)
        found, differ = compared(lines)
        assert differ == {HOLDER: BANK}
        assert set(found) == {BANK, PLATFORM}

    def test_names_the_peer_who_says_that_it_sent_something_else(
        self, lines: dict[str, Line]
    ) -> None:
        lines[HOLDER].inbox.take_part(BANK, cut(sha(b"other"), name="digest")[0])
        talk(lines)
        _, differ = compared(lines)
        assert differ == {HOLDER: BANK}


class TestSummary:
    def test_lists_every_whole_message_in_both_directions(
        self, lines: dict[str, Line], tmp_path: Path
    ) -> None:
        talk(lines)
        lines[HOLDER].inbox.take_part(PLATFORM, cut(b"x" * 10, name="b/1")[0])
        found = summary(tmp_path / HOLDER)
        assert found["received", PLATFORM, "b/1"] == (10, sha(b"x" * 10).hex())
        said = (HOLDER + "a").encode()
        assert found["sent", BANK, "a"] == (len(said), sha(said).hex())
        assert set(found) == {
            ("received", PLATFORM, "b/1"),
            *(("sent", to, name) for to in (BANK, PLATFORM) for name in NAMES[:2]),
        }
        assert load_summary(dump_summary(found)) == found

    def test_answers_for_a_job_that_is_done(self, lines: dict[str, Line], tmp_path: Path) -> None:
        content = b"x" * 10
        part = cut(content, name="a")[0]
        lines[HOLDER].inbox.take_part(BANK, part)
        found = summary(tmp_path / HOLDER)
        for asked in (part, where(content, name="a")):
            assert taken_after_end(found, peer=BANK, asked=asked) == Taken(1, complete=True)
            with pytest.raises(MessageUndeclared):
                taken_after_end(found, peer=PLATFORM, asked=asked)
        with pytest.raises(MessageDiffers):
            taken_after_end(found, peer=BANK, asked=where(b"y", name="a"))
