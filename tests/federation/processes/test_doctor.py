"""``shuxin node doctor`` names what stands in the way and what to do, with exit status 1.

Wrong clocks: tests/federation/node/test_doctor.py, as no process here can have a clock of its own.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.federation.processes.nodes import ALL, HRSS, NAMES, PARTY, TAX, City

from shuxin.federation.wire.tls import TlsFiles, make_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.soak


@pytest.fixture
def tax(city: City) -> Iterator[City]:
    """With its files as they were afterwards."""
    folder = city.node(TAX)
    files = ("policy.toml", "node.toml", "tls.key", "tls.crt")
    before = {name: (folder / name).read_bytes() for name in files}
    yield city
    for name, content in before.items():
        (folder / name).write_bytes(content)


class TestDoctor:
    def test_finds_nothing_where_all_is_well(self, tax: City) -> None:
        said = tax.do(TAX, "node", "doctor")
        assert "nothing stands in the way" in said
        for name in ALL:
            if name != TAX:
                assert f"{NAMES[name]} answers: protocol 1" in said

    def test_names_a_peer_that_does_not_run(self, tax: City) -> None:
        tax.stop(HRSS)
        said = tax.say(TAX, "node", "doctor")
        tax.start_all(HRSS)
        assert said.status == 1
        assert f"the node of {PARTY[HRSS]} cannot be reached" in said
        assert "it refuses connections: the node there is not running" in said
        assert "Ask its people whether it runs" in said

    def test_names_a_policy_that_cannot_be_read(self, tax: City) -> None:
        (tax.node(TAX) / "policy.toml").write_text("version = 2\n")
        said = tax.say(TAX, "node", "doctor")
        assert said.status == 1
        assert "policy.toml: version:" in said
        assert "until then every job is refused" in said

    def test_names_a_certificate_that_has_run_out(self, tax: City) -> None:
        folder = tax.node(TAX)
        then = dt.datetime.now(dt.UTC) - dt.timedelta(days=800)
        made = make_certificate(party=PARTY[TAX], name=NAMES[TAX], host="127.0.0.1", now=then)
        TlsFiles(key=folder / "tls.key", certificate=folder / "tls.crt").keep(made)
        said = tax.say(TAX, "node", "doctor")
        assert said.status == 1
        assert "the TLS certificate has run out" in said
        assert "shuxin node renew" in said

    def test_names_a_key_that_is_gone(self, tax: City) -> None:
        (tax.node(TAX) / "tls.key").unlink()
        said = tax.say(TAX, "node", "doctor")
        assert said.status == 1
        assert "the TLS key and certificate of this node are missing, unreadable" in said
