"""The browser and Python walk the chain of an evidence file alike, link by link, whole or tampered with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.evidence.tampering import (
    FORGERIES,
    GOLDEN,
    NOW,
    byte_changes,
    changed,
    golden,
    trust_file,
)
from tests.lending.test_evidence import FORGERIES as STRATEGY_FORGERIES
from tests.lending.test_evidence import changed as strategy_changed
from tests.lending.test_evidence import changed_bytes as strategy_bytes
from tests.lending.test_evidence import made

from shuxin.federation.api import verify_evidence
from shuxin.lending import evidence as strategy_walk
from shuxin.lending.api import verify_strategy_evidence
from shuxin.verification.api import read_trust

if TYPE_CHECKING:
    from playwright.sync_api import Page

STRATEGIES = GOLDEN.parent / "2"
FILES = sorted(one.stem for one in GOLDEN.glob("*.json") if one.stem != "trust")
_SCRIPT = """async ([trust, cases, now]) => {
    const { verifyEvidence } = await import('/static/verify/evidence.js');
    const { trustFromFile } = await import('/static/verify/trust.js');
    const { fromBase64 } = await import('/static/verify/bytes.js');
    const known = await trustFromFile(new Blob([trust]));
    const found = [];
    for (const data of cases) {
        const links = await verifyEvidence(fromBase64(data), { trust: known, now: new Date(now) });
        found.push(links.map(({ name, state, party, code }) => [name, state, party, code]));
    }
    return found;
}"""


def here(data: bytes, trust: bytes) -> list[list[str]]:
    look = verify_strategy_evidence if b'"kind":"strategy-evidence"' in data else verify_evidence
    found = look(data, trust=read_trust(trust), now=NOW)
    return [[one.name.value, one.state.value, one.party, one.code] for one in found.links]


def judged(links: list[list[str]]) -> list[list[str]]:
    """Up to the first broken link, by its name; of values that nothing vouches for each may say something else."""
    broken = [nth for nth, link in enumerate(links) if link[1] == "broken"]
    return [*links[: broken[0]], links[broken[0]][:3]] if broken else links


def walked(page: Page, cases: list[bytes], trust: bytes) -> list[list[list[str]]]:
    """What both sides find, after they have found the same."""
    import base64

    given = [base64.b64encode(one).decode() for one in cases]
    there = page.evaluate(_SCRIPT, [trust.decode(), given, int(NOW.timestamp() * 1000)])
    for data, theirs in zip(cases, there, strict=True):
        assert judged(theirs) == judged(here(data, trust)), data
    return there  # type: ignore[no-any-return]


def test_golden_files_alike(modules: Page) -> None:
    found = walked(modules, [golden(name) for name in FILES], trust_file())
    assert not [link for links in found for link in links if link[1] == "broken"]


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_forgeries_alike(modules: Page, step: int) -> None:
    some = FORGERIES[::step]
    cases = [changed(name, change, resigned=again) for name, change, _, again in some]
    found = walked(modules, cases, trust_file())
    broken = [next(link[0] for link in links if link[1] == "broken") for links in found]
    assert broken == [link for _, _, link, _ in some]


@pytest.mark.parametrize("count", [2, pytest.param(200, marks=pytest.mark.soak)])
def test_changed_bytes_alike(modules: Page, count: int) -> None:
    cases = [one for name in FILES for one in byte_changes(name, count, seed=7)]
    for links in walked(modules, cases, trust_file()):
        assert [link for link in links if link[1] == "broken"]


def test_other_lists_of_trust_alike(modules: Page) -> None:
    whole = json.loads(trust_file())
    name = "by-holder-all-answered"
    for drop in (_logs, _attesters, _pins, _threshold):
        value: dict[str, Any] = json.loads(json.dumps(whole))
        drop(value)
        (links,) = walked(modules, [golden(name)], json.dumps(value).encode())
        assert [link for link in links if link[1] == "broken"], drop


def _logs(value: dict[str, Any]) -> None:
    value["log"]["logs"] = value["log"]["logs"][:1]


def _attesters(value: dict[str, Any]) -> None:
    value["parties"]["anchors"]["attesters"] = []


def _pins(value: dict[str, Any]) -> None:
    value["parties"]["anchors"]["pinned"] = value["parties"]["anchors"]["pinned"][:2]


def _threshold(value: dict[str, Any]) -> None:
    from shuxin.kernel.signing import Ed25519Key
    from shuxin.ledger.api import witness_key

    key = witness_key("other.example/witness", Ed25519Key(b"w" * 32).public).text
    value["log"] |= {"witnesses": [key], "threshold": 1}


class TestStrategies:
    """Decisions by a strategy: the browser walks the same chain and does not compute the decision anew."""

    @pytest.fixture(autouse=True)
    def computes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(strategy_walk, "_computed", lambda *_: "not_replayed")

    def test_golden_files_alike(self, modules: Page) -> None:
        files = sorted(STRATEGIES.glob("strategy-*.json"))
        trust = (STRATEGIES / "trust.json").read_bytes()
        found = walked(modules, [file.read_bytes() for file in files], trust)
        assert [links[-1][3] for links in found] == ["not_replayed"] * 3

    def test_forgeries_and_changed_bytes_alike(self, modules: Page) -> None:
        for name in {one for one, _, _ in STRATEGY_FORGERIES}:
            given = STRATEGY_FORGERIES
            cases = [strategy_changed(one, change) for one, change, _ in given if one == name]
            walked(modules, [*cases, *strategy_bytes(name, 5)], made(name)[1])
