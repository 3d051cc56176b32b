"""``shuxin verify`` in a bare install: the standard library, cryptography and rfc8785, nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.ledger.samples import copy_of, files_of, log_of

from shuxin.portal.commands.verify import KINDS

if TYPE_CHECKING:
    from pathlib import Path

BARE = """
import sys
ALLOWED = {"shuxin", "cryptography", "_openssl", "cffi", "_cffi_backend", "rfc8785"}

class Refuse:
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        own = top in sys.stdlib_module_names or top.startswith("_sysconfigdata")
        if top not in ALLOWED and not own:
            raise ImportError("not in a bare install: " + name)

sys.meta_path.insert(0, Refuse())
import argparse
from shuxin.portal.commandline.ledger import COMMANDS
from shuxin.portal.commands import verify
parser = argparse.ArgumentParser()
COMMANDS["verify"].arguments(parser)
status = verify.run(parser.parse_args(), "en")
outside = {name.split(".")[0] for name in sys.modules} - ALLOWED - set(sys.stdlib_module_names)
print("OUTSIDE", sorted(name for name in outside if not name.startswith(("__main__", "_sysconfigdata"))))
sys.exit(status)
"""


def verify(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-c", BARE, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a stranger brings: a proof, a consistency proof, a checkpoint, a whole log, and the trust file."""
    folder = tmp_path_factory.mktemp("brought")
    log = log_of(folder / "log", 300)
    (folder / "head.txt").write_text(log.checkpoint())
    (folder / "proof.json").write_bytes(log.proof(7).dump())
    (folder / "grew.json").write_bytes(log.consistency(5).dump())
    trust = {"logs": [log.key.text], "witnesses": [], "threshold": 0}
    (folder / "trust.json").write_text(json.dumps({"log": trust}))
    return folder


class TestVerify:
    def test_needs_nothing_but_the_base_install(self, brought: Path) -> None:
        files = [brought / name for name in ("proof.json", "grew.json", "head.txt", "log")]
        finished = verify(*files, "--trust", brought / "trust.json")
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert finished.stdout.count(": holds") == 4
        assert "OUTSIDE []" in finished.stdout

    def test_fails_when_one_file_of_several_does(self, brought: Path, tmp_path: Path) -> None:
        proof = tmp_path / "changed.json"
        proof.write_bytes((brought / "proof.json").read_bytes().replace(b'"index":7', b'"index":8'))
        finished = verify(brought / "head.txt", proof, "--trust", brought / "trust.json")
        assert finished.returncode == 1
        assert f"{proof}: DOES NOT HOLD" in finished.stdout
        assert f"{brought / 'head.txt'}: holds" in finished.stdout

    def test_refuses_in_words_what_it_cannot_read(self, brought: Path, tmp_path: Path) -> None:
        wanted = {
            b'{"kind":"pancake"}': "verify_kind_unknown",
            b"{": "statement_invalid",
            b'{"kind":"log-proof"}': "log_proof_invalid",
            b"": "note_invalid",
            b"\xff\xfe": "note_invalid",
        }
        for number, content in enumerate(wanted):
            (tmp_path / str(number)).write_bytes(content)
        files = [tmp_path / str(number) for number in range(len(wanted) + 1)]
        finished = verify(*files, "--trust", brought / "trust.json")
        assert finished.returncode == 1
        said = [line.split(":")[0].strip() for line in finished.stdout.splitlines()[1:-1:2]]
        assert said == [*wanted.values(), "proof_file_unreadable"]

    def test_names_the_damage_of_a_whole_log(self, brought: Path, tmp_path: Path) -> None:
        files = files_of(brought / "log")
        changed = files["tail"].replace(b'"number":280,', b'"number":281,')
        folder = copy_of(files | {"tail": changed}, tmp_path / "log")
        finished = verify(folder, "--trust", brought / "trust.json")
        assert finished.returncode == 1
        assert "FAIL tail byte" in finished.stdout

    def test_every_kind_has_its_function(self) -> None:
        for module, function in KINDS.values():
            __import__(module)
            assert callable(getattr(sys.modules[module], function))
