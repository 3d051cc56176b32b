"""What a party's system asks of its platform, each question with an access token."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.statements import (
    LONGEST_STATEMENT,
    StatementInvalid,
    parse_json,
    parse_statement,
    statement_from,
)
from shuxin.kernel.text import Text
from shuxin.portal.linking.asking import NOT_OURS, Answer, Bounds, SiteUnreachable
from shuxin.portal.linking.joined import required_link, secret_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.portal.linking.asking import Site

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
SHORT = Bounds(seconds=5, most_bytes=1 << 20)
LIST = Bounds(seconds=20, most_bytes=LONGEST_STATEMENT)
PAGE = Bounds(seconds=20, most_bytes=16 << 20)
DIRECTORY = Bounds(seconds=120, most_bytes=256 << 20)
_OLD_TOKEN, _CLIENT_REFUSED = 401, {400, 401}
_BEFORE_ITS_END = 60.0
_SHORTEST, _LONGEST = 1.0, 3600.0


class ClientRefused(NotPermitted):
    code = "platform_client_refused"
    what = Text(
        en="the platform does not accept the id and secret of this client",
        zh="平台不接受本客户端的标识与密钥",
    )
    mend = Text(
        en="Let the platform register a client for this party; then 'shuxin platform leave' and 'join' anew",
        zh="请由平台为本机构登记客户端，然后运行 shuxin platform leave 并重新 join",
    )


@dataclass(frozen=True, slots=True)
class Word:
    """The platform's answer to one contact: what is newest there. Only the statement ``current`` is signed."""

    status_number: int
    current: Statement
    directory_number: int
    grants_last: int


class Platform:
    """The platform's API as one client of one party sees it (平台接口). One thread at a time.

    Every method raises SiteUnreachable, and SiteRefused with the platform's own reason.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises NotJoined, LinkSettingsInvalid, PublicAddressInvalid, CertificateFileMissing."""
        self._link, self._secret = required_link(settings), secret_of(settings)
        self._site: Site = self._link.site()
        self._token, self._until = "", 0.0

    def close(self) -> None:
        self._site.close()

    def follow(self, told: dict[str, Any], *, now: Callable[[], datetime]) -> Word:
        """One contact: say what this side has and what time it is here, hear what is newest."""
        self._fresh_token()  # may take its time; the clock is read afterwards
        body = _dumped(told | {"at": now().isoformat()})
        answer = self._call("POST", "/api/follow", bounds=SHORT, body=body)
        try:
            said = parse_json(answer.body, longest=SHORT.most_bytes)
            return Word(
                status_number=_number(said["status"]),
                current=statement_from(said["current"]),
                directory_number=_number(said["directory"]),
                grants_last=_number(said["grants"]),
            )
        except (StatementInvalid, KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._not_ours() from error

    def status_list(self) -> Statement:
        """Raises StatementInvalid too."""
        return parse_statement(self._call("GET", "/api/follow/status", bounds=LIST).body)

    def directory(self) -> bytes:
        """The newest snapshot, one statement a line."""
        return self._call("GET", "/api/follow/directory", bounds=DIRECTORY).body

    def grants(self, *, after: int) -> tuple[list[Statement], int]:
        """Authorisations that concern the caller's party, and after which place to ask next."""
        path = f"/api/follow/grants?after={after}"
        answer = self._call("GET", path, bounds=PAGE)
        try:
            said = parse_json(answer.body, longest=PAGE.most_bytes)
            return [statement_from(one) for one in said["statements"]], _number(said["last"])
        except (StatementInvalid, KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._not_ours() from error

    def put_request(self, statement: Statement) -> str:
        """The id under which the subject sees it."""
        answer = self._call("POST", "/api/requests", bounds=SHORT, body=statement.dump())
        return str(self._read(answer)["request_id"])

    def requests(self) -> list[dict[str, Any]]:
        """The caller's own requests, the newest first."""
        found = self._read(self._call("GET", "/api/requests", bounds=PAGE), most=PAGE.most_bytes)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self._not_ours()
        return found

    def exchange(
        self,
        method: str,
        path: str,
        *,
        bounds: Bounds,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Any other operation, which may be asked twice: the answer's JSON, strictly read."""
        answer = self._call(method, path, bounds=bounds, body=body, headers=headers)
        return self._read(answer, most=bounds.most_bytes)

    def _call(
        self,
        method: str,
        path: str,
        *,
        bounds: Bounds,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """With a new token when the old one counts no more."""
        answer = self._asked(method, path, bounds, body, headers or {})
        if answer.status == _OLD_TOKEN:
            self._token = ""
            answer = self._asked(method, path, bounds, body, headers or {})
        return self._good(answer)

    def _asked(
        self, method: str, path: str, bounds: Bounds, body: bytes | None, more: Mapping[str, str]
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self._fresh_token()}"} | (_JSON if body else {})
        return self._site.ask(method, path, bounds=bounds, body=body, headers={**headers, **more})

    def _fresh_token(self) -> str:
        if self._token and time.monotonic() < self._until:
            return self._token
        form = {
            "grant_type": "client_credentials",
            "client_id": self._link.client_id,
            "client_secret": self._secret,
        }
        body = urlencode(form).encode()
        answer = self._site.ask("POST", "/api/oauth/token", bounds=SHORT, body=body, headers=_FORM)
        if answer.status in _CLIENT_REFUSED:
            raise ClientRefused
        said = self._read(self._good(answer))
        try:
            lasts = min(max(float(said["expires_in"]) - _BEFORE_ITS_END, _SHORTEST), _LONGEST)
            token = str(said["access_token"])
        except (KeyError, TypeError, ValueError) as error:
            raise self._not_ours() from error
        if not token.isascii() or not token.isprintable():
            raise self._not_ours()
        self._token, self._until = token, time.monotonic() + lasts
        return token

    def _good(self, answer: Answer) -> Answer:
        if answer.status // 100 != 2:  # noqa: PLR2004 - success, in HTTP
            raise self._site.refusal(answer)
        return answer

    def _read(self, answer: Answer, *, most: int = SHORT.most_bytes) -> Any:
        try:
            return parse_json(answer.body, longest=most)
        except StatementInvalid as error:
            raise self._not_ours() from error

    def _not_ours(self) -> SiteUnreachable:
        return SiteUnreachable(address=self._site.address, reason=NOT_OURS)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise ValueError("a number of the platform's")
    return value


def _dumped(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()
