"""Several proofs at once, as an answer about many subjects carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.ledger.samples import log_of

from shuxin.ledger.api import EntryMissing, LogTrust, verify_proof

if TYPE_CHECKING:
    from pathlib import Path


def test_stand_under_one_checkpoint_that_is_not_kept(tmp_path: Path) -> None:
    log = log_of(tmp_path / "log", 300)
    before = (tmp_path / "log" / "checkpoint").exists()
    proofs = log.proofs([7, 299, 0])
    assert len({one.note for one in proofs}) == 1
    assert [one.index for one in proofs] == [7, 299, 0]
    assert all(verify_proof(one, trust=LogTrust((log.key,))).holds for one in proofs)
    assert (tmp_path / "log" / "checkpoint").exists() == before
    for beyond in (300, -1):
        with pytest.raises(EntryMissing):
            log.proofs([0, beyond])
