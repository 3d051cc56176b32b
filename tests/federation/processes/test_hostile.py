"""A peer with a real, pinned certificate that does not keep to the protocol, against real nodes.

A job stands still while this happens: one party has approved it, but its node does not run. Whatever is sent is
refused with the stated code and changes nothing; then that node starts and the job ends with the right set.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from typing import TYPE_CHECKING

import pytest
from tests.federation.processes.hostile import Hostile, hello, part_of, state_of
from tests.federation.processes.nodes import (
    ALL,
    BANK,
    DATA,
    HRSS,
    NOTARY,
    PARTY,
    TAX,
    City,
    common,
    wait_until,
)

from shuxin.federation.engine.channel import PART_BYTES
from shuxin.federation.wire.codec import encode
from shuxin.federation.wire.messages import LONGEST_MESSAGE, Where, Word
from shuxin.federation.wire.tls import TlsFiles, make_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.federation.wire.messages import Part

pytestmark = pytest.mark.soak

SEED = 20261122
MUTATIONS = 100
UNKNOWN = "0" * 64


@pytest.fixture(scope="module")
def job(city: City) -> Iterator[str]:
    """The whole id of a job that runs at all but HRSS, whose node is down after its approval."""
    city.write_policy(HRSS)  # no standing approval
    short = city.propose()
    city.known(short, HRSS)
    city.stop(HRSS)
    city.do(HRSS, "node", "approve", short)
    for name in (BANK, TAX, NOTARY):
        assert Hostile(city, HRSS, name).word(approval(city, short)) == ""
    for name in (BANK, TAX, NOTARY):
        wait_until(lambda name=name: city.state(short, name) == "running", what=name)
        wait_until(lambda name=name: still(city, name, short), what="a pause")
    yield city.whole_id(short)
    city.start_all(HRSS)
    city.done(short, *ALL)
    assert set(city.aligned(short, BANK)) == common(*DATA)


def approval(city: City, job: str) -> bytes:
    """HRSS's own word, as its node would send it."""
    asked = (
        "select w.statement from federation_jobword w join federation_jobrecord r on r.id = w.job_id "
        "where w.kind = 'job-approval' and w.party = ? and r.job_id like ?"
    )
    ((found,),) = city.rows(HRSS, asked, PARTY[HRSS], f"{job}%")
    return str(found).encode()


def still(city: City, name: str, job: str) -> bool:
    """Whether nothing moves there any more: all that can be delivered is, and nothing else came."""
    before = state_of(city, name)
    folder = city.node(name) / "jobs" / city.whole_id(job)
    down = PARTY[HRSS].replace(":", "_")
    waiting = [path for path in folder.rglob("wait~*") if path.parent.name != down]
    asked = (
        "select 1 from federation_delivery d join federation_jobword w on w.id = d.word_id "
        "join federation_jobrecord r on r.id = w.job_id "
        "where d.delivered_at is null and d.peer != ? and r.job_id like ?"
    )
    undelivered = city.rows(name, asked, PARTY[HRSS], f"{job}%")
    time.sleep(0.3)
    return not waiting and not undelivered and state_of(city, name) == before


def finished(city: City, job: str) -> str:
    """Wait until a job of bank and tax office is over, its words are everywhere and its secrets erased."""
    city.done(job, BANK, TAX)
    whole = city.whole_id(job)
    asked = (
        "select count(*) from federation_jobword w join federation_jobrecord r on r.id = w.job_id "
        "where w.kind = 'job-end' and r.job_id = ?"
    )
    for name in (BANK, TAX):
        erased = city.node(name) / "jobs" / whole / "erased"
        wait_until(
            lambda name=name, erased=erased: (
                erased.exists() and city.rows(name, asked, whole) == [(2,)]
            ),
            what=f"the end of {job} at {name}",
        )
        wait_until(lambda name=name: still(city, name, job), what="a pause")
    return whole


def inbox(city: City, name: str, job: str, sender: str) -> dict[str, bytes]:
    """Every message of a party that a node kept."""
    folder = city.node(name) / "jobs" / job / "inbox" / PARTY[sender].replace(":", "_")
    return {
        path.name.split("~")[1].replace("_", "/"): path.read_bytes()
        for path in folder.iterdir()
        if path.name.startswith("kept~")
    }


def large(job: str, number: int, **changed: object) -> Part:
    """Part of a message of three parts; the helper expects such tags from the bank."""
    content = bytes(PART_BYTES)
    total = 3 * PART_BYTES
    total = total - total % 16 + 1
    return part_of(
        job, "alignment/tags", content, number=number, total=total, whole=bytes(32), **changed
    )


