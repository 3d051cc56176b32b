"""What the first page tells of this site: whose it is, and how far its log has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import own_log
from shuxin.portal.web.parts import Code, Facts

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.portal.bootstrap import HolderIdentity

SECONDS_KEPT = 5
KINDS = {
    "operator": Text(en="operator of the platform", zh="平台运营方"),
    "department": Text(en="government department", zh="政府部门"),
    "utility": Text(en="public utility", zh="公用事业单位"),
    "bank": Text(en="bank", zh="银行"),
    "notary": Text(en="notary", zh="公证方"),
}


@dataclass(frozen=True, slots=True)
class LogState:
    """``last_at``: when the newest entry was made, None for an empty log."""

    entries: int
    last_at: datetime | None
    key: str


def log_state() -> LogState | None:
    """Of this site's log, at most some seconds old; None where there is none, or where it cannot be read now."""
    found: LogState | None = cache.get_or_set("front-log", _log_state, SECONDS_KEPT)
    return found


def _log_state() -> LogState | None:
    from shuxin.ledger.api import own_log_key  # noqa: PLC0415 - loads the room

    settings = settings_from_environment()
    try:
        if own_log_key(settings) is None:
            return None
        log = own_log(settings)
        size = log.size
        last = log.entries(size - 1, size)
        return LogState(size, last[-1].at if last else None, log.key.text)
    except ShuxinError:
        return None


def site_facts(site: HolderIdentity) -> Facts:
    """Whose site this is and what can be counted on it now."""
    kind = KINDS.get(site.kind)
    facts: list[tuple[Text, Any]] = [(Text(en="Site of", zh="本站所属"), site.name)]
    if kind is not None:
        facts.append((Text(en="Kind", zh="机构类别"), kind))
    state = log_state()
    if state is not None:
        facts += [
            (Text(en="Entries in its log", zh="存证日志条目"), state.entries),
            (Text(en="Newest entry", zh="最新条目时间"), state.last_at),
            (Text(en="Key of the log", zh="日志公钥"), Code(state.key)),
        ]
    return Facts(facts)
