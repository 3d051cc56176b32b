"""An anchor in a FISCO BCOS 3 chain (联盟链锚定): the digest as the argument of a contract's ``set(string)``.

Speaks the JSON-RPC of the node through a callable that is passed in: this module opens no connection and holds no
chain key. Composed from the published interface (``sendTransaction``, ``getTransactionReceipt``), not tried
against a node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text
from shuxin.ledger.anchor import Anchored, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

SET_STRING = bytes.fromhex("4ed3885e")
"""The head of Keccak-256 over ``set(string)``; a chain of SM3 has another one."""

_WORD = 32
_PREFIX = "shuxin/"


class AnchorUnavailable(Unavailable):
    code = "anchor_unavailable"
    what = Text(en="the chain did not take the anchor: {reason}", zh="链未接受锚定：{reason}")
    mend = Text(
        en="Look at the chain node; the log itself goes on without an anchor",
        zh="请检查链节点；日志本身不受影响",
    )


class FiscoBcosAnchor:
    """``call`` sends one JSON-RPC request and gives the answer; ``signed`` makes a signed transaction of a call.

    ``signed(contract, input)`` returns the transaction as hexadecimal text, as ``sendTransaction`` takes it.
    """

    def __init__(
        self,
        *,
        call: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        signed: Callable[[str, bytes], str],
        contract: str,
        group: str = "group0",
        node: str = "",
        selector: bytes = SET_STRING,
    ) -> None:
        self._call = call
        self._signed = signed
        self._contract = contract
        self._where = [group, node]
        self._selector = selector

    def anchor(self, checkpoint: str, *, now: datetime) -> Anchored:  # noqa: ARG002 - the block has its own time
        """Raises NoteInvalid, AnchorUnavailable."""
        digest = digest_of(checkpoint)
        transaction = self._signed(self._contract, self._input(digest))
        receipt = self._ask("sendTransaction", transaction)
        if receipt.get("status") != 0 or not isinstance(receipt.get("transactionHash"), str):
            raise AnchorUnavailable(reason="status of the receipt")
        return Anchored(f"fisco-bcos/{self._where[0]}", receipt["transactionHash"], digest)

    def holds(self, anchored: Anchored, *, checkpoint: str) -> bool:
        """Asks the chain for the receipt. Raises NoteInvalid, AnchorUnavailable."""
        digest = digest_of(checkpoint)
        receipt = self._ask("getTransactionReceipt", anchored.reference)
        return (
            anchored.digest == digest
            and receipt.get("status") == 0
            and receipt.get("transactionHash") == anchored.reference
            and str(receipt.get("to")).lower() == self._contract.lower()
            and receipt.get("input") == "0x" + self._input(digest).hex()
        )

    def _input(self, digest: str) -> bytes:
        return self._call_of(_PREFIX + digest)

    def _call_of(self, argument: str) -> bytes:
        """The contract ABI of ``set(argument)``: offset, length, and bytes padded to words."""
        text = argument.encode()
        numbers = _WORD.to_bytes(_WORD, "big") + len(text).to_bytes(_WORD, "big")
        return self._selector + numbers + text + bytes(-len(text) % _WORD)

    def _ask(self, method: str, subject: str) -> Mapping[str, Any]:
        request = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": method,
            "params": [*self._where, subject, False],
        }
        answer = self._call(request)
        result = answer.get("result")
        if answer.get("error") is not None or not isinstance(result, dict):
            raise AnchorUnavailable(reason=method)
        return result
