"""Wiring of a node: what its use cases, its desk and its worker are given."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from shuxin.catalogue.api import DatasetUnknown
from shuxin.consent.api import GateLimits
from shuxin.federation.api import (
    AlignmentKind,
    Asking,
    CardMissing,
    GrantFiles,
    NodeAnswering,
    NodeEntering,
    NodeFacts,
    NodeScoreBook,
    NodeServices,
    PeerClient,
    RehearsalKind,
    ScorecardKind,
    Seal,
    ServiceKind,
    grants_file,
    node_folder,
    peer,
    peers,
    read_aligned,
    read_categories,
    read_config,
    read_policy,
)
from shuxin.fusion.api import dataset_version
from shuxin.infra.api import now_in_china, write_whole
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HeldKeys, gate, holder, own_log, own_signer
from shuxin.portal.node_home import tls_files

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.api import Aligned, Grants
    from shuxin.infra.api import Settings
    from shuxin.ledger.api import Entry, Log

SECONDS_FOR_ANSWER = 60
SECONDS_FOR_SCORE = 10
"""After which a holder counts as down for a joint score."""


def services(settings: Settings) -> NodeServices:
    """Raises NotSetUp, NodeMissing, NodeConfigInvalid."""
    party, config, folder = (
        holder(settings).party,
        read_config(node_folder(settings)),
        node_folder(settings),
    )
    signer = own_signer(settings)

    @cache
    def opened() -> Log:
        return own_log(settings)

    def log(entry: Entry) -> object:
        return opened().append(replace(entry, actor=party), now=entry.at)

    def cards(job_id: str, /) -> bytes:
        file = folder / "results" / job_id / "card"
        if not file.is_file():
            raise CardMissing(job=job_id[:12])
        return file.read_bytes()

    def earlier(job_id: str, /) -> Aligned:
        return read_aligned(folder / "results" / job_id)

    entering = NodeEntering(
        party=party,
        gate=lambda: gate(settings, limits=GateLimits.batch()),
        settings=settings,
        signer=signer,
        now=now_in_china,
        least=lambda: read_policy(folder).policy.min_set_size,
        grants=lambda job_id: _grants(folder, job_id),
    )
    answering = NodeAnswering(
        party=party,
        gate=lambda limits: gate(settings, limits=limits, journal=opened()),
        settings=settings,
        results=lambda job_id: folder / "results" / job_id,
        log=log,
        now=now_in_china,
        seal=Seal(party, signer, opened),
    )
    return NodeServices(
        party=party,
        signer=signer,
        keys=HeldKeys(settings.home),
        log=log,
        folder=folder,
        now=now_in_china,
        client_of=lambda other: _client(settings, other, seconds=SECONDS_FOR_ANSWER),
        own=NodeFacts(config.operated_by, config.address),
        kinds={
            "alignment": AlignmentKind(earlier=earlier),
            "rehearsal": RehearsalKind(),
            "scorecard": ScorecardKind(
                earlier, categories_of=lambda names: read_categories(folder).of(names)
            ),
            "service": ServiceKind(cards),
        },
        entering=entering,
        answering=answering,
        dataset_version=_version_of,
        software=f"shuxin {version('shuxin')}",
        workers=config.workers,
        record=config.record,
    )


def asking(settings: Settings) -> Asking:
    """The label party's way to joint scores; close it. Raises NotSetUp, NodeMissing, NodeConfigInvalid."""
    node = services(settings)
    return Asking(
        party=node.party,
        signer=node.signer,
        gate=lambda: gate(settings, limits=GateLimits.batch()),
        settings=settings,
        results=node.results_folder,
        log=node.log,
        client_of=lambda other: _client(settings, other, seconds=SECONDS_FOR_SCORE),
        now=node.now,
        book=NodeScoreBook(node.party, node.signer, node.keys, node.now),
    )


def _client(settings: Settings, other: str, *, seconds: int) -> PeerClient:
    """A new way to a peer. Raises PeerUnknown."""
    card = peer(other)
    return PeerClient(
        party=other,
        address=card.address,
        certificate_pem=card.certificate,
        files=tls_files(settings),
        timeout_seconds=seconds,
    )


def _version_of(dataset: str, /) -> str | None:
    with suppress(DatasetUnknown):
        return dataset_version(dataset)
    return None


def keep_grants(settings: Settings, job_id: str, *, brought: Grants) -> int:
    """Copy the authorisations that this party brings to a job; how many. Raises GrantsNotFound, StatementInvalid."""
    file = grants_file(node_folder(settings), job_id)
    file.parent.mkdir(exist_ok=True, mode=0o700)
    lines = [statement.dump() for statement in brought.statements()]
    write_whole(file, b"".join(line + b"\n" for line in lines))
    return len(lines)


def _grants(folder: Path, job_id: str) -> GrantFiles | None:
    file = grants_file(folder, job_id)
    return GrantFiles(file) if file.is_file() else None


class NameUnknown(NotFound):
    code = "node_party_unknown"
    what = Text(en="no party here is called '{name}'", zh="没有名为“{name}”的参与方")
    mend = Text(en="'shuxin node peer list' shows them", zh="用“shuxin node peer list”查看")


def party_named(settings: Settings, name: str) -> tuple[str, str]:
    """Party id and name of this party or a peer, by either. Raises NameUnknown."""
    own = holder(settings)
    known = [(own.party, own.name), *((one.party, one.card.name) for one in peers())]
    found = [one for one in known if name in one]
    if len(found) != 1:
        raise NameUnknown(name=name)
    return found[0]


def names_of_parties(settings: Settings) -> dict[str, str]:
    """Of this party and its peers, by party id."""
    own = holder(settings)
    return {own.party: own.name} | {one.party: one.card.name for one in peers()}
