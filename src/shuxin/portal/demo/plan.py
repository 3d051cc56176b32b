"""Who takes part in the demo, where each lives, and what of it is made already (演示编排)."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import write_whole
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MARK = ".shuxin-demo"
FORM = 2
"""Of the mark: a demo of another form is made anew."""
HOST = "127.0.0.1"
LOWEST_PORT, HIGHEST_PORT = 21_000, 29_000
"""Below the ports that systems give to outgoing connections."""


class DemoFolderTaken(Conflict):
    code = "demo_folder_taken"
    what = Text(
        en="{folder} exists and was not made by a demo", zh="{folder} 已存在，且不是演示生成的目录"
    )
    mend = Text(
        en="Move it away or run the demo in another folder", zh="请移走该目录或在其他目录运行演示"
    )


class DemoRunning(Conflict):
    code = "demo_running"
    what = Text(en="the demo in {folder} is running", zh="{folder} 中的演示正在运行")
    mend = Text(
        en="Use its link, or end it first (Ctrl-C in its window)",
        zh="请直接使用其链接，或先在其窗口按 Ctrl-C 结束",
    )


@dataclass(frozen=True, slots=True)
class Seat:
    """One institution of the demo (演示机构)."""

    name: str
    code: str
    called: str
    kind: str
    title: Text
    has_node: bool = True
    has_site: bool = True
    lends: bool = False

    @property
    def party(self) -> str:
        return f"uscc:{self.code}"


PLATFORM = Seat(
    "platform",
    "91349900MA2PLT0158",
    "澜坪信用平台有限公司",
    "operator",
    Text(en="platform", zh="平台"),
    has_node=False,
)
ATTESTER = Seat(
    "attester",
    "12349900MB2ATT019Q",
    "澜坪市政务服务中心",
    "attester",
    Text(en="service centre", zh="政务服务中心"),
    has_node=False,
    has_site=False,
)
BUREAU = Seat(
    "bureau",
    "11349900MB1A2B3CXR",
    "澜坪市数据局",
    "department",
    Text(en="data bureau", zh="数据局"),
)
UTILITY = Seat(
    "utility", "91349900MA2PWR0162", "澜坪供电公司", "utility", Text(en="utility", zh="供电公司")
)
BANK = Seat(
    "bank",
    "91349900MA2BNK019J",
    "澜坪农商银行",
    "bank",
    Text(en="bank", zh="银行"),
    lends=True,
)
VILLAGE = Seat(
    "village",
    "91349900MA2TLG021C",
    "澜坪惠民村镇银行",
    "bank",
    Text(en="village bank", zh="村镇银行"),
    has_node=False,
    lends=True,
)
"""A small lender: it has no data of its own and decides by what the firm says and what is public."""
FINANCE = Seat(
    "finance",
    "11349900MB1FNB0360",
    "澜坪市金融办",
    "department",
    Text(en="finance office", zh="金融办"),
    has_node=False,
    has_site=False,
)
"""Its officers work on the platform's site."""
NOTARY = Seat(
    "notary", "12349900MB1NTY001L", "澜坪公证处", "notary", Text(en="notary", zh="公证处")
)
SEATS = (PLATFORM, ATTESTER, BUREAU, UTILITY, BANK, NOTARY, VILLAGE, FINANCE)
NODES = tuple(seat for seat in SEATS if seat.has_node)
SITES = tuple(seat for seat in SEATS if seat.has_site)
HOLDERS = (BUREAU, UTILITY)
LENDERS = tuple(seat for seat in SEATS if seat.lends)
LINKED = (*NODES, *(seat for seat in LENDERS if not seat.has_node))
"""Who follows the platform or asks it for something."""


@dataclass(frozen=True, slots=True)
class Login:
    """An account of the demo: its name, the site it is for, its roles, and what it is for.

    of: whose officer it is, where that is not the site's own institution.
    """

    name: str
    seat: Seat
    roles: tuple[str, ...]
    title: Text
    of: Seat | None = None

    @property
    def party(self) -> str:
        return (self.of or self.seat).party