class TestParts:
    def test_a_replayed_message_is_known_and_changes_nothing(self, city: City, job: str) -> None:
        kept = inbox(city, TAX, job, BANK)
        assert set(kept) == {"keys"}
        before = state_of(city, TAX)
        bank = Hostile(city, BANK, TAX)
        for name, content in kept.items():
            for _ in range(3):
                assert bank.part(part_of(job, name, content)) == ""
        assert state_of(city, TAX) == before

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"data": b"other"}, "part_damaged"),
            ({"number": 1}, "part_damaged"),
            ({"total": 4}, "part_damaged"),
            ({"total": 10 * PART_BYTES, "number": 9}, "message_longer_than_declared"),
            ({"whole": bytes(32)}, "message_differs"),
            ({"name": "keys2"}, "message_undeclared"),
            ({"name": "alignment/answer"}, "message_undeclared"),
            ({"job": UNKNOWN}, "job_unknown"),
        ],
        ids=["mutated", "reordered", "truncated", "oversized", "replaced", "name", "role", "job"],
    )
    def test_anything_else_is_refused(
        self, city: City, job: str, changed: dict[str, object], code: str
    ) -> None:
        content = inbox(city, TAX, job, BANK)["keys"]
        before = state_of(city, TAX)
        part = part_of(
            *(job, "keys", content),
            **{k: v for k, v in changed.items() if k not in {"job", "name"}},
        )
        renamed = {k: v for k, v in changed.items() if k in {"job", "name"}}
        if renamed:
            part = part_of(str(renamed.get("job", job)), str(renamed.get("name", "keys")), content)
        assert Hostile(city, BANK, TAX).part(part) == code
        assert state_of(city, TAX) == before

    def test_a_late_part_before_the_first_is_refused(self, city: City, job: str) -> None:
        before = state_of(city, NOTARY)
        bank = Hostile(city, BANK, NOTARY)
        for number in (1, 2):
            assert bank.part(large(job, number)) in {"part_out_of_order", "part_damaged"}
        assert bank.part(large(job, 1)) == "part_out_of_order"
        assert bank.part(large(job, 99)) == "part_damaged"
        assert state_of(city, NOTARY) == before

    def test_of_a_job_of_others_is_refused(self, city: City, job: str) -> None:
        """ECDH of bank and tax office: the helper of other jobs is nobody there."""
        other = city.propose(holders=(TAX,), helper="")
        whole = finished(city, other)
        before = state_of(city, TAX)
        notary = Hostile(city, NOTARY, TAX)
        assert notary.part(part_of(whole, "keys", b"x")) == "peer_not_of_job"
        asked = Where(whole, "keys", bytes(32))
        assert notary.refusal(lambda client: client.where(asked)) == "peer_not_of_job"
        assert state_of(city, TAX) == before

    def test_of_a_job_that_is_over_are_refused_but_for_what_came(
        self, city: City, job: str
    ) -> None:
        over = city.propose(holders=(TAX,), helper="")
        whole = finished(city, over)
        kept = inbox(city, TAX, whole, BANK)
        assert {"keys", "entry", "alignment/points", "alignment/raised"} <= set(kept)
        before = state_of(city, TAX)
        bank = Hostile(city, BANK, TAX)
        for name, content in kept.items():
            assert bank.part(part_of(whole, name, content)) == ""
            assert bank.part(part_of(whole, name, content + b"x")) == "message_differs"
        assert bank.part(part_of(whole, "keys2", b"x")) == "message_undeclared"
        assert state_of(city, TAX) == before


class TestWords:
    def test_of_another_party_are_refused(self, city: City, job: str) -> None:
        before = state_of(city, TAX)
        assert Hostile(city, BANK, TAX).word(approval(city, job)) == "job_word_unproven"
        assert state_of(city, TAX) == before

    def test_replayed_ones_change_nothing(self, city: City, job: str) -> None:
        before = state_of(city, TAX)
        for _ in range(3):
            assert Hostile(city, HRSS, TAX).word(approval(city, job)) == ""
        assert state_of(city, TAX) == before

    def test_mutated_ones_are_refused(self, city: City, job: str) -> None:
        """Any single changed byte of a signed word: refused, or still the very same statement."""
        chance = random.Random(SEED)  # noqa: S311 - places to change
        word = approval(city, job)
        before, hrss, codes = state_of(city, TAX), Hostile(city, HRSS, TAX), set()
        for _ in range(MUTATIONS):
            at = chance.randrange(len(word))
            changed = word[:at] + bytes([word[at] ^ (1 << chance.randrange(8))]) + word[at + 1 :]
            codes.add(hrss.word(changed))
        codes |= {hrss.word(word[:at]) for at in range(0, len(word), 40)}
        assert codes <= {
            "statement_invalid",
            "job_word_invalid",
            "job_word_unproven",
            "job_word_early",
            "message_invalid",
        }
        assert "job_word_unproven" in codes
        assert state_of(city, TAX) == before


