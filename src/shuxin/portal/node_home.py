"""Founding a node in a holder's home: configuration, TLS key, policy, card; and whom it knows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.federation.api import (
    PROTOCOL,
    NodeCard,
    NodeConfig,
    NodeMissing,
    NodeSetUpAlready,
    TlsFiles,
    default_policy_text,
    fingerprint,
    host_and_port,
    make_certificate,
    node_folder,
    read_card,
    read_config,
    write_config,
)
from shuxin.infra.api import write_whole
from shuxin.kernel.errors import Conflict, NotFound
from shuxin.kernel.signing import PublicKey
from shuxin.kernel.statements import LONGEST_STATEMENT, parse_statement
from shuxin.kernel.text import Text
from shuxin.parties.api import KnownKey, PartyKind
from shuxin.portal.bootstrap import HOLDER_FILE, HeldKeys, holder, own_signer
from shuxin.portal.founding import FoundingOver, found_trust, set_up

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shuxin.consent.api import LawfulBasis
    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement

POLICY = "policy.toml"
CARD_DAYS = timedelta(days=365)


class HolderDiffers(Conflict):
    code = "holder_differs"
    what = Text(en="this installation belongs to {party}", zh="本安装属于 {party}")
    mend = Text(
        en="Give that party's code, or use another folder (--home)",
        zh="请填写该机构的代码，或使用另一目录（--home）",
    )


class CardFileMissing(NotFound):
    code = "node_card_missing"
    what = Text(en="there is no file {file}", zh="找不到文件 {file}")
    mend = Text(
        en="Ask the party for the file of 'shuxin node card'",
        zh="请向对方索取 shuxin node card 生成的文件",
    )


class PeerKeyUnknown(Conflict):
    code = "peer_key_not_trusted"
    what = Text(
        en="the key of {name} ({key}) is not trusted here", zh="尚未信任 {name} 的密钥（{key}）"
    )
    mend = Text(
        en="Compare the key with them by another way; then two persons pin it: shuxin trust add key …",
        zh="请通过其他途径与对方核对密钥，再由两人固定：shuxin trust add key …",
    )


def set_up_node(
    settings: Settings,
    *,
    party: str,
    kind: str,
    name: str,
    listen: str,
    address: str,
    operated_by: str,
    now: dt.datetime,
) -> list[LawfulBasis]:
    """Found the holder if it is not yet, then its node. Raises HolderDiffers, NodeSetUpAlready, NodeConfigInvalid."""
    folder = node_folder(settings)
    if (folder / POLICY).exists():
        raise NodeSetUpAlready
    config = NodeConfig.checked(
        listen=listen, address=f"https://{address or listen}", operated_by=operated_by or party
    )
    made = make_certificate(party=party, name=name, host=host_and_port(config.address)[0], now=now)
    bases = []
    if not (settings.home / HOLDER_FILE).exists():
        bases = set_up(settings, party=party, kind=kind, name=name, now=now)
    elif holder(settings).party != party:
        raise HolderDiffers(party=holder(settings).party)
    folder.mkdir(exist_ok=True, mode=0o700)
    write_config(folder, config)
    tls_files(settings).keep(made)
    write_whole(folder / POLICY, default_policy_text().encode())
    return bases


def renew_certificate(settings: Settings, *, now: dt.datetime) -> None:
    """A new TLS key and certificate; peers need the new card. Raises NodeMissing."""
    identity = holder(settings)
    host = host_and_port(read_config(node_folder(settings)).address)[0]
    made = make_certificate(party=identity.party, name=identity.name, host=host, now=now)
    tls_files(settings).keep(made)


def tls_files(settings: Settings) -> TlsFiles:
    folder = node_folder(settings)
    return TlsFiles(key=folder / "tls.key", certificate=folder / "tls.crt")


def own_card(settings: Settings, *, now: dt.datetime) -> Statement:
    """This node's card, valid for a year. Raises NodeMissing, NodeConfigInvalid."""
    identity, config = holder(settings), read_config(node_folder(settings))
    files = tls_files(settings)
    if not files.certificate.exists():
        raise NodeMissing
    certificate = files.certificate.read_text()
    signer = own_signer(settings)
    card = NodeCard(
        party=identity.party,
        kind=PartyKind(identity.kind),
        name=identity.name,
        public_key=signer.public.text,
        address=config.address,
        certificate_sha256=fingerprint(certificate),
        certificate=certificate,
        operated_by=config.operated_by,
        protocols=(PROTOCOL,),
        valid_from=now.replace(microsecond=0),
        valid_to=(now + CARD_DAYS).replace(microsecond=0),
    )
    return card.sign(signer=signer)


def read_card_file(file: str) -> tuple[Statement, NodeCard]:
    """Raises CardFileMissing, StatementInvalid, CardInvalid."""
    path = Path(file)
    if not path.is_file():
        raise CardFileMissing(file=file)
    with path.open("rb") as opened:
        statement = parse_statement(opened.read(LONGEST_STATEMENT + 1))
    return statement, read_card(statement)


def trust_cards(
    settings: Settings, cards: Sequence[tuple[Statement, NodeCard]], *, now: dt.datetime
) -> None:
    """That each card's key speaks for its party here. While nothing is kept yet, the founder says so alone.

    Raises PeerKeyUnknown.
    """
    unknown = [card for statement, card in cards if not _is_known(settings, statement, card, now)]
    if not unknown:
        return
    try:
        found_trust(settings, cards=[_as_anchor(card) for card in unknown], now=now)
    except FoundingOver:
        key = PublicKey.parse(unknown[0].public_key).key_id
        raise PeerKeyUnknown(name=unknown[0].name, key=key) from None


def _is_known(settings: Settings, statement: Statement, card: NodeCard, now: dt.datetime) -> bool:
    keys = HeldKeys(settings.home)
    return isinstance(keys.who_signed(statement, party=card.party, seen_at=now), KnownKey)


def _as_anchor(card: NodeCard) -> dict[str, str]:
    return {
        "party": card.party,
        "kind": card.kind.value,
        "name": card.name,
        "public_key": card.public_key,
        "from": card.valid_from.isoformat(timespec="seconds"),
        "until": card.valid_to.isoformat(timespec="seconds"),
    }