OWNER = "owner"
LOGINS = (
    Login(OWNER, PLATFORM, ("subject",), Text(en="owner of a firm: you", zh="企业主：即您本人")),
    Login("operator", PLATFORM, ("officer",), Text(en="platform's officer", zh="平台业务人员")),
    Login("admin", PLATFORM, ("system_admin",), Text(en="system administrator", zh="系统管理员")),
    Login(
        "security",
        PLATFORM,
        ("security_admin",),
        Text(en="security administrator", zh="安全管理员"),
    ),
    Login("auditor", PLATFORM, ("auditor",), Text(en="auditor", zh="审计员")),
    Login(
        "finance-officer",
        PLATFORM,
        ("officer",),
        Text(en="finance office's officer", zh="金融办工作人员"),
        of=FINANCE,
    ),
    Login(
        "finance-second",
        PLATFORM,
        ("officer",),
        Text(en="finance office's second officer", zh="金融办复核人员"),
        of=FINANCE,
    ),
    Login("bank-officer", BANK, ("officer",), Text(en="bank's officer", zh="银行客户经理")),
    Login(
        "bank-second",
        BANK,
        ("officer",),
        Text(en="bank's second officer", zh="银行复核人员"),
    ),
    Login(
        "village-officer",
        VILLAGE,
        ("officer",),
        Text(en="village bank's officer", zh="村镇银行客户经理"),
    ),
    Login(
        "village-second",
        VILLAGE,
        ("officer",),
        Text(en="village bank's second officer", zh="村镇银行复核人员"),
    ),
    Login("bank-auditor", BANK, ("auditor",), Text(en="bank's auditor", zh="银行审计员")),
    Login("bureau-officer", BUREAU, ("officer",), Text(en="bureau's officer", zh="数据局工作人员")),
    Login("bureau-auditor", BUREAU, ("auditor",), Text(en="bureau's auditor", zh="数据局审计员")),
    Login(
        "utility-officer",
        UTILITY,
        ("officer",),
        Text(en="utility's officer", zh="供电公司工作人员"),
    ),
    Login("notary-officer", NOTARY, ("officer",), Text(en="notary's officer", zh="公证处工作人员")),
)

PEOPLE = {
    seat: tuple(one.name for one in LOGINS if one.seat == seat and one.roles == ("officer",))
    for seat in LENDERS
}
"""Officers of each lender: the first writes, the second agrees."""


class Found(Enum):
    """What stands in the demo's folder."""

    NOTHING = "nothing"
    WHOLE = "whole"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Place:
    """The demo's folder (演示目录)."""

    folder: Path

    def home(self, seat: Seat) -> Path:
        return self.folder / seat.name

    @property
    def city(self) -> Path:
        return self.folder / "city"

    @property
    def accounts_file(self) -> Path:
        """Names and passwords, readable by the owner only."""
        return self.folder / "accounts.json"

    def log(self, name: str) -> Path:
        """What a process of the demo printed."""
        return self.folder / "logs" / f"{name}.log"

    def state(self) -> dict[str, Any]:
        """What the mark says; empty where it says nothing that this version knows."""
        try:
            found = json.loads((self.folder / MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        known = isinstance(found, dict) and found.get("form") == FORM
        return found if known else {}

    def keep(self, **facts: object) -> None:
        """Add to what the mark says."""
        state = {"form": FORM, **self.state(), **facts}
        text = json.dumps(state, ensure_ascii=False, sort_keys=True, indent=1)
        write_whole(self.folder / MARK, text.encode())


def examine(place: Place, *, size: str) -> Found:
    """What stands there; a half-made demo, one of another size or of another version is broken.

    Raises DemoFolderTaken for anything that no demo made.
    """
    folder = place.folder
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return Found.NOTHING
    if not (folder / MARK).is_file():
        raise DemoFolderTaken(folder=folder)
    state = place.state()
    is_whole = state.get("ready") is True and size in {"", state.get("size")}
    homes = all((place.home(seat) / "holder.json").is_file() for seat in SEATS)
    return Found.WHOLE if is_whole and homes and place.accounts_file.is_file() else Found.BROKEN


def clear(place: Place) -> None:
    """An empty folder of the demo's own, with its mark. Only for what ``examine`` found to be nothing, or broken."""
    if place.folder.exists():
        shutil.rmtree(place.folder)
    place.folder.mkdir(parents=True, mode=0o700)
    (place.folder / "logs").mkdir(mode=0o700)
    place.keep(ready=False)


def new_ports() -> dict[str, int]:
    """A free port for each site and each node, kept from now on: keys in browsers belong to an address."""
    wanted = [f"{seat.name}-site" for seat in SITES] + [f"{seat.name}-node" for seat in NODES]
    found: dict[str, int] = {}
    while len(found) < len(wanted):
        port = LOWEST_PORT + secrets.randbelow(HIGHEST_PORT - LOWEST_PORT)
        if port not in found.values() and _is_free(port):
            found[wanted[len(found)]] = port
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind((HOST, port))
        except OSError:
            return False
    return True


def site_url(ports: Mapping[str, int], seat: Seat) -> str:
    return f"http://{HOST}:{ports[f'{seat.name}-site']}"


def node_address(ports: Mapping[str, int], seat: Seat) -> str:
    return f"{HOST}:{ports[f'{seat.name}-node']}"
