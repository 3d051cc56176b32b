"""Files of strangers that once broke a reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.ledger.samples import log_of

from shuxin.ledger.api import LogProof, NoteInvalid, ProofInvalid, parse_checkpoint

if TYPE_CHECKING:
    from pathlib import Path


class TestNote:
    def test_refuses_a_lone_surrogate(self) -> None:
        with pytest.raises(NoteInvalid):
            parse_checkpoint("log\ud800\n0\n\n")


class TestProof:
    @pytest.mark.parametrize("index", [-1, 1 << 53, 0.0, True, None])
    def test_refuses_an_index_that_it_could_not_write(self, tmp_path: Path, index: object) -> None:
        good = log_of(tmp_path, 1).proof(0).dump()
        assert LogProof.parse(good).dump() == good
        with pytest.raises(ProofInvalid):
            LogProof.parse(json.dumps(json.loads(good) | {"index": index}).encode())
