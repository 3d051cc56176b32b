from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.samples import NOW, entries, log_of

from shuxin.ledger.api import FileAnchor, FiscoBcosAnchor
from shuxin.ledger.fisco import AnchorUnavailable

EXCHANGE = Path(__file__).parent / "exchanges" / "fisco_bcos_3.json"
CONTRACT = "0x41a1281dba209614f2ada8ecc75fd957ad179d7b"


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    log = log_of(tmp_path_factory.mktemp("anchor") / "log", 3)
    first = log.checkpoint()
    log.append_all(entries(3, 5), now=NOW)
    return first, log.checkpoint()


class Exchange:
    """Answers as the file says; a request that it does not have fails the test."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = json.loads(EXCHANGE.read_text())["steps"]

    def __call__(self, request: object) -> dict[str, Any]:
        for step in self.steps:
            if step["request"] == request:
                answer: dict[str, Any] = step["answer"]
                return answer
        raise AssertionError(request)


def anchor_over(call: Any) -> FiscoBcosAnchor:
    def signed(contract: str, content: bytes) -> str:
        return f"0xsigned-{contract}-{content.hex()}"

    return FiscoBcosAnchor(call=call, signed=signed, contract=CONTRACT)


class TestFileAnchor:
    def test_holds_what_it_was_given_and_nothing_else(
        self, tmp_path: Path, checkpoints: tuple[str, str]
    ) -> None:
        anchor = FileAnchor(tmp_path / "elsewhere")
        first, second = (anchor.anchor(note, now=NOW) for note in checkpoints)
        assert anchor.holds(first, checkpoint=checkpoints[0])
        assert anchor.holds(second, checkpoint=checkpoints[1])
        assert not anchor.holds(first, checkpoint=checkpoints[1])
        assert not anchor.holds(replace(second, reference="0"), checkpoint=checkpoints[1])
        assert not anchor.holds(replace(second, reference="-1"), checkpoint=checkpoints[1])
        assert not FileAnchor(tmp_path / "empty").holds(first, checkpoint=checkpoints[0])

    def test_does_not_hold_what_was_changed(
        self, tmp_path: Path, checkpoints: tuple[str, str]
    ) -> None:
        anchor = FileAnchor(tmp_path)
        anchored = anchor.anchor(checkpoints[0], now=NOW)
        content = (tmp_path / "anchors").read_bytes()
        for changed in (content.replace(b'"size":3', b'"size":4'), b"", b"x\n", b"[]\n"):
            (tmp_path / "anchors").write_bytes(changed)
            assert not anchor.holds(anchored, checkpoint=checkpoints[0])


class TestFiscoBcosAnchor:
    """Against an exchange composed from the published documentation of the node's interface, not recorded."""

    def test_holds_what_the_chain_has(self, checkpoints: tuple[str, str]) -> None:
        anchor = anchor_over(Exchange())
        anchored = anchor.anchor(checkpoints[0], now=NOW)
        assert anchor.holds(anchored, checkpoint=checkpoints[0])
        assert not anchor.holds(anchored, checkpoint=checkpoints[1])

    @pytest.mark.parametrize(
        "change",
        [
            {"status": 12},
            {"to": "0x" + "0" * 40},
            {"transactionHash": "0x00"},
            {"input": "0x"},
            {"input": None},
        ],
        ids=["failed", "other contract", "other transaction", "other call", "no call"],
    )
    def test_does_not_hold_on_another_receipt(
        self, checkpoints: tuple[str, str], change: dict[str, object]
    ) -> None:
        exchange = Exchange()
        anchor = anchor_over(exchange)
        anchored = anchor.anchor(checkpoints[0], now=NOW)
        exchange.steps[1]["answer"]["result"] |= change
        assert not anchor.holds(anchored, checkpoint=checkpoints[0])

    @pytest.mark.parametrize(
        "answer",
        [
            {},
            {"result": None},
            {"result": {"status": 1, "transactionHash": "0x1"}},
            {"result": {"status": 0}},
            {"error": {"code": -32602, "message": "x"}, "result": {"status": 0}},
        ],
        ids=range(5),
    )
    def test_says_when_the_chain_did_not_take_it(
        self, checkpoints: tuple[str, str], answer: dict[str, object]
    ) -> None:
        with pytest.raises(AnchorUnavailable):
            anchor_over(lambda _: answer).anchor(checkpoints[0], now=NOW)

    def test_calls_as_the_contract_interface_wants(self) -> None:
        """The input of set("test") as the published example of getTransactionReceipt shows it."""
        published = (
            "4ed3885e"
            "0000000000000000000000000000000000000000000000000000000000000020"
            "0000000000000000000000000000000000000000000000000000000000000004"
            "7465737400000000000000000000000000000000000000000000000000000000"
        )
        assert anchor_over(None)._call_of("test").hex() == published
