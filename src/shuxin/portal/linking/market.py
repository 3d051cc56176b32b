"""The marketplace of the platform that this home follows, over ``/api/v1``: what a lender's desk and pages ask."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from shuxin.infra.api import CHINA
from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text
from shuxin.lending import api as lending
from shuxin.market import api as market
from shuxin.portal.bootstrap import holder
from shuxin.portal.linking.asking import NOT_OURS, SiteRefused, SiteUnreachable, json_body
from shuxin.portal.linking.client import PAGE, SHORT, Platform
from shuxin.portal.linking.joined import required_link
from shuxin.portal.linking.shapes import read, said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shuxin.consent.api import Authorisation
    from shuxin.infra.api import Settings
    from shuxin.lending.api import Answer, ApplicationView, AuthorisationWanted, Feedback
    from shuxin.market.api import (
        BoardLine,
        EventPage,
        ProductTerms,
        ProductView,
        Recommended,
        ReferralView,
        government,
    )
    from shuxin.portal.linking.asking import Bounds

Read = TypeVar("Read")
PAGE_ITEMS, MOST_PAGES, _MOST_EVENTS = 200, 500, 1000
_BUSY = frozenset({429, 500, 502, 503, 504})


class PlatformBusy(Unavailable):
    code = "platform_busy"
    what = Text(
        en="the platform cannot answer just now ({refusal})", zh="平台暂时无法答复（{refusal}）"
    )
    mend = Text(en="Try again in a while; nothing was lost", zh="请稍后重试，数据不会丢失")


class PlatformMarket:
    """Fills ``lending.api.Marketplace`` over HTTP (平台融资服务接口).

    Methods raise SiteUnreachable and PlatformBusy, which are Unavailable: ask again. SiteRefused is the platform's
    word, with its code in ``refusal``. Used from several threads one call at a time.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises NotJoined, LinkSettingsInvalid."""
        self._settings = settings
        self._address = required_link(settings).address
        self._lock, self._platform = Lock(), Platform(settings)

    def close(self) -> None:
        self._platform.close()

    def products(self) -> Sequence[ProductView]:
        return self._all(market.ProductView, "/products", own="true")

    def save_product(self, terms: ProductTerms, *, key: str = "", by: str, request_id: str) -> str:
        body = said(terms)
        if key:
            self._call("PUT", f"/products/{_safe(key)}", body=body, by=by)
            return key
        once = _once("product", request_id) if request_id else _fresh()
        made = self._call("POST", "/products", body=body, by=by, once=once)
        return self._key(made)

    def step_product(self, key: str, event: str, *, by: str, reason: str = "") -> None:
        self._step("products", key, event, by=by, reason=reason)

    def product_terms(self, key: str, version: int) -> ProductTerms:
        found = self._call("GET", f"/products/{_safe(key)}/terms?version={int(version)}")
        return self._read(market.ProductTerms, found)

    def board(self) -> Sequence[BoardLine]:
        return self._all(market.BoardLine, "/demands/board")

    def claim(self, demand: str, product: str, *, by: str) -> str:
        """Asked once more under the same key when the reply was lost."""
        path, once = f"/demands/{_safe(demand)}/claim", _fresh()
        body = json_body({"product": product})
        try:
            return self._key(self._call("POST", path, body=body, by=by, once=once))
        except SiteUnreachable:
            return self._key(self._call("POST", path, body=body, by=by, once=once))

    def referrals(self, *, states: Sequence[str] = ()) -> Sequence[ReferralView]:
        return self._all(market.ReferralView, "/referrals", state=",".join(states))

    def step_referral(
        self, key: str, event: str, *, by: str, reason: str = "", code: str = ""
    ) -> None:
        self._step("referrals", key, event, by=by, reason=reason, code=code)

    def applications(
        self, *, states: Sequence[str] = (), after: str = ""
    ) -> Sequence[ApplicationView]:
        return self._all(
            lending.ApplicationView, "/applications", state=",".join(states), after=after
        )

    def application(self, key: str) -> ApplicationView:
        found = self._call("GET", f"/applications/{_safe(key)}")
        return self._read(lending.ApplicationView, found)

    def step_application(
        self, key: str, event: str, *, by: str, reason: str = ""
    ) -> ApplicationView:
        found = self._step("applications", key, event, by=by, reason=reason)
        return self._read(lending.ApplicationView, found)

    def answer(self, key: str, answer: Answer, *, by: str) -> None:
        self._call("POST", f"/applications/{_safe(key)}/answer", body=said(answer), by=by)

    def feedback(self, key: str, feedback: Feedback, *, by: str) -> None:
        self._call("POST", f"/applications/{_safe(key)}/feedback", body=said(feedback), by=by)

    def ask_authorisation(self, wanted: AuthorisationWanted) -> str:
        """Signed with this party's own key; the same again is the same request."""
        from shuxin.portal.linking.requests import ask  # noqa: PLC0415 - needs the database

        terms = wanted_terms(wanted, grantee=holder(self._settings).party)
        return ask(self._settings, terms=terms, reason=wanted.reason, now=wanted.signed_at)

    def authorisation_states(self) -> Mapping[str, str]:
        with self._lock:
            found = self._guarded(self._platform.requests)
        try:
            return {str(one["request_id"]): str(one["state"]) for one in found}
        except KeyError:
            raise self._not_ours() from None

    def events(self, after: int, *, most: int = 200, kind: str = "") -> EventPage:
        path = f"/events?after={int(after)}&most={int(most)}{_only(kind)}"
        return self._read(market.EventPage, self._call("GET", path))

    def newest_event(self, after: int, *, kind: str = "") -> int:
        """The number up to which there are events; waits for a while where there is none after ``after``."""
        seconds = market.LONGEST_WAIT
        path = f"/events?after={int(after)}&most={_MOST_EVENTS}&wait={seconds}{_only(kind)}"
        bounds = replace(PAGE, seconds=PAGE.seconds + seconds)
        return self._read(market.EventPage, self._call("GET", path, bounds=bounds)).last

    def recommended(self, *, by: str) -> Sequence[Recommended]:
        return self._all(market.Recommended, "/recommendations", by=by)

    def listed(self, *, by: str) -> Sequence[government.RecommendedFirm]:
        return self._all(market.government.RecommendedFirm, "/lists/recommended", by=by)

    def report_result(
        self,
        listing: str,
        *,
        result: government.ResultKind,
        amount_fen: int = 0,
        rate_bp: int | None = None,
        reason: str = "",
        by: str,
        request_id: str,
    ) -> None:
        said = {"result": result.value, "amount_fen": amount_fen, "reason": reason}
        body = json_body(said if rate_bp is None else {**said, "rate_bp": rate_bp})
        path = f"/lists/recommended/{_safe(listing)}/results"
        self._call("POST", path, body=body, by=by, once=_once("result", request_id))

    def campaigns(self) -> Sequence[government.LenderCampaign]:
        return self._all(market.government.LenderCampaign, "/campaigns")

    def campaign_firms(
        self, campaign: str, *, only: str = "", by: str
    ) -> Sequence[government.CampaignCustomer]:
        path = f"/campaigns/{_safe(campaign)}/firms"
        return self._all(market.government.CampaignCustomer, path, by=by, only=only)

    def record_contact(
        self,
        firm: str,
        *,
        result: government.ContactKind,
        amount_fen: int = 0,
        note: str = "",
        by: str,
        request_id: str,
    ) -> None:
        body = json_body({"result": result.value, "amount_fen": amount_fen, "note": note})
        path, once = f"/campaigns/firms/{_safe(firm)}/contacts", _once("contact", request_id)
        self._call("POST", path, body=body, by=by, once=once)

    def _step(
        self, things: str, key: str, event: str, *, by: str, reason: str, code: str = ""
    ) -> Any:
        body = json_body({"event": event, "reason": reason, "code": code})
        return self._call("POST", f"/{things}/{_safe(key)}/steps", body=body, by=by)

    def _all(self, kind: type[Read], path: str, *, by: str = "", **query: str) -> list[Read]:
        """Every page."""
        found: list[Read] = []
        cursor = ""
        for _ in range(MOST_PAGES):
            asked = {"limit": PAGE_ITEMS, "cursor": cursor, **query}
            told = urlencode({name: value for name, value in asked.items() if value})
            page = self._call("GET", f"{path}?{told}", by=by)
            try:
                found += [self._read(kind, item) for item in page["items"]]
                cursor = str(page["next"])
            except (KeyError, TypeError):
                raise self._not_ours() from None
            if not cursor:
                return found
        return found

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        by: str = "",
        once: str = "",
        bounds: Bounds | None = None,
    ) -> Any:
        headers = {"Shuxin-Officer": quote(by[:100], safe="")} if by else {}
        headers |= {"Idempotency-Key": once} if once else {}
        bounds = bounds or (SHORT if method != "GET" else PAGE)

        def asked() -> Any:
            return self._platform.exchange(
                method, f"/api/v1{path}", bounds=bounds, body=body, headers=headers
            )

        with self._lock:
            return self._guarded(asked)

    def _guarded(self, question: Callable[[], Any]) -> Any:
        try:
            return question()
        except SiteRefused as error:
            if error.status in _BUSY:
                raise PlatformBusy(refusal=error.refusal) from error
            raise

    def _read(self, kind: type[Read], value: object) -> Read:
        from pydantic import ValidationError  # noqa: PLC0415 - heavy

        try:
            return read(kind, value)
        except ValidationError as error:
            raise self._not_ours() from error

    def _key(self, made: Any) -> str:
        try:
            return str(made["key"])
        except (KeyError, TypeError):
            raise self._not_ours() from None

    def _not_ours(self) -> SiteUnreachable:
        return SiteUnreachable(address=self._address, reason=NOT_OURS)


