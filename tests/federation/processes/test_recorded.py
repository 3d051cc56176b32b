"""What every party received, to the last byte, as nodes with ``record = true`` keep it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.federation.alignment.test_wire import looks_uniform
from tests.federation.processes.nodes import (
    ALL,
    BANK,
    DATA,
    NOTARY,
    PARTY,
    TAX,
    City,
    cells_of,
    code_of,
    rows_of,
)
from tests.federation.product.uniformity import oddities

from shuxin.federation.alignment.codes import pack
from shuxin.federation.product.ring import Ring

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.soak

Received = dict[tuple[str, str, str], bytes]
LEFT, ROWS = 20, 20_000


@pytest.fixture(scope="module")
def jobs(city: City) -> Mapping[str, str]:
    found = {
        "tags": city.propose(),
        "ecdh": city.propose(holders=(TAX,), helper=""),
        "rehearsal": city.rehearse(rows=ROWS, left=LEFT, right=2),
    }
    parties = {"tags": ALL, "ecdh": (BANK, TAX), "rehearsal": (BANK, TAX, NOTARY)}
    for name, job in found.items():
        city.done(job, *parties[name])
    return found


def received(city: City, job: str) -> Received:
    """By (receiver, sender, message)."""
    whole, found = city.whole_id(job), {}
    for name in ALL:
        for path in (city.node(name) / "jobs" / whole / "inbox").glob("*/kept~*"):
            message = path.name.split("~")[1].replace("_", "/")
            found[name, path.parent.name.replace("_", ":"), message] = path.read_bytes()
    return found


def raw_values() -> set[bytes]:
    """Codes as text and packed, cells of the datasets, and usual hashes of a code without a key."""
    found = {cell.encode() for name in DATA for cell in cells_of(name)}
    for number in set().union(*(rows_of(name) for name in DATA)):
        code = code_of(number)
        packed = pack(code.encode()).tobytes()
        found |= {code.encode(), packed, code.lower().encode()}
        for kind in ("sha256", "sm3", "md5", "sha1"):
            for form in (code.encode(), f"uscc:{code}".encode(), packed):
                found.add(hashlib.new(kind, form).digest()[:8])
                found.add(hashlib.new(kind, form).hexdigest()[:16].encode())
    return found


class TestNothingPlain:
    @pytest.mark.parametrize("kind", ["tags", "ecdh", "rehearsal"])
    def test_no_raw_value_of_a_holder_in_any_byte(
        self, city: City, jobs: Mapping[str, str], kind: str
    ) -> None:
        found = received(city, jobs[kind])
        receivers = {"tags": set(ALL), "ecdh": {BANK, TAX}, "rehearsal": {BANK, TAX, NOTARY}}[kind]
        assert {to for to, _, _ in found} == receivers
        everything = b"|".join(found.values())
        assert len(everything) > 10_000
        assert not [value for value in raw_values() if value in everything]

    def test_the_search_finds_what_is_there(self) -> None:
        values = raw_values()
        assert code_of(0).encode() in values
        assert hashlib.sha256(code_of(0).encode()).digest()[:8] in values
        assert len(values) > 9_000


class TestMasked:
    """False alarm of each test at most 1e-6 (stated in ``looks_uniform`` and ``oddities``)."""

    def tags(self, city: City, job: str) -> bytes:
        found = received(city, job)
        return b"".join(found[NOTARY, PARTY[name], "alignment/tags"][1:] for name in DATA)

    def test_tags_look_uniform(self, city: City, jobs: Mapping[str, str]) -> None:
        """Of one party at a time: common firms have equal tags."""
        found = received(city, jobs["tags"])
        for name in DATA:
            assert looks_uniform(found[NOTARY, PARTY[name], "alignment/tags"][1:], 16)

    def test_a_twin_without_a_key_does_not(self) -> None:
        for name in DATA:
            codes = "".join(sorted(map(code_of, rows_of(name))))
            assert not looks_uniform(pack(codes.encode()).tobytes(), 16)

    def test_points_look_uniform(self, city: City, jobs: Mapping[str, str]) -> None:
        """But for the first and last byte of an encoding: both have a bit that is always 0 (RFC 9496 section 4.3.2)."""
        found = received(city, jobs["ecdh"])
        for to, other in ((BANK, TAX), (TAX, BANK)):
            points = found[to, PARTY[other], "alignment/points"][1:]
            inner = np.frombuffer(points, np.uint8).reshape(-1, 32)[:, 1:31]
            assert looks_uniform(inner.tobytes(), 30)

    def test_a_masked_matrix_looks_uniform(self, city: City, jobs: Mapping[str, str]) -> None:
        found = received(city, jobs["rehearsal"])
        largest = max((content for (to, _, _), content in found.items() if to == BANK), key=len)
        words = np.frombuffer(largest[len(largest) - 4 * LEFT * ROWS :], "<u4")
        assert oddities(words, Ring(32)) == []
        plain = np.arange(len(words), dtype=np.uint32) % 51
        assert oddities(plain, Ring(32)) != []
