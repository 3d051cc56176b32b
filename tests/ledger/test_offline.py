from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.ledger.samples import (
    NOW,
    ORIGIN,
    WITNESS_KEY,
    copy_of,
    entries,
    entry,
    files_of,
    log_of,
    new_log,
)

from shuxin.ledger.api import Witness, verify_log_folder, witness_key
from shuxin.ledger.tail import tail_group, tail_mark

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = log_of(tmp_path / "log", 20)
    log.checkpoint()
    return tmp_path / "log"


def trust_in(folder: Path, *, threshold: int = 0) -> dict[str, Any]:
    logs = [new_log(folder).key.text]
    witnesses = [witness_key("w", WITNESS_KEY.public).text]
    return {"log": {"logs": logs, "witnesses": witnesses, "threshold": threshold}}


class TestFolder:
    def test_holds_when_all_entries_stand_under_its_checkpoint(self, folder: Path) -> None:
        verdict = verify_log_folder(folder, trust=trust_in(folder))
        assert verdict.holds
        assert [check.name for check in verdict.checks][-1] == "covered"

    def test_with_forged_entries_behind_the_checkpoint_does_not_hold(self, folder: Path) -> None:
        """Whoever has the folder can append to it as the log does, without any key."""
        trust = trust_in(folder)
        forged = tail_group([entry(99).data], first=20, origin=ORIGIN)
        with (folder / "tail").open("ab") as tail:
            tail.write(forged)
        assert verify_log_folder(folder, trust=trust).failed == ("covered",)
        with (folder / "tail").open("ab") as tail:
            tail.write(tail_mark(21, origin=ORIGIN))
        verdict = verify_log_folder(folder, trust=trust)
        assert verdict.failed == ("covered",)
        assert "signed checkpoint: 1 entries" in verdict.checks[-1].say("en")

    def test_with_entries_cut_off_does_not_hold_or_says_that_it_cannot_tell(
        self, folder: Path
    ) -> None:
        trust, whole = trust_in(folder), (folder / "tail").read_bytes()
        new_log(folder).append_all(entries(20, 23), now=NOW)
        assert verify_log_folder(folder, trust=trust).failed == ("covered",)
        (folder / "tail").write_bytes(whole)
        verdict = verify_log_folder(folder, trust=trust)
        assert verdict.holds
        assert "later ones" in verdict.checks[-1].say("en")
        (folder / "tail").write_bytes(log_tail(folder.parent / "short", 19))
        assert "damage" in verify_log_folder(folder, trust=trust).failed

    def test_holds_under_a_threshold_with_a_cosigned_checkpoint(
        self, folder: Path, tmp_path: Path
    ) -> None:
        log, trust = new_log(folder), trust_in(folder, threshold=1)
        copy = copy_of(files_of(folder), tmp_path / "copy")
        assert verify_log_folder(copy, trust=trust).failed == ("witnesses",)
        witness = Witness(tmp_path / "witness", name="w", signer=WITNESS_KEY, logs=(log.key,))
        (copy / "checkpoint").write_text(witness.cosign(log.checkpoint(), now=NOW))
        assert verify_log_folder(copy, trust=trust).holds

    def test_without_a_checkpoint_does_not_hold(self, folder: Path) -> None:
        trust = trust_in(folder)
        (folder / "checkpoint").unlink()
        assert verify_log_folder(folder, trust=trust).failed == ("signature",)
        (folder / "checkpoint").mkdir()
        assert verify_log_folder(folder, trust=trust).failed == ("signature",)


def log_tail(folder: Path, size: int) -> bytes:
    log_of(folder, size)
    return (folder / "tail").read_bytes()
