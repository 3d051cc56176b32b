"""``shuxin verify``: what others bring, checked offline; the base install is enough for it."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import InvalidInput, NotFound, ShuxinError
from shuxin.kernel.statements import parse_json
from shuxin.kernel.text import Text
from shuxin.ledger.api import parse_trust, verify_log_folder, verify_note_file

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from datetime import datetime

    from shuxin.kernel.text import Language
    from shuxin.ledger.api import ProofVerdict

KINDS: dict[str, tuple[str, str]] = {
    "log-proof": ("shuxin.ledger.api", "verify_proof_file"),
    "log-consistency": ("shuxin.ledger.api", "verify_consistency_file"),
    "log-contradiction": ("shuxin.ledger.api", "verify_contradiction_file"),
    "score-evidence": ("shuxin.federation.api", "verify_evidence_file"),
    "decision-evidence": ("shuxin.federation.api", "verify_evidence_file"),
    "strategy-evidence": ("shuxin.lending.api", "verify_strategy_evidence_file"),
}
"""The ``kind`` of a JSON file, and the function that judges it: ``(bytes, *, trust, now) -> ProofVerdict``."""

LONGEST_FILE = 1 << 26
_HOLDS = Text(en="{file}: holds", zh="{file}：成立")
_FAILS = Text(en="{file}: DOES NOT HOLD", zh="{file}：不成立")


class ProofFileUnreadable(NotFound):
    code = "proof_file_unreadable"
    what = Text(en="the file {file} cannot be read", zh="无法读取文件 {file}")
    mend = Text(en="Look at its name and permissions", zh="请检查文件名与权限")


class VerifyKindUnknown(InvalidInput):
    code = "verify_kind_unknown"
    what = Text(en="{file} is of no kind that can be verified here", zh="{file} 的类型无法在此核验")
    mend = Text(
        en="Give evidence, a proof, a checkpoint or the folder of a log; for a receipt or package use"
        " 'shuxin document verify'",
        zh="请提供证据文件、证明、检查点或日志目录；回执和数据包请用 shuxin document verify",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    trust = parse_trust(content_of(options.trust))
    now = now_in_china()
    return max(_judge(file, trust, now, language) for file in options.files)


def content_of(file: str) -> bytes:
    """The bytes of a file. Raises ProofFileUnreadable."""
    try:
        with Path(file).open("rb") as opened:
            return opened.read(LONGEST_FILE + 1)
    except OSError as error:
        raise ProofFileUnreadable(file=file) from error


def _judge(file: str, trust: Mapping[str, Any], now: datetime, language: Language) -> int:
    """Print the verdict on one file; the exit status that it asks for."""
    try:
        verdict = _verdict(file, trust, now)
    except ShuxinError as error:
        print(_FAILS.say(language, file=file))
        print(f"  {error.code}: {error.say(language)}")
        return 1
    print((_HOLDS if verdict.holds else _FAILS).say(language, file=file))
    for check in verdict.checks:
        print(f"  {check.say(language)}")
    return 0 if verdict.holds else 1


def _verdict(file: str, trust: Mapping[str, Any], now: datetime) -> ProofVerdict:
    if Path(file).is_dir():
        return _verdict_on_folder(file, trust)
    data = content_of(file)
    if not data.lstrip().startswith(b"{"):
        return verify_note_file(data, trust=trust, now=now)
    value = parse_json(data, longest=LONGEST_FILE)
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise VerifyKindUnknown(file=file)
    module, function = KINDS[kind]
    judge = getattr(importlib.import_module(module), function)
    verdict: ProofVerdict = judge(data, trust=trust, now=now)
    return verdict


def _verdict_on_folder(file: str, trust: Mapping[str, Any]) -> ProofVerdict:
    try:
        return verify_log_folder(Path(file), trust=trust)
    except OSError as error:
        raise ProofFileUnreadable(file=file) from error
