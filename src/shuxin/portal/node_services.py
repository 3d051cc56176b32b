"""Wiring of a node: what its use cases, its desk and its worker are given."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING

from shuxin.catalogue.api import DatasetUnknown
from shuxin.consent.api import GateLimits
from shuxin.federation.api import (
    AlignmentKind,
    GrantFiles,
    NodeEntering,
    NodeFacts,
    NodeServices,
    PeerClient,
    RehearsalKind,
    ScorecardKind,
    grants_file,
    node_folder,
    peer,
    peers,
    read_aligned,
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

    from shuxin.federation.api import Aligned
    from shuxin.infra.api import Settings
    from shuxin.ledger.api import Entry

SECONDS_FOR_ANSWER = 60


def services(settings: Settings) -> NodeServices:
    """Raises NotSetUp, NodeMissing, NodeConfigInvalid."""
    party, config, folder = (
        holder(settings).party,
        read_config(node_folder(settings)),
        node_folder(settings),
    )
    signer = own_signer(settings)

    def client_of(other: str) -> PeerClient:
        card = peer(other)
        return PeerClient(
            party=other,
            address=card.address,
            certificate_pem=card.certificate,
            files=tls_files(settings),
            timeout_seconds=SECONDS_FOR_ANSWER,
        )

    def log(entry: Entry) -> object:
        return own_log(settings).append(replace(entry, actor=party), now=entry.at)

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
    return NodeServices(
        party=party,
        signer=signer,
        keys=HeldKeys(settings.home),
        log=log,
        folder=folder,
        now=now_in_china,
        client_of=client_of,
        own=NodeFacts(config.operated_by, config.address),
        kinds={
            "alignment": AlignmentKind(earlier=earlier),
            "rehearsal": RehearsalKind(),
            "scorecard": ScorecardKind(earlier=earlier),
        },
        entering=entering,
        dataset_version=_version_of,
        software=f"shuxin {version('shuxin')}",
        workers=config.workers,
        record=config.record,
    )


def _version_of(dataset: str, /) -> str | None:
    with suppress(DatasetUnknown):
        return dataset_version(dataset)
    return None


def keep_grants(settings: Settings, job_id: str, *, brought: GrantFiles) -> int:
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