def wanted_terms(wanted: AuthorisationWanted, *, grantee: str) -> Authorisation:
    """What the firm is asked to sign: for a credit decision, from ``signed_at`` on, data of so many months."""
    from shuxin.consent.api import Authorisation, Purpose  # noqa: PLC0415 - needs the database

    needed, start = wanted.needed, wanted.signed_at.replace(microsecond=0)
    day = start.astimezone(CHINA).date()
    return Authorisation(
        subject=wanted.firm,
        grantee=grantee,
        holders=(needed.holder,),
        purpose=Purpose.CREDIT_DECISION,
        catalogues=needed.catalogues,
        level_max=needed.level_max,
        data_from=_months_before(day, needed.data_months),
        data_to=day + dt.timedelta(days=1),
        valid_from=start,
        valid_to=start + dt.timedelta(days=needed.valid_days),
        max_uses=needed.max_uses,
        text_hash="",
        language="zh",
        signed_at=start,
    )


_LOCK = Lock()
_KEPT: dict[tuple[object, ...], PlatformMarket] = {}


def marketplace(settings: Settings) -> PlatformMarket:
    """One connection and token for this process. Raises NotJoined, LinkSettingsInvalid."""
    key = (settings.home, required_link(settings))
    with _LOCK:
        if key not in _KEPT:
            for old in _KEPT.values():
                old.close()
            _KEPT.clear()
            _KEPT[key] = PlatformMarket(settings)
        return _KEPT[key]


def _months_before(day: dt.date, months: int) -> dt.date:
    """The first day of the month so many months before."""
    whole = day.year * 12 + day.month - 1 - months
    return dt.date(whole // 12, whole % 12 + 1, 1)


def _only(kind: str) -> str:
    return f"&kind={kind}" if kind else ""


def _once(kind: str, request_id: str) -> str:
    return hashlib.sha256(f"{kind}\n{request_id}".encode()).hexdigest()


def _fresh() -> str:
    return secrets.token_hex(16)


def _safe(key: str) -> str:
    return quote(key, safe="")
