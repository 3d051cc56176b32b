"""Systems of banks and departments that use the API: registered, given scopes, cut off."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput, NotFound, NotPermitted
from shuxin.kernel.text import Text
from shuxin.parties.accounts.keys import digest_of
from shuxin.parties.accounts.models import NAME, Client, Token
from shuxin.parties.accounts.opening import require_party
from shuxin.parties.accounts.rate import CALLS_BY_CLIENT, take

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

TOKEN_LASTS = timedelta(minutes=15)
_SECRET_BYTES = 32


class Scope(StrEnum):
    """What a client may do over the API (权限范围)."""

    VERIFY = "verify"
    REQUESTS_WRITE = "requests:write"
    GRANTS_READ = "grants:read"
    USES_READ = "uses:read"
    LOG_READ = "log:read"
    MARKET_READ = "market:read"
    MARKET_WRITE = "market:write"
    LISTS_WRITE = "lists:write"
    STATISTICS_READ = "statistics:read"


class ScopeUnknown(InvalidInput):
    code = "scope_unknown"
    what = Text(en="a scope is not known", zh="存在未定义的权限范围")
    mend = Text(en="Give at least one of: {known}", zh="请至少提供以下之一：{known}")


class ClientUnknown(NotFound):
    code = "api_client_unknown"
    what = Text(en="there is no such client", zh="接口客户端不存在")
    mend = Text(en="List them: shuxin account clients", zh="请用 shuxin account clients 查看")


class TokenRefused(NotPermitted):
    code = "token_refused"
    what = Text(
        en="the access token is missing, unknown, expired or revoked",
        zh="访问令牌缺失、未知、过期或已撤销",
    )
    mend = Text(
        en="Fetch a new one at /api/oauth/token with the client's id and secret",
        zh="请使用客户端标识与密钥在 /api/oauth/token 重新获取",
    )


class ScopeMissing(NotPermitted):
    code = "scope_missing"
    what = Text(en="the access token lacks the scope '{scope}'", zh="访问令牌缺少权限范围“{scope}”")
    mend = Text(
        en="Ask for this scope with the token, or have it given to the client",
        zh="请在获取令牌时申请该范围，或为客户端授予该范围",
    )


@dataclass(frozen=True, slots=True)
class NewClient:
    """``secret`` is shown this once and kept as a digest only."""

    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class ClientView:
    """A client without its secret."""

    client_id: str
    party: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose system calls (调用方), with which scopes."""

    client_id: str
    party: str
    scopes: frozenset[Scope]


def parse_scopes(texts: Iterable[str]) -> frozenset[Scope]:
    """Raises ScopeUnknown."""
    given = frozenset(texts)
    if not given or not given <= set(Scope):
        raise ScopeUnknown(known=", ".join(Scope))
    return frozenset(map(Scope, given))


def register_client(*, party: str, name: str, scopes: Iterable[str], now: datetime) -> NewClient:
    """Raises PartyInvalid, ScopeUnknown."""
    require_party(party)
    new = NewClient(client_id=secrets.token_hex(12), secret=secrets.token_urlsafe(_SECRET_BYTES))
    Client.objects.create(
        client_id=new.client_id,
        party=party,
        name=name[:NAME],
        scopes=sorted(parse_scopes(scopes)),
        secret=digest_of(new.secret),
        made_at=now,
    )
    return new


def revoke_client(*, client_id: str, now: datetime) -> None:
    """Its tokens end with it. Raises ClientUnknown."""
    if not Client.objects.filter(client_id=client_id, revoked_at=None).update(revoked_at=now):
        raise ClientUnknown


def clients() -> list[ClientView]:
    """All, the newest first."""
    return [
        ClientView(
            client_id=row.client_id,
            party=row.party,
            name=row.name,
            scopes=tuple(row.scopes),
            made_at=row.made_at,
            revoked_at=row.revoked_at,
        )
        for row in Client.objects.order_by("-made_at", "-pk")
    ]


def secret_fits(client: Client, secret: str) -> bool:
    return hmac.compare_digest(client.secret, digest_of(secret[:200]))


def keep_token(token: str, *, client: Client, scopes: Iterable[str], now: datetime) -> None:
    """By its digest; those that ended a day ago go."""
    Token.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    Token.objects.create(
        digest=digest_of(token),
        client=client,
        scopes=sorted(scopes),
        expires_at=now + TOKEN_LASTS,
    )


def revoke_token(token: str, *, client: Client, now: datetime) -> None:
    """Only the client's own; others are left alone and nothing is said (RFC 7009, section 2.2)."""
    Token.objects.filter(digest=digest_of(token), client=client, revoked_at=None).update(
        revoked_at=now
    )


def admit(token: str, *, scope: Scope, now: datetime) -> Caller:
    """Who calls with this token, counted against its rate. Raises TokenRefused, TooOften, ScopeMissing."""
    row = (
        Token.objects.filter(
            digest=digest_of(token[:200]),
            expires_at__gt=now,
            revoked_at=None,
            client__revoked_at=None,
        )
        .select_related("client")
        .first()
    )
    if row is None:
        raise TokenRefused
    take(f"client:{row.client.client_id}", rate=CALLS_BY_CLIENT, now=now)
    allowed = set(row.scopes) & set(row.client.scopes)
    if scope not in allowed:
        raise ScopeMissing(scope=scope.value)
    return Caller(
        client_id=row.client.client_id,
        party=row.client.party,
        scopes=frozenset(map(Scope, allowed)),
    )
