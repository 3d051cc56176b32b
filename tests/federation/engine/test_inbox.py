"""What a peer may and may not put into the inbox."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.engine.disk import PART, FaultyDisk, faulty_disk, small_parts
from tests.federation.engine.ends import MOST, A, B, declared, tree
from tests.federation.engine.parts import cut, sha, where

from shuxin.federation.engine import journal
from shuxin.federation.engine.channel import Declared
from shuxin.federation.engine.inbox import (
    Inbox,
    MessageBeyondDeclared,
    MessageDiffers,
    MessageUndeclared,
    PartDamaged,
    PartOutOfOrder,
)
from shuxin.federation.engine.journal import LineUnwritable
from shuxin.federation.wire.messages import Part, Taken
from shuxin.kernel.errors import ShuxinError

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = "uscc:91350200000000003C"
CONTENT = bytes(range(256)) * 2
contents = st.one_of(
    st.binary(max_size=5 * PART),
    st.sampled_from([n * PART + d for n in range(1, 9) for d in (-1, 0, 1)]).map(os.urandom),
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return open_inbox(tmp_path)


def open_inbox(folder: Path) -> Inbox:
    to_b = [one for one in declared([0, 0]) if one.receiver == B]
    to_b.append(Declared("round.0", OTHER, B, MOST))
    return Inbox(folder / "inbox", declared=to_b, heard=lambda _: None, came=lambda *_: None)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def changed(part: Part, **fields: Any) -> Part:
    return msgspec.structs.replace(part, **fields)


def hostile(part: Part) -> list[tuple[Part, type[ShuxinError]]]:
    """Part 1 of a message, made wrong in each way, with what must be said; it comes after part 0."""
    flipped = bytes([part.data[0] ^ 1]) + part.data[1:]
    longer = part.data + b"x"
    return [
        (changed(part, name="round.7"), MessageUndeclared),
        (changed(part, total=MOST + 1), MessageBeyondDeclared),
        (changed(part, total=1 << 48), MessageBeyondDeclared),
        (changed(part, data=flipped), PartDamaged),
        (changed(part, digest=bytes(32)), PartDamaged),
        (changed(part, data=b"", digest=sha(b"")), PartDamaged),
        (changed(part, data=part.data[:-1], digest=sha(part.data[:-1])), PartDamaged),
        (changed(part, data=longer, digest=sha(longer)), PartDamaged),
        (changed(part, number=8), PartDamaged),
        (changed(part, number=1 << 48), PartDamaged),
        (changed(part, number=2), PartOutOfOrder),
        (changed(part, number=0), MessageDiffers),
        (changed(part, whole=bytes(32)), MessageDiffers),
        (changed(part, total=part.total + 1), MessageDiffers),
        (changed(part, name="round.1"), PartOutOfOrder),
    ]


class TestInbox:
    @given(contents)
    def test_gives_back_what_was_cut(self, content: bytes) -> None:
        with faulty_disk(), folder() as place:
            inbox = open_inbox(place)
            answers = [inbox.take_part(A, part) for part in cut(content)]
            assert answers[-1] == Taken(len(answers), complete=True)
            assert not any(answer.complete for answer in answers[:-1])
            kept = inbox.kept(A, "round.0")
            assert kept is not None
            assert (kept.read(), kept.size, kept.sha256) == (content, len(content), sha(content))

    @given(contents, st.data())
    def test_replays_reorderings_and_restarts_lose_and_add_nothing(
        self, content: bytes, data: st.DataObject
    ) -> None:
        """Any parts in any order, the inbox opened anew at any time: only the next part or the same again counts."""
        parts = cut(content)
        with faulty_disk(), folder() as place:
            inbox, taken, durable = open_inbox(place), 0, 0
            for step in data.draw(st.lists(st.integers(-1, len(parts) - 1), max_size=30)):
                if step < 0:
                    inbox = open_inbox(place)
                    taken = taken if taken == len(parts) else durable
                elif step > taken:
                    with pytest.raises(PartOutOfOrder):
                        inbox.take_part(A, parts[step])
                else:
                    taken = max(taken, step + 1)
                    answer = inbox.take_part(A, parts[step])
                    assert answer.complete == (taken == len(parts))
                    assert answer.parts <= taken
                    durable = answer.parts
            done = open_inbox(place).where(A, where(content))
            assert done == Taken(durable, complete=taken == len(parts))

    @pytest.mark.parametrize("number", range(15))
    def test_changes_nothing_for_a_hostile_part(
        self, number: int, inbox: Inbox, tmp_path: Path
    ) -> None:
        first, second = cut(CONTENT)[:2]
        inbox.take_part(A, first)
        before = tree(tmp_path)
        part, error = hostile(second)[number]
        with pytest.raises(error):
            inbox.take_part(A, part)
        assert tree(tmp_path) == before
        for part in cut(CONTENT)[1:]:
            inbox.take_part(A, part)
        assert inbox.where(A, where(CONTENT)).complete

    @pytest.mark.parametrize("number", range(15))
    def test_changes_nothing_once_a_message_is_complete(
        self, number: int, inbox: Inbox, tmp_path: Path
    ) -> None:
        for part in cut(CONTENT):
            inbox.take_part(A, part)
        before = tree(tmp_path)
        part, _ = hostile(cut(CONTENT)[1])[number]
        with pytest.raises(ShuxinError):
            inbox.take_part(A, part)
        assert tree(tmp_path) == before

    @given(st.data())
    def test_changes_nothing_for_any_mutated_field(self, data: st.DataObject) -> None:
        """One field of the next part drawn at random; what is not refused is the part itself."""
        honest = cut(CONTENT)
        field = data.draw(st.sampled_from(["name", "number", "total", "digest", "whole", "data"]))
        drawn = {
            "name": st.sampled_from(["round.0", "round.1", "round.2", "a", "../x"]),
            "number": st.integers(0, 9) | st.integers(0, 1 << 48),
            "total": st.integers(0, MOST + 2) | st.integers(0, 1 << 48),
            "digest": st.binary(min_size=32, max_size=32),
            "whole": st.binary(min_size=32, max_size=32),
            "data": st.binary(max_size=PART + 2),
        }
        part = changed(honest[2], **{field: data.draw(drawn[field])})
        with faulty_disk(), folder() as place:
            inbox = open_inbox(place)
            for one in honest[:2]:
                inbox.take_part(A, one)
            before = tree(place)
            if part == honest[2]:
                return
            with pytest.raises(ShuxinError):
                inbox.take_part(A, part)
            assert tree(place) == before

    def test_drops_a_message_that_belies_its_digest(self, inbox: Inbox, tmp_path: Path) -> None:
        before = tree(tmp_path)
        parts = [changed(part, whole=sha(b"other")) for part in cut(CONTENT)]
        for part in parts[:-1]:
            inbox.take_part(A, part)
        with pytest.raises(MessageDiffers):
            inbox.take_part(A, parts[-1])
        assert tree(tmp_path) == before
        assert inbox.where(A, where(CONTENT)) == Taken(0, complete=False)

    def test_keeps_the_messages_of_two_peers_apart(self, inbox: Inbox) -> None:
        inbox.take_part(A, cut(b"one")[0])
        inbox.take_part(OTHER, cut(b"two")[0])
        assert [kept.read() for one in (A, OTHER) for kept in inbox.kept_of(one).values()] == [
            b"one",
            b"two",
        ]

    def test_takes_nothing_from_a_stranger(self, inbox: Inbox) -> None:
        with pytest.raises(MessageUndeclared):
            inbox.take_part("uscc:X", cut(b"")[0])
        with pytest.raises(MessageUndeclared):
            inbox.where("uscc:X", where(b""))
        assert inbox.kept_of("uscc:X") == {}

    def test_where_makes_durable_what_came(self, tmp_path: Path) -> None:
        inbox = open_inbox(tmp_path)
        for part in cut(CONTENT)[:2]:
            assert inbox.take_part(A, part).parts == 0
        assert inbox.where(A, where(CONTENT)) == Taken(2, complete=False)
        assert open_inbox(tmp_path).where(A, where(CONTENT)) == Taken(2, complete=False)

    def test_where_refuses_another_message_of_the_name(self, inbox: Inbox) -> None:
        for part in cut(CONTENT)[:2]:
            inbox.take_part(A, part)
        with pytest.raises(MessageDiffers):
            inbox.where(A, where(b"other"))
        for part in cut(CONTENT)[2:]:
            inbox.take_part(A, part)
        with pytest.raises(MessageDiffers):
            inbox.where(A, where(b"other"))

    def test_a_full_disk_keeps_nothing_of_the_first_part(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inbox, before = open_inbox(tmp_path), tree(tmp_path)
        disk = FaultyDisk(full={2})  # 1 opens the file, 2 writes
        monkeypatch.setattr(journal, "os", disk)
        with pytest.raises(LineUnwritable) as raised:
            inbox.take_part(A, cut(CONTENT)[0])
        assert raised.value.facts["reason"] == errno.errorcode[errno.ENOSPC]
        assert inbox.where(A, where(CONTENT)) == Taken(0, complete=False)
        assert tree(tmp_path) == before