class TestRequests:
    @pytest.mark.parametrize(
        ("body", "path", "kind", "code"),
        [
            (b"", "/shuxin/1", "application/msgpack", "message_invalid"),
            (b"\x81\xa2is\xa4nope", "/shuxin/1", "application/msgpack", "message_invalid"),
            (b"\xdf\xff\xff\xff\xff", "/shuxin/1", "application/msgpack", "message_invalid"),
            (bytes(LONGEST_MESSAGE + 1), "/shuxin/1", "application/msgpack", "message_too_long"),
            (b"{}", "/shuxin/1", "application/json", "wire_request_unknown"),
            (b"", "/shuxin/2", "application/msgpack", "protocol_unknown"),
            (b"", "/", "application/msgpack", "wire_request_unknown"),
        ],
        ids=["empty", "unknown", "lengths", "oversized", "json", "version", "path"],
    )
    def test_that_are_no_messages_are_refused(
        self, city: City, job: str, body: bytes, path: str, kind: str, code: str
    ) -> None:
        before = state_of(city, TAX)
        assert Hostile(city, BANK, TAX).raw(body, path=path, kind=kind) == code
        assert state_of(city, TAX) == before

    def test_mutated_at_random_change_nothing(self, city: City, job: str) -> None:
        """Bytes flipped, cut, doubled and swapped in encoded messages of the job."""
        chance = random.Random(SEED + 1)  # noqa: S311 - places to change
        content = inbox(city, TAX, job, BANK)["keys"]
        known = [encode(part_of(job, "keys", content)), encode(Word(approval(city, job)))]
        before, bank = state_of(city, TAX), Hostile(city, BANK, TAX)
        codes = [bank.raw(mutated(chance, chance.choice(known))) for _ in range(MUTATIONS)]
        assert state_of(city, TAX) == before
        assert (
            codes.count("") < MUTATIONS // 10
        )  # flips in a field that says the same, such as a lower version
        assert {"message_invalid", "part_damaged"} <= set(codes)

    def test_of_no_common_version_are_refused(self, city: City, job: str) -> None:
        before = state_of(city, TAX)
        bank = Hostile(city, BANK, TAX)
        asked = hello(BANK, protocols=(99,))
        assert bank.refusal(lambda client: client.hello(asked)) == "node_versions_differ"
        assert bank.refusal(lambda client: client.hello(hello(HRSS))) == "hello_foreign"
        assert bank.refusal(lambda client: client.hello(hello(BANK))) == ""
        assert state_of(city, TAX) == before


def mutated(chance: random.Random, data: bytes) -> bytes:
    at, other = chance.randrange(len(data)), chance.randrange(len(data))
    match chance.randrange(4):
        case 0:
            return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        case 1:
            return data[:at]
        case 2:
            return data[:at] + data[min(at, other) : max(at, other)] + data[at:]
        case _:
            return data[:at] + data[at + 1 :]


class TestCertificates:
    def test_that_nobody_pinned_get_no_connection(
        self, city: City, job: str, tmp_path: Path
    ) -> None:
        files = TlsFiles(key=tmp_path / "tls.key", certificate=tmp_path / "tls.crt")
        now = dt.datetime.now(dt.UTC)
        files.keep(make_certificate(party=PARTY[BANK], name="农商银行", host="127.0.0.1", now=now))
        before = state_of(city, TAX)
        stranger = Hostile(city, BANK, TAX, files=files)
        assert stranger.refusal(lambda client: client.hello(hello(BANK))) == "peer_not_trusted"
        assert state_of(city, TAX) == before

    def test_of_a_node_that_shows_another_than_its_card_are_noticed(
        self, city: City, job: str
    ) -> None:
        """The bank means the tax office and reaches HRSS's helper instead."""
        wrong = Hostile(city, BANK, TAX)
        moved = Hostile(city, BANK, NOTARY)
        asked = hello(BANK)
        found = wrong.refusal(lambda client: client.hello(asked), address=moved.address)
        assert found == "peer_not_trusted"
