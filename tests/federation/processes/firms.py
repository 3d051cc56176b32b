"""Firms with keys that an attester vouched for, their authorisations, and the platform's lists of those that ended."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.federation.processes.nodes import ALL, PARTY, City, at_once, code_of

from shuxin.consent.api import Authorisation, Purpose, StatusList, worded
from shuxin.infra.api import Settings
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.signing import Ed25519Key
from shuxin.parties.api import (
    Binding,
    Claim,
    KeyRole,
    Method,
    PartyKind,
    sign_binding,
    sign_claim,
)
from shuxin.portal.bootstrap import own_signer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

ATTESTER, PLATFORM = "attester", "platform"
FOUNDED = {
    ATTESTER: ("12349900MB2ATT019Q", "政务服务中心", "attester"),
    PLATFORM: ("91349900MA2PLT0158", "信用平台公司", "operator"),
}
DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    return dt.datetime.now(CHINA_TIME).replace(microsecond=0)


def key_of(firm: int) -> Ed25519Key:
    return Ed25519Key(hashlib.sha256(f"firm {firm}".encode()).digest())


def party_of(firm: int) -> str:
    return f"uscc:{code_of(firm)}"


@dataclass
class Firms:
    """What stands behind the firms of a city: homes of an attester and a platform beside the nodes'."""

    city: City
    listed: int = 0
    ended: set[str] = field(default_factory=set)
    """Ids of authorisations on the platform's lists."""

    def found(self) -> None:
        """Before anything is loaded at the nodes: they trust the attester and the platform."""
        for name, (code, called, kind) in FOUNDED.items():
            self.city.do(name, "init", code, called, "--kind", kind)
            self.city.do(name, "document", "card", "--out", self._card(name))
        cards = [self._card(name) for name in FOUNDED]
        at_once(*(lambda name=name: self.city.do(name, "trust", "found", *cards) for name in ALL))

    def _card(self, name: str) -> Path:
        return self.city.folder / f"{name}.document-card"

    def bind(self, firms: Iterable[int], *names: str) -> None:
        """Every firm's key, vouched for, in the directories of these nodes."""
        attester, at = own_signer(Settings(home=self.city.home(ATTESTER), database_url="")), now()
        lines = []
        for firm in firms:
            claim = Claim(
                party_of(firm), PartyKind.ENTERPRISE, "某企业", key_of(firm).public, "key",
                (KeyRole.SUBJECT,), "",
            )  # fmt: skip
            binding = Binding(claim, at - 9 * DAY, at + 900 * DAY, Method.LICENCE, "")
            lines += [
                sign_claim(claim, signer=key_of(firm)).dump(),
                sign_binding(binding, signer=attester).dump(),
            ]
        file = self.city.folder / "firm.keys"
        file.write_bytes(b"".join(line + b"\n" for line in lines))
        at_once(*(lambda name=name: self.city.do(name, "party", "take", file) for name in names))

    def agree(
        self,
        folder: Path,
        firms: Iterable[int],
        *,
        holders: Sequence[str],
        catalogues: Sequence[str],
        period: tuple[dt.date, dt.date],
        uses: int = 1000,
    ) -> dict[int, str]:
        """Their authorisations as files, for the bank's credit decisions; ids by firm."""
        folder.mkdir(parents=True, exist_ok=True)
        at, ids = now(), {}
        for firm in firms:
            bare = Authorisation(
                subject=party_of(firm),
                grantee=PARTY["bank"],
                holders=tuple(PARTY[one] for one in holders),
                purpose=Purpose.CREDIT_DECISION,
                catalogues=tuple(catalogues),
                level_max=2,
                data_from=period[0],
                data_to=period[1],
                valid_from=at - DAY,
                valid_to=at + 300 * DAY,
                max_uses=uses,
                text_hash="0" * 64,
                language="zh",
                signed_at=at,
            )
            one = worded(bare, language="zh")
            statement = one.sign(signer=key_of(firm))
            (folder / f"{code_of(firm)}.json").write_bytes(statement.dump())
            ids[firm] = one.auth_id
        return ids

    def publish(self, *names: str) -> None:
        """The platform's newest list, taken in by these nodes."""
        self.listed += 1
        platform = own_signer(Settings(home=self.city.home(PLATFORM), database_url=""))
        code = FOUNDED[PLATFORM][0]
        found = StatusList(f"uscc:{code}", self.listed, now(), frozenset(self.ended), frozenset())
        file = self.city.folder / f"status-{self.listed}"
        file.write_bytes(found.sign(signer=platform).dump())
        at_once(*(lambda name=name: self.city.do(name, "status", "take", file) for name in names))
