"""A verifier of evidence: nothing in the file can be changed without a link that breaks, and it is named."""

from __future__ import annotations

import datetime as dt
import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.evidence.tampering import (
    ALL,
    BATCH,
    DOWN,
    FORGERIES,
    GOLDEN,
    NOW,
    SUM,
    WITHDRAWN,
    answered_is_said_to_be_down,
    byte_changes,
    changed,
    golden,
    trust_file,
)
from tests.portal.test_verify_bare import verify

from shuxin.federation.evidence.findings import CODES, HOLDS, NAMES, LinkName, LinkState
from shuxin.federation.evidence.verifying import verify_evidence
from shuxin.verification.api import Trust, read_trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.federation.evidence.findings import Findings

FILES = sorted(one.stem for one in GOLDEN.glob("*.json") if one.stem != "trust")
SOURCE = Path(__file__).parents[3] / "src/shuxin/federation/evidence"


@cache
def trust() -> Trust:
    return read_trust(trust_file())


def walked(data: bytes, *, now: dt.datetime = NOW) -> Findings:
    return verify_evidence(data, trust=trust(), now=now)


def first(data: bytes) -> str:
    found = walked(data).first_broken
    return "" if found is None else found.name.value


class TestBytes:
    @pytest.mark.parametrize("count", [4, pytest.param(200, marks=pytest.mark.soak)])
    @pytest.mark.parametrize("name", FILES)
    def test_none_can_be_changed(self, name: str, count: int) -> None:
        for data in byte_changes(name, count, seed=20261122):
            found = walked(data)
            assert found.first_broken is not None, data
            assert found.first_broken.sentence.en

    def test_of_nothing_at_all_break_the_file(self) -> None:
        for data in (b"", b"{}", b"[]", b"null", golden(ALL)[:-1], golden(ALL) + b"\n", b"\xff"):
            assert first(data) == "file"


class TestForgeries:
    @pytest.mark.parametrize(
        ("name", "change", "link", "resigned"),
        FORGERIES,
        ids=lambda value: getattr(value, "__name__", str(value)),
    )
    def test_name_their_first_broken_link(
        self, name: str, change: Callable[[dict[str, Any]], None], link: str, resigned: bool
    ) -> None:
        assert first(changed(name, lambda _: None, resigned=resigned)) == ""
        assert first(changed(name, change, resigned=resigned)) == link

    def test_that_a_bank_can_make_alone_are_told_not_proven(self) -> None:
        """What the page says it does not prove: a bank may hide an answer and say that the holder was down."""
        found = walked(changed(ALL, answered_is_said_to_be_down, resigned=True))
        assert {(one.name, one.code) for one in found.links if one.state is LinkState.TOLD} == {
            (LinkName.USE, "down"),
            (LinkName.ANSWER, "down"),
        }


class TestTrust:
    def test_is_the_verifiers_own(self) -> None:
        """Without a party's key, without a log's key, without the attester: the link that needs it breaks."""
        whole = json.loads(trust_file())
        for drop, link in (
            (_pin("11349900MB1TAX001Y"), "job"),
            (_log(0), "use"),
            (_attester, "authorisation"),
        ):
            value = json.loads(json.dumps(whole))
            drop(value)
            found = verify_evidence(
                golden(ALL), trust=read_trust(json.dumps(value).encode()), now=NOW
            )
            assert found.first_broken is not None
            assert found.first_broken.name.value == link

    def test_asks_for_its_witnesses(self) -> None:
        value = json.loads(trust_file())
        key = _witness()
        value["log"] |= {"witnesses": [key], "threshold": 1}
        found = verify_evidence(golden(ALL), trust=read_trust(json.dumps(value).encode()), now=NOW)
        assert [one.code for one in found.links if not one.ok][:1] == ["witnesses"]

    def test_takes_nothing_from_the_future(self) -> None:
        found = walked(golden(ALL), now=NOW - dt.timedelta(days=30))
        assert [(one.name, one.code) for one in found.links if not one.ok] == [
            (LinkName.FILE, "future")
        ]

    def test_does_not_run_out_with_the_keys(self) -> None:
        """The holder's log says when it was: years later the keys of then still count for then."""
        assert walked(golden(ALL), now=NOW + dt.timedelta(days=9000)).holds


def _pin(code: str) -> Callable[[dict[str, Any]], None]:
    def drop(value: dict[str, Any]) -> None:
        anchors = value["parties"]["anchors"]
        anchors["pinned"] = [one for one in anchors["pinned"] if one["party"] != f"uscc:{code}"]

    return drop


def _log(nth: int) -> Callable[[dict[str, Any]], None]:
    return lambda value: value["log"]["logs"].pop(nth)


def _attester(value: dict[str, Any]) -> None:
    value["parties"]["anchors"]["attesters"] = []


def _witness() -> str:
    from shuxin.kernel.signing import Ed25519Key
    from shuxin.ledger.api import witness_key

    return witness_key("other.example/witness", Ed25519Key(b"w" * 32).public).text


class TestCommand:
    def test_needs_nothing_but_the_base_install(self, tmp_path: Path) -> None:
        (tmp_path / "trust.json").write_bytes(trust_file())
        broken = tmp_path / "broken.json"
        broken.write_bytes(golden(SUM).replace(b'"place":0', b'"place":1', 1))
        finished = verify(GOLDEN / f"{DOWN}.json", broken, "--trust", tmp_path / "trust.json")
        assert finished.returncode == 1
        assert "OUTSIDE []" in finished.stdout, finished.stdout + finished.stderr
        assert f"{GOLDEN / f'{DOWN}.json'}: holds" in finished.stdout
        assert f"{broken}: DOES NOT HOLD" in finished.stdout
        assert "nothing proves it" in finished.stdout


class TestFile:
    def test_tells_nothing_of_the_others_asked_about(self) -> None:
        """One of 41 in its question: no other credit code stands in it, nor the question's other subjects' leaves."""
        value = json.loads(golden(BATCH))
        own = value["score"]["body"]["subject"]
        neighbours = {code for code in _neighbours() if code != own}
        assert not [code for code in neighbours if code.encode() in golden(BATCH)]

    def test_has_the_reasons_of_a_refusal(self) -> None:
        value = json.loads(golden(WITHDRAWN))
        leaves = [one["receipt"]["leaf"] for one in value["questions"][0]["answers"]]
        assert [leaf["refused"] for leaf in leaves] == [["withdrawn"], ["withdrawn"]]


def _neighbours() -> set[str]:
    from tests.federation.processes.nodes import code_of

    return {code_of(number) for number in range(1_200)}


class TestWords:
    def test_every_link_and_code_has_its_sentence(self) -> None:
        assert set(NAMES) == set(HOLDS) == set(LinkName)
        text = "".join(path.read_text() for path in SOURCE.glob("*.py") if path.stem != "findings")
        script = Path(os.fspath(SOURCE)).parents[1] / "portal/static/verify"
        text += "".join(path.read_text() for path in script.glob("evidence*.js"))
        text += (SOURCE.parents[1] / "lending" / "evidence.py").read_text()
        unsaid = {code for code in CODES if f'"{code}"' not in text}
        assert not unsaid

    def test_stand_in_both_languages(self) -> None:
        for one in (*NAMES.values(), *HOLDS.values(), *CODES.values()):
            assert one.en != one.zh
