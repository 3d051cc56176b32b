"""What a lender asks of the platform; over HTTP in ``portal.linking``, on the rooms themselves in ``marketplace_here``.

Whoever fills it raises ``Unavailable`` where the platform cannot be reached: then it is asked again. Everything else
that is raised is the platform's word, for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from typing import Any

    from shuxin.lending.domain.application import ApplicationView
    from shuxin.lending.domain.offers import Answer, Feedback
    from shuxin.market.api import (
        BoardLine,
        EventPage,
        Needed,
        ProductTerms,
        ProductView,
        ReferralView,
        government,
    )


@dataclass(frozen=True, slots=True)
class AuthorisationWanted:
    """What a firm is asked for (拟申请的授权). The same again is the same request: nothing in it is drawn anew."""

    firm: str
    needed: Needed
    reason: str
    signed_at: dt.datetime


class Marketplace(Protocol):
    """The platform, as one lender may use it; ``by`` names the officer or system that acts.

    products: its own, in every state. save_product: a new draft, or the draft of an edited one; its key. claim: the
    referral's key. ask_authorisation: the request's id. authorisation_states: of this lender's requests, by id.
    campaign_firms: of its share, ``only`` the one with this key; the platform logs the reading. record_contact: with
    the firm of this key, once for a ``request_id``. recommended, listed: firms that it may turn to, and of them those
    that an office recommended, with this lender's own reports; the platform logs who read of the latter.
    report_result: what came of one of these, once for a ``request_id``.
    Views are those of ``market.api``.
    """

    def products(self) -> Sequence[ProductView]: ...

    def save_product(
        self, terms: ProductTerms, *, key: str = "", by: str, request_id: str
    ) -> str: ...

    def step_product(self, key: str, event: str, *, by: str, reason: str = "") -> None: ...

    def product_terms(self, key: str, version: int) -> ProductTerms: ...

    def board(self) -> Sequence[BoardLine]: ...

    def claim(self, demand: str, product: str, *, by: str) -> str: ...

    def referrals(self, *, states: Sequence[str] = ()) -> Sequence[ReferralView]: ...

    def step_referral(
        self, key: str, event: str, *, by: str, reason: str = "", code: str = ""
    ) -> None: ...

    def applications(
        self, *, states: Sequence[str] = (), after: str = ""
    ) -> Sequence[ApplicationView]: ...

    def application(self, key: str) -> ApplicationView: ...

    def step_application(
        self, key: str, event: str, *, by: str, reason: str = ""
    ) -> ApplicationView: ...

    def answer(self, key: str, answer: Answer, *, by: str) -> None: ...

    def feedback(self, key: str, feedback: Feedback, *, by: str) -> None: ...

    def ask_authorisation(self, wanted: AuthorisationWanted) -> str: ...

    def authorisation_states(self) -> Mapping[str, str]: ...

    def events(self, after: int, *, most: int = 200, kind: str = "") -> EventPage: ...

    def recommended(self, *, by: str) -> Sequence[Any]: ...

    def listed(self, *, by: str) -> Sequence[government.RecommendedFirm]: ...

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
    ) -> None: ...

    def campaigns(self) -> Sequence[government.LenderCampaign]: ...

    def campaign_firms(
        self, campaign: str, *, only: str = "", by: str
    ) -> Sequence[government.CampaignCustomer]: ...

    def record_contact(
        self,
        firm: str,
        *,
        result: government.ContactKind,
        amount_fen: int = 0,
        note: str = "",
        by: str,
        request_id: str,
    ) -> None: ...
