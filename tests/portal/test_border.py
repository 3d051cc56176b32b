"""The border by command: one side's bank issues, the person carries, the other side's bank verifies alone.

Two banks with their own homes, databases, keys and logs, and a person with a wallet. Side A's home is gone when
side B verifies. Every act is a command in a process of its own, except that B's verdicts on bad copies are
asked for in one process, by the same ``main``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak
BANK_A, BANK_B = "91320594088140947F", "91350211M000100Y46"
RUN = (
    "import sys\n"
    "from shuxin.portal import cli\n"
    "from shuxin.portal.commandline import ledger, parties, verification\n"
    "for room in (ledger, parties, verification):\n"
    "    cli.COMMANDS.update(room.COMMANDS)\n"
)
MANY = (
    RUN + "import json, io, contextlib\n"
    "for arguments in json.load(sys.stdin):\n"
    "    said = io.StringIO()\n"
    "    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):\n"
    "        status = cli.main(arguments)\n"
    "    print(json.dumps([status, said.getvalue()]))\n"
)


@dataclass(frozen=True)
class Place:
    """One party's machine: its own folder and home; nothing is shared but the files that are handed over."""

    folder: Path

    def environment(self) -> dict[str, str]:
        kept = {"PATH", "HOME", "PYTHONPATH", "LANG", "TMPDIR", "SHUXIN_DATABASE_URL"}
        own = {name: value for name, value in os.environ.items() if name in kept}
        own.pop("SHUXIN_DATABASE_URL", None)
        return own | {
            "SHUXIN_HOME": str(self.folder / "home"),
            "SHUXIN_WALLET": str(self.folder / "wallet"),
            "SHUXIN_LANG": "en",
        }

    def many(self, *commands: list[str]) -> list[tuple[int, str]]:
        """The commands one after another, in one process of this party."""
        done = subprocess.run(
            [sys.executable, "-c", MANY],
            input=json.dumps(commands),
            capture_output=True,
            text=True,
            env=self.environment(),
            cwd=self.folder,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return [(status, said) for status, said in found]

    def all_good(self, *commands: list[str]) -> list[str]:
        found = self.many(*commands)
        for status, said in found:
            assert status == 0, said
        return [said for _, said in found]


@dataclass(frozen=True)
class Border:
    """Everything after the issue: what the person holds, and what side B has of side A."""

    a: Place
    b: Place
    person: Place
    package: Path
    revoked: Path
    superseded: Path
    short: Path

    def verdict(self, *arguments: str) -> tuple[int, dict[str, object]]:
        (found,) = self.b.many(self.command(*arguments))
        return found[0], json.loads(found[1])

    def command(self, *arguments: str) -> list[str]:
        status = [f"--status={path}" for path in sorted(self.b.folder.glob("*.status.json"))]
        fixed = ["--trust", "trust.json", "--json", *status]
        return ["document", "verify", *fixed, *arguments]


def package_in(folder: Path) -> Path:
    (found,) = folder.glob("*.zip")
    return found


def public_key_of(place: Place) -> tuple[str, str]:
    """Key id and public key, from the request that 'shuxin key new' wrote."""
    claim = json.loads((place.folder / "claim").read_text(encoding="utf-8"))
    return claim["key_id"], claim["body"]["public_key"]


@pytest.fixture(scope="module")
def border(tmp_path_factory: pytest.TempPathFactory) -> Border:
    a, b, person = (Place(tmp_path_factory.mktemp(name)) for name in ("a", "b", "person"))
    who = "person:" + "ab" * 16
    with ThreadPoolExecutor(2) as both:
        first = both.submit(
            a.all_good,
            ["init", BANK_A, "银行甲", "--kind", "bank"],
            ["document", "card", "--out", "card-a.json"],
        )
        second = both.submit(
            b.all_good,
            ["init", BANK_B, "银行乙", "--kind", "bank"],
            ["document", "card", "--out", "card-b.json"],
        )
        first.result(), second.result()
    person.all_good(
        ["key", "new", "--party", who, "--kind", "person", "--label", "phone", "--out", "claim"]
    )
    shutil.copy(a.folder / "card-a.json", b.folder)
    shutil.copy(b.folder / "card-b.json", a.folder)
    trust = ["document", "trust", "card-a.json", "card-b.json", "--out", "trust.json"]
    strict = [*trust[:-1], "strict.json", "--threshold", "1"]
    (a.folder / "proof.pdf").write_bytes(b"%PDF-1.7 balance 1250000.00 " + bytes(5000))
    _, public = public_key_of(person)
    issue = ["issue", "proof.pdf", "--template", "personal_asset_proof", "--holder-key", public]
    a.all_good(
        trust,
        [*issue, "--to", "good", "--codes"],
        [*issue, "--to", "revoked"],
        [*issue, "--to", "superseded"],
        [*issue, "--to", "short", "--days", "1"],
    )
    ids = {name: package_in(a.folder / name).stem for name in ("revoked", "superseded", "good")}
    head = a.all_good(
        ["document", "revoke", ids["revoked"], "--reason", "fraud"],
        [*issue, "--to", "newer", "--supersedes", ids["superseded"]],
        ["document", "publish", "--to", "out"],
        ["log", "head"],
    )[-1]
    (b.folder / "a.note").write_text(head, encoding="utf-8")
    b.all_good(
        trust, strict, ["log", "witness", "a.note", "--trust", "trust.json", "--out", "cosigned"]
    )
    shutil.copy(b.folder / "cosigned", a.folder / "cosigned")
    good = package_in(a.folder / "good")
    a.all_good(
        ["document", "witnessed", str(good), "--checkpoint", "cosigned", "--out", "asset.zip"]
    )
    for path in (a.folder / "out").iterdir():
        shutil.copy(path, b.folder)
    carried = {"package": Path("asset.zip")}
    shutil.copy(a.folder / "asset.zip", person.folder)
    shutil.copy(a.folder / "good" / f"{good.stem}.codes.txt", person.folder / "codes.txt")
    for name in ("revoked", "superseded", "short"):
        carried[name] = person.folder / f"{name}.zip"
        shutil.copy(package_in(a.folder / name), carried[name])
    shutil.rmtree(a.folder)  # side A is off the net for ever
    carried["package"] = person.folder / "asset.zip"
    return Border(a, b, person, **carried)


def reasons(found: dict[str, object]) -> list[str]:
    checks = found["checks"]
    assert isinstance(checks, list)
    return [check["reason"] for check in checks if not check["passed"]]


class TestTheBorder:
    def test_the_carried_document_is_accepted_with_side_a_gone(self, border: Border) -> None:
        assert not border.a.folder.exists()
        strict = ["--trust", "strict.json"]
        good, witnessed, unwitnessed = border.b.many(
            border.command(str(border.package)),
            [*border.command(str(border.package)), *strict],
            [*border.command(str(border.short)), *strict],
        )
        assert (good[0], reasons(json.loads(good[1]))) == (0, [])
        assert (witnessed[0], reasons(json.loads(witnessed[1]))) == (0, [])
        assert reasons(json.loads(unwitnessed[1])) == ["NOT_WITNESSED"]

    def test_bad_copies_are_refused_each_with_its_own_reason(
        self, border: Border, tmp_path: Path
    ) -> None:
        tampered, changed = tmp_path / "tampered.zip", tmp_path / "changed.zip"
        data = border.package.read_bytes()
        tampered.write_bytes(data.replace(b"1250000", b"9250000"))
        changed.write_bytes(data.replace(b"hmac-sha256", b"hmac-sha257"))
        with zipfile.ZipFile(border.package) as read:
            receipt = json.loads(read.read("receipt.json"))
            name = next(one for one in read.namelist() if one.startswith("content/"))
            (tmp_path / "proof.pdf").write_bytes(read.read(name))
        receipt["statement"]["body"]["expires_at"] = "2099-01-01T00:00:00+08:00"
        (tmp_path / "longer.json").write_text(json.dumps(receipt), encoding="utf-8")
        pdf = str(tmp_path / "proof.pdf")
        codes = str(border.person.folder / "codes.txt")
        expected = [
            (border.command(str(tampered)), ["TAMPERED"]),
            (
                border.command(pdf, "--receipt", str(tmp_path / "longer.json")),
                ["RECEIPT_CHANGED", "NOT_LOGGED"],
            ),
            (border.command(str(border.revoked)), ["REVOKED"]),
            (border.command(str(border.superseded)), ["SUPERSEDED"]),
            (
                ["document", "verify", "--trust", "trust.json", "--json", str(border.package)],
                ["STATUS_MISSING"],
            ),
            (border.command(pdf, "--codes", codes), []),
        ]
        found = border.b.many(*(command for command, _ in expected))
        for (_, wanted), (status, said) in zip(expected, found, strict=True):
            assert reasons(json.loads(said)) == wanted
            assert status == (1 if wanted else 0)
        ((status, said),) = border.b.many(border.command(str(changed)))
        assert status == 1
        assert "receipt_invalid" in said

    def test_an_expired_document_and_a_stale_list_are_named(self, border: Border) -> None:
        """The clock of the machine is the only thing that is not a file: verify in this process with a later one."""
        import datetime as dt

        from shuxin.infra.api import now_in_china
        from shuxin.verification import api

        lists = [p.read_bytes() for p in border.b.folder.glob("*.status.json")]
        trust = api.read_trust((border.b.folder / "trust.json").read_bytes())
        with border.short.open("rb") as file:
            package = api.read_package(file)
            receipt = api.parse_receipt(package.receipt)
            verdict = api.verify_document(
                api.content_of(file, package),
                receipt=receipt,
                trust=trust,
                evidence=api.Evidence(status=api.parse_status_list(lists[0])),
                now=now_in_china() + dt.timedelta(days=2),
            )
        assert verdict.reasons == (api.Reason.EXPIRED, api.Reason.STATUS_STALE)

    def test_a_presentation_serves_once_and_one_recipient_only(self, border: Border) -> None:
        key, _ = public_key_of(border.person)
        nonces = [
            said.strip() for said in border.b.all_good(["document", "ask"], ["document", "ask"])
        ]
        present = ["present", str(border.package), "--key", key]
        to_b, to_a = f"uscc:{BANK_B}", f"uscc:{BANK_A}"
        border.person.all_good(
            [*present, "--audience", to_b, "--nonce", nonces[0], "--out", "to-b.zip"],
            [*present, "--audience", to_a, "--nonce", nonces[1], "--out", "to-a.zip"],
            [*present, "--audience", to_b, "--nonce", "n" * 20, "--out", "own.zip"],
        )
        held = border.person.folder
        verify = [*border.command("--presented")]
        found = border.b.many(
            [*verify, str(held / "to-b.zip")],
            [*verify, str(held / "to-b.zip")],
            [*verify, str(held / "to-a.zip")],
            [*verify, str(held / "own.zip")],
            [*verify, str(border.package)],
            ["log", "list"],
        )
        verdicts = [reasons(json.loads(said)) for _, said in found[:5]]
        assert verdicts == [
            [],
            ["REPLAYED"],
            ["WRONG_AUDIENCE"],
            ["REPLAYED"],
            ["NOT_PRESENTED"],
        ]
        assert [status for status, _ in found[:5]] == [0, 1, 1, 1, 1]
        assert found[5][1].count("document-verified") == 5

    def test_verifying_needs_no_framework_and_no_home(self, border: Border) -> None:
        """In a process where importing Django or anything else of the node fails."""
        code = (
            "import sys\n"
            "class Refuse:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        top = name.split('.')[0]\n"
            "        if top in {'django', 'ninja', 'pydantic', 'rich', 'duckdb', 'ibis', 'numpy',"
            " 'segno', 'pyarrow'}:\n"
            "            raise ImportError(name)\n"
            "sys.meta_path.insert(0, Refuse())\n" + RUN + "sys.exit(cli.main(sys.argv[1:]))\n"
        )
        environment = border.b.environment() | {"SHUXIN_HOME": str(border.b.folder / "nowhere")}
        done = subprocess.run(
            [sys.executable, "-c", code, *border.command(str(border.package))],
            capture_output=True,
            text=True,
            env=environment,
            cwd=border.b.folder,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["accepted"] is True
        assert not (border.b.folder / "nowhere").exists()

    def test_nothing_of_the_content_or_salt_is_left_at_a_verifier(self, border: Border) -> None:
        with zipfile.ZipFile(border.package) as read:
            salt = json.loads(read.read("receipt.json"))["salt"].encode()
        for path in (border.b.folder / "home").rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert salt not in data
                assert b"1250000" not in data
