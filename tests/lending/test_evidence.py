from __future__ import annotations

import copy
import json
import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from tests.lending.evidence_world import BANK, KEY, NOW, Piece, file_of, pieces, trust
from tests.portal.test_verify_bare import verify

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.statements import sign_statement
from shuxin.lending.api import verify_strategy_evidence
from shuxin.lending.strategy import replaying
from shuxin.verification.api import read_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shuxin.federation.api import Findings

JOINT, OPEN, CARD = "strategy-approve-joint", "strategy-decline-open-list", "strategy-refer-card"
BYTES, BYTES_IN_SOAK = 15, 300


@cache
def made(name: str) -> tuple[bytes, bytes]:
    """File and list of trust."""
    piece: Piece = pieces()[name]
    with TemporaryDirectory() as folder:
        content, log = file_of(piece, Path(folder))
    return content, trust(log)


def walked(data: bytes, name: str = JOINT) -> Findings:
    return verify_strategy_evidence(data, trust=read_trust(made(name)[1]), now=NOW)


def first(data: bytes, name: str = JOINT) -> str:
    broken = walked(data, name).first_broken
    return f"{broken.name.value} {broken.code}" if broken else ""


def changed(name: str, change: Callable[[dict[str, Any]], None]) -> bytes:
    value = copy.deepcopy(json.loads(made(name)[0]))
    change(value)
    return canonical_json(value)


def resigned(value: dict[str, Any]) -> None:
    """The bank, lying, signs its record of the changed decision anew."""
    decision = value["decision"]
    body = value["record"]["body"] | {
        "decision": content_hash(decision),
        "strategy": content_hash(decision["strategy"]),
    }
    record = sign_statement("strategy-decision-record", body, signer=KEY)
    value["record"] = record.as_json()


def other_verdict(value: dict[str, Any]) -> None:
    value["decision"]["verdict"] = "decline"


def other_verdict_resigned(value: dict[str, Any]) -> None:
    other_verdict(value)
    resigned(value)


def other_fact_resigned(value: dict[str, Any]) -> None:
    value["decision"]["sources"]["own"]["facts"]["own.sales_12m_yuan"] = 1
    resigned(value)


def other_rules_resigned(value: dict[str, Any]) -> None:
    value["decision"]["strategy"]["name"] = "other"
    resigned(value)


def other_points_resigned(value: dict[str, Any]) -> None:
    value["decision"]["sources"]["joint"]["facts"]["joint.points"] += 1
    resigned(value)


def no_score_resigned(value: dict[str, Any]) -> None:
    value["scores"] = []
    resigned(value)


def no_use(value: dict[str, Any]) -> None:
    value["uses"].pop()


def use_twice(value: dict[str, Any]) -> None:
    value["uses"].append(value["uses"][0])


def other_use(value: dict[str, Any]) -> None:
    value["uses"][0]["content"]["subject"] = "91349900MA05543338"


def no_ground(value: dict[str, Any]) -> None:
    value["grounds"] = []


def other_ground(value: dict[str, Any]) -> None:
    value["grounds"][0]["body"]["level_max"] = 2


def score_changed(value: dict[str, Any]) -> None:
    value["scores"][0]["score"]["body"]["points"] += 1


def model_changed(value: dict[str, Any]) -> None:
    (held,) = value["models"].values()
    held["card"]["card"]["card"]["cut_off"] += 1


def no_model(value: dict[str, Any]) -> None:
    value["models"] = {}


def other_firm(value: dict[str, Any]) -> None:
    value["record"]["body"]["firm"] = BANK


FORGERIES: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    (JOINT, other_verdict, "decision hash"),
    (JOINT, other_verdict_resigned, "decision replay"),
    (JOINT, other_fact_resigned, "decision replay"),
    (JOINT, other_rules_resigned, "rules hash"),
    (JOINT, other_points_resigned, "score other"),
    (JOINT, no_score_resigned, "decision uses"),
    (JOINT, score_changed, "score changed"),
    (OPEN, no_use, "decision uses"),
    (JOINT, use_twice, "decision uses"),
    (JOINT, other_use, "use opening"),
    (JOINT, no_ground, "use not_covered"),
    (JOINT, other_ground, "basis changed"),
    (CARD, model_changed, "model hash"),
    (CARD, no_model, "model hash"),
    (OPEN, other_firm, "use other"),
]


def changed_bytes(name: str, count: int) -> Iterator[bytes]:
    """One byte each, anywhere, to another that text may have."""
    whole, rng = made(name)[0], random.Random(f"20261122 {name}")  # noqa: S311 - which byte
    for _ in range(count):
        at = rng.randrange(len(whole))
        new = rng.choice([one for one in b'0123456789abXYZ"{}[],:-_ ' if one != whole[at]])
        yield whole[:at] + bytes([new]) + whole[at + 1 :]


class TestEvidence:
    @pytest.mark.parametrize("name", [JOINT, OPEN, CARD])
    def test_holds_and_is_computed_anew(self, name: str) -> None:
        found = walked(made(name)[0], name)
        assert found.holds, found.first_broken
        assert found.links[-1].code == "replayed"
        assert all(link.sentence.zh for link in found.links)

    @pytest.mark.parametrize(("name", "change", "said"), FORGERIES)
    def test_a_forgery_names_its_first_broken_link(
        self, name: str, change: Callable[[dict[str, Any]], None], said: str
    ) -> None:
        assert first(changed(name, change), name) == said

    @pytest.mark.parametrize("name", [JOINT, OPEN, CARD])
    def test_no_byte_of_it_can_be_changed(self, name: str) -> None:
        assert [one for one in changed_bytes(name, BYTES) if not first(one, name)] == []

    @pytest.mark.soak
    @pytest.mark.parametrize("name", [JOINT, OPEN, CARD])
    def test_none_of_many_bytes_can(self, name: str) -> None:
        assert [one for one in changed_bytes(name, BYTES_IN_SOAK) if not first(one, name)] == []

    def test_what_is_no_such_file_breaks_at_the_file(self) -> None:
        for data in (b"", b"{}", b"null", made(OPEN)[0][:-1], made(OPEN)[0] + b"\n"):
            assert first(data, OPEN) == "file file"

    def test_without_the_log_it_proves_no_use(self) -> None:
        value = json.loads(made(OPEN)[1])
        value["log"]["logs"] = [one for one in value["log"]["logs"] if BANK not in one]
        found = verify_strategy_evidence(
            made(OPEN)[0], trust=read_trust(json.dumps(value).encode()), now=NOW
        )
        assert found.first_broken is not None
        assert (found.first_broken.name.value, found.first_broken.code) == ("use", "log_unknown")

    def test_another_version_of_the_engine_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(replaying, "library_version", lambda: "9.9.9")
        found = walked(made(OPEN)[0], OPEN)
        assert found.holds
        assert found.links[-1].code == "other_version"

    def test_the_base_install_checks_all_but_the_computing(self, tmp_path: Path) -> None:
        (tmp_path / "trust.json").write_bytes(made(CARD)[1])
        (tmp_path / "whole.json").write_bytes(made(CARD)[0])
        (tmp_path / "broken.json").write_bytes(changed(CARD, model_changed))
        finished = verify(
            tmp_path / "whole.json", tmp_path / "broken.json", "--trust", tmp_path / "trust.json"
        )
        assert "OUTSIDE []" in finished.stdout, finished.stdout + finished.stderr
        assert f"{tmp_path / 'whole.json'}: holds" in finished.stdout
        assert "not computed anew here" in finished.stdout
        assert f"{tmp_path / 'broken.json'}: DOES NOT HOLD" in finished.stdout
