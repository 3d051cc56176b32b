"""``shuxin node doctor``: what stands in the way of joint work, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, own_log, own_signer, start
from shuxin.portal.display import say

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from shuxin.federation.api import Patient
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_MARK = {"good": "✓", "doubtful": "?", "bad": "✗"}
_LINE = Text(en="{mark} {said}", zh="{mark} {said}")
_ALL_GOOD = Text(en="nothing stands in the way", zh="未发现问题")
_COUNT = Text(
    en="{bad} things stand in the way, {doubtful} deserve a look",
    zh="{bad} 项阻碍，{doubtful} 项需留意",
)
_PARTS = {
    "configuration": Text(en="configuration", zh="配置"),
    "policy": Text(en="policy", zh="策略"),
    "keys": Text(en="keys", zh="密钥"),
    "tls": Text(en="TLS key and certificate", zh="TLS 私钥与证书"),
    "database": Text(en="database", zh="数据库"),
    "log": Text(en="log", zh="日志"),
}


def run(_: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.federation.api import examine
    from shuxin.portal.node_services import services

    node = services(settings)
    patient = patient_of(settings, now=now_in_china())
    counted = {"good": 0, "doubtful": 0, "bad": 0}
    for finding in examine(patient, now=now_in_china, software=node.software):
        counted[finding.grade] += 1
        say(_LINE, language, mark=_MARK[finding.grade], said=finding)
    if counted["bad"] or counted["doubtful"]:
        say(_COUNT, language, bad=counted["bad"], doubtful=counted["doubtful"])
    else:
        say(_ALL_GOOD, language)
    return int(counted["bad"] > 0)


def patient_of(settings: Settings, *, now: dt.datetime) -> Patient:
    from shuxin.federation.api import (
        Patient,
        PeerCard,
        days_left,
        node_folder,
        peers,
        read_config,
        read_policy,
    )
    from shuxin.portal.node_home import tls_files
    from shuxin.portal.node_services import services

    node, folder = services(settings), node_folder(settings)
    certificate = tls_files(settings).certificate.read_text()
    known = [
        PeerCard(one.card.name, (one.card.valid_to - now).days, node.client_of(one.party))
        for one in peers()
    ]
    parts = {
        "configuration": lambda: read_config(folder),
        "policy": lambda: read_policy(folder),
        "keys": lambda: own_signer(settings).public,
        "tls": lambda: _tls(settings),
        "database": _database,
        "log": lambda: own_log(settings).checkpoint(),
    }
    return Patient(
        home=folder,
        party=node.party,
        certificate_days=days_left(certificate, now=now),
        key_days=_key_days(settings, now),
        parts={_PARTS[name]: opened for name, opened in parts.items()},
        peers=known,
    )


def _tls(settings: Settings) -> None:
    """That key and certificate are there and fit each other. Raises TlsFilesUnusable."""
    import ssl

    from shuxin.portal.node_home import tls_files

    tls_files(settings).load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


def _database() -> None:
    """Raises DatabaseBusy."""
    from django.core.management import call_command

    from shuxin.infra.api import database_failures_explained

    with database_failures_explained():
        call_command("migrate", check_unapplied=True, verbosity=0)


def _key_days(settings: Settings, now: dt.datetime) -> int:
    """Whole days that the party's own key still counts here."""
    from shuxin.parties.api import read_trust

    own, party = own_signer(settings).public, holder(settings).party
    pinned = read_trust(settings.home).pinned
    ends = [one.valid_to for one in pinned if one.public == own and one.party == party]
    return (max(ends) - now).days if ends else 0
