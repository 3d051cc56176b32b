"""The homes of the demo: institutions, data, bases, policies, accounts, the link to the platform (演示机构建立)."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from shuxin.infra.api import Settings, mark_development, write_whole
from shuxin.portal.demo import firms as acts
from shuxin.portal.demo import words
from shuxin.portal.demo.plan import (
    ATTESTER,
    BANK,
    BUREAU,
    HOLDERS,
    LENDERS,
    LINKED,
    LOGINS,
    NODES,
    NOTARY,
    OWNER,
    PLATFORM,
    SEATS,
    SITES,
    UTILITY,
    node_address,
    site_url,
)
from shuxin.portal.demo.running import DemoStepFailed, at_once
from shuxin.portal.demo.scales import DATASETS, FEATURES, INVOICE_FEATURES, LEVELS, SCALES, Scale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from shuxin.portal.demo.plan import Place, Seat
    from shuxin.portal.demo.running import Commands

    Tell = Callable[..., None]

FIRMS = "shuxin.portal.demo.firms"
LEFT_FOR_THE_PERSON = "澜坪市生态环境主管局"
_LAW = "政府信息资源共享管理暂行办法第五条"
_CATEGORIES = {
    BUREAU: '[invoices]\nen = "invoices"\nzh = "发票信息"\n',
    UTILITY: '[electricity]\nen = "electricity"\nzh = "用电信息"\n',
}
_EASY_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Homes:
    """Makes the homes, each by its own commands. tell: says a step to the person, with its numbers."""

    place: Place
    size: str
    ports: dict[str, int]
    commands: Commands
    tell: Tell

    @property
    def scale(self) -> Scale:
        return SCALES[self.size]

    def make(self) -> None:
        """All that needs no process of theirs."""
        self.city()
        self.homes()
        at_once(self.bank_data, self.bureau_data, self.utility_data)
        self.grounds()
        self.policies()
        self.messy_file()

    def city(self) -> None:
        self.tell(words.CITY)
        self.commands.run(PLATFORM, "city", "files", self.place.city, "--size", self.size)

    @property
    def imports(self) -> Path:
        return self.place.city / "files"

    def homes(self) -> None:
        """Keys, logs, cards; each trusts the others' keys before it keeps anything."""
        (self.place.folder / "cards").mkdir()
        at_once(*(partial(self._found, seat) for seat in SEATS))
        cards = [self._card(seat) for seat in SEATS]
        at_once(*(partial(self._trust, seat, cards) for seat in SEATS))
        self.tell(words.HOMES, homes=len(SEATS))

    def _found(self, seat: Seat) -> None:
        who = (seat.code, seat.called, "--kind", seat.kind)
        if seat.has_node:
            listen = node_address(self.ports, seat)
            self.commands.run(seat, "node", "init", *who, "--listen", listen)
            self.commands.run(seat, "node", "card", "--out", self._node_card(seat))
        else:
            self.commands.run(seat, "init", *who)
        self.commands.run(seat, "document", "card", "--out", self._card(seat))
        sites = {one.name: site_url(self.ports, one) for one in SITES}
        facts = {"demo": str(self.place.folder), "seat": seat.name, "sites": sites}
        facts["data_until"] = self.scale.now.day
        mark_development(Settings(self.place.home(seat), ""), facts=facts)

    def _card(self, seat: Seat) -> Path:
        return self.place.folder / "cards" / f"{seat.name}.card"

    def _node_card(self, seat: Seat) -> Path:
        return self.place.folder / "cards" / f"{seat.name}.node"

    def _trust(self, seat: Seat, cards: Sequence[Path]) -> None:
        others = [card for card in cards if card != self._card(seat)]
        if seat.has_node:
            peers = [self._node_card(one) for one in NODES if one != seat]
            self.commands.run(seat, "node", "peer", "add", *peers)
            others = [self._card(PLATFORM), self._card(ATTESTER)]
        self.commands.run(seat, "trust", "found", *others)

    def _import(self, seat: Seat, folder: Path, *more: str) -> str:
        return self.commands.run(seat, "import", folder, "--accept", *more)

    def _inbox(self, seat: Seat, sources: Sequence[str]) -> Path:
        """The files that this institution has, in a folder of its own."""
        folder = self.place.home(seat) / "inbox"
        for source in sources:
            found = self.imports / source
            if found.is_dir():
                shutil.copytree(found, folder / source)
            else:
                folder.mkdir(exist_ok=True, parents=True)
                shutil.copy(found, folder)
        return folder

    def bank_data(self) -> None:
        self._import(
            BANK, self._inbox(BANK, _files(self.imports, BANK.called)), "--department", "公司部"
        )
        self.commands.run(BANK, "resolve")
        self.tell(words.BANK_DATA)

    def bureau_data(self) -> None:
        """The departments' files, who is who, and features of invoices at the days that are needed."""
        own = {BANK.called, UTILITY.called}
        own.add(LEFT_FOR_THE_PERSON)
        departments = [one.name for one in sorted(self.imports.iterdir()) if one.name not in own]
        said = self._import(BUREAU, self._inbox(BUREAU, departments))
        self.tell(words.BUREAU_DATA, departments=len(departments), rows=_rows_in(said))
        self.commands.run(BUREAU, "resolve")
        self.commands.run(BUREAU, "basis", "add", "model_training", "public_task", _LAW)
        windows = (self.scale.train, self.scale.held_out, self.scale.now)
        for window in windows:
            if window is not None:
                said = self.commands.run(
                    BUREAU, "features", "--as-of", window.day, "--dataset", INVOICE_FEATURES
                )
        self.tell(words.FEATURES, days=sum(one is not None for one in windows))

    def utility_data(self) -> None:
        """Bills name customers, not codes: the public register says which firm a name is."""
        bills = self._inbox(UTILITY, _files(self.imports, UTILITY.called))
        self._import(UTILITY, bills, "--department", "营销部")
        register = self.place.home(UTILITY) / "register"
        register.mkdir()
        for file in _files(self.imports, "澜坪市市场监管局"):
            if "登记总册" in file:
                shutil.copy(self.imports / file, register)
        self._import(UTILITY, register, "--department", "市场监管局公开信息", "--group", "public")
        self.commands.run(UTILITY, "resolve")
        self.tell(words.UTILITY_DATA)

    # What may happen with them.

    def grounds(self) -> None:
        for seat in HOLDERS:
            others = [one.party for one in HOLDERS if one != seat]
            also = [word for one in others for word in ("--also", one)]
            self.commands.run(
                seat, "basis", "joint", BANK.party, "model_training", "public_task", _LAW,
                f"LP-{seat.name}-2026", DATASETS[seat], "--level", LEVELS[seat], *also,
            )  # fmt: skip
        self.commands.run(BANK, "basis", "add", "post_loan", "contract", "商业银行法第三十五条")

    def policies(self) -> None:
        for seat in NODES:
            folder = self.place.home(seat) / "node"
            text = (folder / "policy.toml").read_text(encoding="utf-8")
            write_whole(folder / "policy.toml", self._policy(seat, text).encode())
            category = _CATEGORIES.get(seat)
            if category:
                fields = json.dumps(FEATURES[seat], ensure_ascii=False)
                write_whole(folder / "categories.toml", f"{category}fields = {fields}\n".encode())
        self.tell(words.POLICIES)

    def _policy(self, seat: Seat, text: str) -> str:
        """The policy that a new node has, with what this demo allows."""
        values = {
            "proposers": f'["{BANK.party}"]',
            "helpers": f'["{NOTARY.party}"]',
            "datasets": json.dumps(
                [DATASETS[seat]] if seat in DATASETS else [], ensure_ascii=False
            ),
            "grounds": '["basis", "authorisations"]',
            "level_max": "3",
            "release": '"automatic"',
            "released_figures_per_job": "20000",
            "released_figures_per_dataset_version": "200000",
            "max_told_share_percent": "100",
            "service_times_per_day_max": "100",
        } | dict(self.scale.least)
        for name, value in values.items():
            text, count = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
            if count != 1:
                raise DemoStepFailed(step=f"policy: {name}", log=self.place.log("commands"))
        return text + "".join(
            self._standing(seat, kind, purpose) for kind, purpose in _standing_jobs(seat)
        )

    @staticmethod
    def _standing(seat: Seat, kind: str, purpose: str) -> str:
        datasets = json.dumps([DATASETS[seat]] if seat in DATASETS else [], ensure_ascii=False)
        partners = json.dumps([one.party for one in HOLDERS if one != seat])
        return (
            f'\n[[standing]]\nkind = "{kind}"\nproposer = "{BANK.party}"\npurposes = ["{purpose}"]\n'
            f'datasets = {datasets}\nhelpers = ["{NOTARY.party}"]\npartners = {partners}\n'
            "until = 2030-01-01T00:00:00+08:00\n"
        )

    # People.

    def accounts(self) -> None:
        firm, name = acts.tourist(self.imports)
        self.place.keep(firm=firm, firm_name=name)
        made = {login.name: new_password() for login in LOGINS}
        write_whole(self.place.accounts_file, json.dumps(made, indent=1).encode())
        at_once(*(partial(self._accounts_of, seat, firm, made) for seat in SITES))

    def _accounts_of(self, seat: Seat, firm: str, made: Mapping[str, str]) -> None:
        accounts = [
            {
                "name": login.name,
                "party": f"uscc:{firm}" if login.name == OWNER else login.party,
                "roles": login.roles,
                "password": made[login.name],
            }
            for login in LOGINS
            if login.seat == seat
        ]
        self.commands.call(seat, f"{FIRMS}:open_accounts", accounts=accounts)

    def link(self) -> None:
        """The nodes follow the platform: directory, withdrawals, authorisations."""
        at_once(*(partial(self._join, seat) for seat in LINKED))
        for seat in (*HOLDERS, BANK):
            url = site_url(self.ports, seat)
            self.commands.run(PLATFORM, "platform", "holder", "add", seat.party, url)
        self.tell(words.LINKED)

    def _join(self, seat: Seat) -> None:
        said = self.commands.run(
            PLATFORM, "account", "client", "--party", seat.party, "--name", seat.called,
            *(word for scope in _scopes(seat) for word in ("--scope", scope)),
        )  # fmt: skip
        client, secret = _client_of(said)
        platform = site_url(self.ports, PLATFORM)
        self.commands.run(seat, "platform", "join", platform, "--client", client, given=secret)

    def messy_file(self) -> None:
        """What the person imports at the bureau: the files of a department that are not in yet."""
        shutil.copytree(self.imports / LEFT_FOR_THE_PERSON, self.place.folder / "try")


