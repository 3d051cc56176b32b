"""A department's site with a node, its peers, and jobs as they come from a bank; no process runs."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.test import Client
from tests.federation.domain import samples
from tests.federation.domain.samples import HELPER, HOLDER, LABEL
from tests.federation.node.world import KEYS, card_of
from tests.parties.accounts.samples import PASSWORD, opened

from shuxin.federation.api import add_peer, job_view, read_card
from shuxin.federation.domain.job import job_from
from shuxin.federation.domain.states import State
from shuxin.federation.domain.words import Approval, sign_word
from shuxin.federation.models import JobRecord
from shuxin.federation.node.jobs import take_job
from shuxin.federation.node.words import take_word
from shuxin.infra.api import mark_development, now_in_china
from shuxin.portal.bootstrap import start
from shuxin.portal.node_home import set_up_node, trust_cards
from shuxin.portal.node_services import services

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from shuxin.federation.api import JobView, NodeServices
    from shuxin.infra.api import Settings

NAMES = {LABEL: "Bank of Tests", HELPER: "Notary of Tests"}
POLICY = """\
version = 1
proposers = ["{label}"]
helpers = ["{helper}"]
datasets = ["*"]
grounds = ["basis", "authorisations"]
engines = ["tags", "ecdh"]
learn = ["both", "one", "count"]
level_max = 2
min_set_size = 5
[kinds]
rehearsal = ["model_training"]
alignment = ["model_training"]
{more}
"""
STANDING = """\
[[standing]]
kind = "rehearsal"
proposer = "{label}"
purposes = ["statistics"]
until = 2030-01-01T00:00:00+08:00
"""


@dataclass
class Site:
    """The institution's home, its node, and whoever is signed in."""

    settings: Settings
    node: NodeServices
    browser: Client

    def sign_in(self, name: str, *roles: str, party: str = "") -> None:
        now = now_in_china()
        opened(name, *roles, party=party or self.node.party, now=now)
        self.browser = Client()
        answer = self.browser.post("/sign-in", {"name": name, "password": PASSWORD})
        assert answer.status_code == 302

    def get(self, path: str, *, language: str = "en") -> str:
        self.browser.cookies["language"] = language
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    def status(self, path: str) -> int:
        return int(self.browser.get(path).status_code)

    def post(self, path: str, **form: Any) -> int:
        return int(self.browser.post(path, form).status_code)

    def received(self, **changed: Any) -> str:
        """A job of the bank came in, here a rehearsal, which has no data."""
        now = now_in_china().replace(microsecond=0)
        times = {
            "proposed_at": (now - dt.timedelta(seconds=5)).isoformat(),
            "valid_to": (now + dt.timedelta(days=3)).isoformat(),
            "nonce": secrets.token_hex(16),
        }
        said = job_from(samples.values(**{**samples.rehearsal(), **times, **changed}))
        statement = said.sign(signer=KEYS[LABEL])
        take_job(LABEL, statement, services=self.node)
        return statement.hash

    def approved_by(self, job_id: str, party: str) -> None:
        word = Approval(job_id, party, "somebody", "a" * 64, now_in_china())
        take_word(party, sign_word(word, signer=KEYS[party]), services=self.node)

    def moved(self, job_id: str, state: State, **fields: Any) -> None:
        JobRecord.objects.filter(job_id=job_id).update(state=state.value, **fields)

    def view(self, job_id: str) -> JobView:
        return job_view(job_id)

    def results(self, job_id: str, files: Mapping[str, bytes]) -> None:
        folder = self.node.results_folder(job_id)
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)

    def came(self, job_id: str, name: str, content: bytes, *, sender: str = LABEL) -> None:
        """A message that stands in the job's inbox."""
        import hashlib

        inbox = self.node.job_folder(job_id) / "inbox" / sender.replace(":", "_")
        inbox.mkdir(parents=True, exist_ok=True)
        whole = hashlib.sha256(content).hexdigest()
        (inbox / f"kept~{name.replace('/', '_')}~{whole}").write_bytes(content)


def node_site(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, kind: str = "department", more: str = ""
) -> Site:
    """Founded anew, in development mode; nobody is signed in."""
    monkeypatch.setenv("SHUXIN_HOME", str(folder / "home"))
    settings, now = start(), now_in_china()
    listen = "192.0.2.1:7443"
    set_up_node(
        settings, party=HOLDER, kind=kind, name="Tax Office of Tests", listen=listen,
        address="", operated_by="", now=now,
    )  # fmt: skip
    mark_development(settings, facts={"sites": []})
    cards = [card_of(one, name=name) for one, name in NAMES.items()]
    trust_cards(settings, [(one, read_card(one)) for one in cards], now=now)
    node = services(settings)
    for one in cards:
        add_peer(one, services=node)
    text = POLICY.format(label=LABEL, helper=HELPER, more=more.format(label=LABEL))
    (node.folder / "policy.toml").write_text(text, encoding="utf-8")
    return Site(settings, node, Client())
