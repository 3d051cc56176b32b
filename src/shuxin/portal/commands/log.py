"""``shuxin log``: the log of this node, and this node as a witness of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.text import Text
from shuxin.ledger.api import (
    ConsistencyProof,
    LogTrust,
    check_own_log,
    own_log,
    own_witness,
    parse_trust,
)
from shuxin.portal.commands.verify import ProofFileUnreadable, content_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_SOUND = Text(en="the log is whole: {size} entries", zh="日志完整：{size} 条")
_DAMAGED = Text(en="{count} places are damaged:", zh="{count} 处损坏：")
_PROVED = Text(en="proof of entry {index} written to {file}", zh="条目 {index} 的证明已写入 {file}")
_GREW = Text(
    en="proof that the log only grew written to {file}", zh="日志仅有追加的证明已写入 {file}"
)
_COSIGNED = Text(
    en="cosigned {origin} at {size} entries; written to {file}",
    zh="已联署 {origin}（规模 {size}），写入 {file}",
)


def run(options: argparse.Namespace, language: Language) -> int:
    return ACTIONS[options.action](options, language, settings_from_environment())


def _head(options: argparse.Namespace, language: Language, settings: Settings) -> int:  # noqa: ARG001 - all alike
    print(own_log(settings).checkpoint(), end="")
    return 0


def _check(options: argparse.Namespace, language: Language, settings: Settings) -> int:  # noqa: ARG001 - all alike
    found = check_own_log(settings)
    damage = [one for one in found if not one.unfinished]
    if damage:
        print(_DAMAGED.say(language, count=len(damage)))
    for one in damage or found:
        print(f"  {one.say(language)}")
    if damage:
        return 1
    print(_SOUND.say(language, size=own_log(settings).size))
    return 0


def _list(options: argparse.Namespace, language: Language, settings: Settings) -> int:  # noqa: ARG001 - all alike
    log = own_log(settings)
    size = log.size
    start = max(0, size - max(options.limit, 0))
    for index, entry in enumerate(log.entries(start, size), start=start):
        facts = " ".join(f"{name}={value}" for name, value in sorted(entry.facts.items()))
        print(f"{index:>8}  {entry.at.isoformat()}  {entry.kind}  {entry.actor}  {facts}".rstrip())
    return 0


def _prove(options: argparse.Namespace, language: Language, settings: Settings) -> int:
    checkpoint = _text_of(options.checkpoint) if options.checkpoint else ""
    proof = own_log(settings).proof(options.index, checkpoint=checkpoint)
    _write(options.out, proof.dump())
    print(_PROVED.say(language, index=options.index, file=options.out))
    return 0


def _consistency(options: argparse.Namespace, language: Language, settings: Settings) -> int:
    proof = own_log(settings).consistency(options.old, new_size=options.new)
    _write(options.out, proof.dump())
    print(_GREW.say(language, file=options.out))
    return 0


def _witness(options: argparse.Namespace, language: Language, settings: Settings) -> int:
    trust = LogTrust.of(parse_trust(content_of(options.trust)).get("log"))
    witness = own_witness(settings, logs=trust.logs)
    path = ConsistencyProof.parse(content_of(options.proof)).path if options.proof else ()
    cosigned = witness.cosign(_text_of(options.note), path=path, now=now_in_china())
    _write(options.out, cosigned.encode())
    origin, size = cosigned.split("\n")[:2]
    print(_COSIGNED.say(language, origin=origin, size=size, file=options.out))
    return 0


def _key(options: argparse.Namespace, language: Language, settings: Settings) -> int:  # noqa: ARG001 - all alike
    print(f"log      {own_log(settings).key.text}")
    print(f"witness  {own_witness(settings, logs=()).key.text}")
    return 0


ACTIONS: dict[str, Callable[[argparse.Namespace, Language, Settings], int]] = {
    "head": _head,
    "check": _check,
    "list": _list,
    "prove": _prove,
    "consistency": _consistency,
    "witness": _witness,
    "key": _key,
}


def _text_of(file: str) -> str:
    return content_of(file).decode(errors="replace")


def _write(file: str, content: bytes) -> None:
    try:
        Path(file).write_bytes(content)
    except OSError as error:
        raise ProofFileUnreadable(file=file) from error
