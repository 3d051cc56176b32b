"""A value is found in what was received however it is spelled, and is not found where it is not."""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.domain.samples import HOLDER
from tests.federation.domain.samples import LABEL as BANK
from tests.federation.node.world import World, received, world

from shuxin.federation.domain.meanings import Nature
from shuxin.federation.node.spellings import ValueUnsearchable, spellings_of
from shuxin.federation.node.transcript import (
    TranscriptMissing,
    content_of,
    find_value,
)
from shuxin.federation.node.transcript import received as messages

if TYPE_CHECKING:
    from pathlib import Path

CODE, NAME, AMOUNT = "91320594088140947F", "苏州某某精密机械有限公司", "1284500.50"
FEN = 128_450_050


def placed(node: World, *contents: bytes) -> str:
    job_id = received(node)
    inbox = node.services.job_folder(job_id) / "inbox" / BANK.replace(":", "_")
    inbox.mkdir(parents=True)
    for nth, content in enumerate(contents):
        (inbox / f"kept~counts.1_{nth}_share~{hashlib.sha256(content).hexdigest()}").write_bytes(
            content
        )
    return job_id


@pytest.fixture
def node(tmp_path: Path) -> World:
    return world(tmp_path, me=HOLDER)


@pytest.mark.django_db
class TestFindValue:
    @pytest.mark.parametrize(
        ("value", "spelled"),
        [
            (CODE, CODE.encode()),
            (CODE, CODE.lower().encode()),
            (CODE, base64.b64encode(b"ab" + CODE.encode() + b"cde")),
            (CODE, hashlib.sha256(CODE.encode()).digest()),
            (CODE, hashlib.sha256(CODE.encode()).hexdigest().encode()),
            (NAME, NAME.encode("gb18030")),
            (NAME, NAME.encode("utf-16-le")),
            (AMOUNT, struct.pack("<q", FEN)),
            (AMOUNT, struct.pack(">i", FEN)),
            (AMOUNT, struct.pack("<d", 1284500.5)),
            (AMOUNT, b"1,284,500.50"),
            ("1,284,500.50", str(FEN).encode()),
        ],
    )
    def test_finds_it_where_it_stands(self, node: World, value: str, spelled: bytes) -> None:
        noise = secrets.token_bytes(5000)
        job_id = placed(node, secrets.token_bytes(900), noise + spelled + noise)
        found = find_value(job_id, value, services=node.services)
        assert found.total >= 1
        assert {hit.at for hit in found.hits} & set(range(5000, 5004))
        assert {hit.message.name for hit in found.hits} == {"counts.1/1/share"}

    def test_finds_nothing_in_random_bytes_and_says_how_much_was_searched(
        self, node: World
    ) -> None:
        """A false alarm of one in 2^32 a byte and spelling of four bytes: 2e-5 for a number, none for a code."""
        job_id = placed(node, secrets.token_bytes(20_000), b"")
        found = find_value(job_id, CODE, services=node.services)
        assert (found.total, found.hits, found.messages, found.size) == (0, (), 2, 20_000)
        assert len(found.spellings) > 15
        assert found.by_chance < 1e-9

    def test_counts_all_hits_and_lists_the_first(self, node: World) -> None:
        found = find_value(placed(node, CODE.encode() * 80), CODE, services=node.services)
        assert found.total >= 80
        assert len(found.hits) == 50

    def test_says_so_where_nothing_is_kept(self, node: World) -> None:
        with pytest.raises(TranscriptMissing):
            find_value(received(node), CODE, services=node.services)

    def test_messages_are_told_in_words(self, node: World) -> None:
        job_id = placed(node)
        inbox = node.services.job_folder(job_id) / "inbox" / BANK.replace(":", "_")
        (inbox / f"kept~counts.1_0_share~{'a' * 64}").write_bytes(b"1234")
        (one,) = messages(job_id, services=node.services)
        assert one.meaning is not None
        assert (one.sender, one.size, one.meaning.nature) == (BANK, 4, Nature.SHARE)

    def test_a_kept_message_is_given_whole_and_no_other(self, node: World) -> None:
        job_id = placed(node, b"1234")
        name = "counts.1/0/share"
        assert content_of(job_id, sender=BANK, name=name, services=node.services) == b"1234"
        with pytest.raises(TranscriptMissing):
            content_of(job_id, sender=BANK, name="../../once", services=node.services)


class TestSpellings:
    @pytest.mark.parametrize("value", ["", "  ", "abc", "12", "x" * 201])
    def test_too_short_or_long_to_mean_anything_is_refused_or_has_wide_spellings_only(
        self, value: str
    ) -> None:
        try:
            found = spellings_of(value)
        except ValueUnsearchable:
            return
        assert all(len(one.content) >= 4 for one in found)

    @given(st.text(min_size=4, max_size=40))
    def test_are_never_short_and_never_twice(self, value: str) -> None:
        try:
            found = spellings_of(value)
        except ValueUnsearchable:
            return
        contents = [one.content for one in found]
        assert len(set(contents)) == len(contents)
        assert min(map(len, contents)) >= 4