def _scopes(seat: Seat) -> tuple[str, ...]:
    """What its systems may do at the platform."""
    own = ("grants:read", "requests:write", "verify")
    return (*own, "market:read", "market:write", "statistics:read") if seat in LENDERS else own


def _files(imports: Path, department: str) -> list[str]:
    return [f"{department}/{file.name}" for file in sorted((imports / department).iterdir())]


def _rows_in(said: str) -> str:
    """How many rows an import read, as its last line says."""
    found = re.search(r"([0-9,]+) (?:rows read|行 =)|读取 ([0-9,]+) 行", said)
    return (found[1] or found[2]) if found else "?"


def _standing_jobs(seat: Seat) -> list[tuple[str, str]]:
    """Jobs that need no person there (常设批准): kind and purpose."""
    made = [("alignment", "model_training"), ("scorecard", "model_training")]
    if seat in HOLDERS:
        return [*made, ("service", "post_loan")]
    return made if seat == NOTARY else []


def _client_of(said: str) -> tuple[str, str]:
    """Client id and secret, each the last word of its line."""
    client, secret = (re.split(r"[:：]\s*", line)[-1].strip() for line in said.splitlines()[:2])
    return client, secret


def new_password() -> str:
    """Sixteen signs that are easy to type, about 79 bits."""
    signs = "".join(secrets.choice(_EASY_SIGNS) for _ in range(16))
    return "-".join(signs[at : at + 4] for at in range(0, 16, 4))
