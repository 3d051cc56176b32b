"""``shuxin erase``: one person asks, another approves, the rows go, a signed proof stays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import gate, operator, own_signer, permit_for_all, start
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_ASKED = Text(
    en="erasure {number} waits for another person: shuxin erase approve {number}",
    zh="删除申请 {number} 待另一人批准：shuxin erase approve {number}",
)
_GONE = Text(
    en="erasure {number}: {rows} rows removed from {files} files; the proof is entry {entry} of the log",
    zh="删除 {number}：已从 {files} 个文件中移除 {rows} 行；证明为日志第 {entry} 条",
)
_NOTHING = Text(en="erasure {number}: no rows to remove", zh="删除 {number}：没有需移除的数据")
_WRITTEN = Text(en="{count} proofs are in {folder}", zh="{count} 份证明已写入 {folder}")
_HEAD = Text(
    en="number|subject|dataset|asked by|asked|approved by|salt|proofs",
    zh="编号|主体|数据集|申请人|申请时间|批准人|盐值|证明数",
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.infra.api import now_in_china

    acts = {"request": _request, "approve": _approve, "list": _list, "sweep": _sweep}
    acts |= {"proofs": _proofs}
    acts[options.act](settings, options, language, now_in_china())
    return 0


def _request(_: Settings, options: argparse.Namespace, language: Language, now: datetime) -> None:
    from shuxin.consent.api import rights
    from shuxin.fusion.api import find_entity

    subject = find_entity(options.who, permit=permit_for_all(Purpose.ENTITY_RESOLUTION, now=now))
    number = rights.request_erasure(
        subject=subject, dataset=options.dataset, reason=options.reason, by=operator(), now=now
    )
    say(_ASKED, language, number=number)


def _approve(
    settings: Settings, options: argparse.Namespace, language: Language, now: datetime
) -> None:
    from shuxin.consent.api import rights

    own = gate(settings)
    rights.approve_erasure(
        options.number, by=operator(), holder=own.holder, journal=own.journal, now=now
    )
    _remove(settings, options.number, language, now)


def _sweep(settings: Settings, _: argparse.Namespace, language: Language, now: datetime) -> None:
    from shuxin.consent.api import rights

    for one in rights.erasures():
        if one.approved_by:
            _remove(settings, one.erasure_id, language, now)


def _remove(settings: Settings, number: str, language: Language, now: datetime) -> None:
    from shuxin.consent.api import rights
    from shuxin.fusion.api import remove_rows

    own = gate(settings)
    replaced = remove_rows(number, settings=settings, now=now)
    proof = rights.prove_erasure(
        number,
        replaced,
        holder=own.holder,
        signer=own_signer(settings),
        journal=own.journal,
        now=now,
    )
    if proof is None:
        say(_NOTHING, language, number=number)
        return
    rows, entry = sum(one.rows for one in replaced), rights.deletion_proofs(number)[-1][2]
    say(_GONE, language, number=number, rows=rows, files=len(replaced), entry=entry)


def _list(_: Settings, __: argparse.Namespace, language: Language, ___: datetime) -> None:
    from shuxin.consent.api import rights

    rows = [
        (
            one.erasure_id,
            one.subject,
            one.dataset,
            one.requested_by,
            china_time(one.requested_at),
            one.approved_by,
            one.salt,
            one.proved,
        )
        for one in rights.erasures()
    ]
    show("", _HEAD.say(language).split("|"), rows, right=(7,))


def _proofs(_: Settings, options: argparse.Namespace, language: Language, __: datetime) -> None:
    from shuxin.consent.api import rights

    proofs, folder = rights.deletion_proofs(options.number), Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    for nth, (proof, _salt, _entry) in enumerate(proofs, start=1):
        (folder / f"deletion-proof-{nth}.json").write_bytes(proof.dump())
    say(_WRITTEN, language, count=len(proofs), folder=options.out)
