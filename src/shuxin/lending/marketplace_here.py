"""The marketplace on the rooms of this very process: for tests, and for a city that is simulated in one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.machine import Actor
from shuxin.lending import answering, applications, closing
from shuxin.market import api as market

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from shuxin.lending.domain.application import ApplicationView
    from shuxin.lending.domain.offers import Answer, Feedback
    from shuxin.lending.marketplace import AuthorisationWanted


@dataclass
class MarketplaceHere:
    """As one lender has it. asks: what puts a request for an authorisation before the firm, and its id."""

    lender: str
    journal: market.Journal
    now: Callable[[], datetime]
    asks: Callable[[AuthorisationWanted], str] | None = None
    states: Callable[[], Mapping[str, str]] = dict

    def products(self) -> Sequence[market.ProductView]:
        return market.products(
            lender=self.lender,
            states=("draft", "review", "online", "paused", "offline"),
            viewer=self.lender,
        )

    def save_product(
        self, terms: market.ProductTerms, *, key: str = "", by: str, request_id: str
    ) -> str:
        if key:
            market.edit_product(key, terms, doer=self._doer(by), now=self.now())
            return key
        return market.draft_product(
            terms, lender=self.lender, doer=self._doer(by), now=self.now(), request_id=request_id
        )

    def step_product(self, key: str, event: str, *, by: str, reason: str = "") -> None:
        market.step_product(key, event, doer=self._doer(by), now=self.now(), reason=reason)

    def product_terms(self, key: str, version: int) -> market.ProductTerms:
        return market.product_terms(key, version)

    def board(self) -> Sequence[market.BoardLine]:
        return market.board(self.lender, now=self.now())

    def claim(self, demand: str, product: str, *, by: str) -> str:
        return market.claim(demand, product, doer=self._doer(by), now=self.now())

    def referrals(self, *, states: Sequence[str] = ()) -> Sequence[market.ReferralView]:
        return market.referrals_of_lender(self.lender, states=states)

    def step_referral(
        self, key: str, event: str, *, by: str, reason: str = "", code: str = ""
    ) -> None:
        doer = self._doer(by)
        market.step_referral(key, event, doer=doer, now=self.now(), reason=reason, code=code)

    def applications(
        self, *, states: Sequence[str] = (), after: str = ""
    ) -> Sequence[ApplicationView]:
        return applications.applications_for(self.lender, states=states, after=after)

    def application(self, key: str) -> ApplicationView:
        return applications.application(key, viewer=self.lender)

    def step_application(
        self, key: str, event: str, *, by: str, reason: str = ""
    ) -> ApplicationView:
        applications.step_application(
            key, event, doer=self._doer(by), now=self.now(), reason=reason
        )
        return self.application(key)

    def answer(self, key: str, answer: Answer, *, by: str) -> None:
        answering.answer_application(key, answer, doer=self._doer(by), now=self.now())

    def feedback(self, key: str, feedback: Feedback, *, by: str) -> None:
        closing.give_feedback(key, feedback, doer=self._doer(by), now=self.now())

    def ask_authorisation(self, wanted: AuthorisationWanted) -> str:
        if self.asks is None:
            raise ValueError("nobody here puts requests before firms")
        return self.asks(wanted)

    def authorisation_states(self) -> Mapping[str, str]:
        return self.states()

    def events(self, after: int, *, most: int = 200, kind: str = "") -> market.EventPage:
        return market.events_after(self.lender, after, most=most, kind=kind)

    def recommended(self, *, by: str) -> Sequence[Any]:
        return market.recommended_firms(self.lender, now=self.now(), doer=self._doer(by))

    def listed(self, *, by: str) -> Sequence[market.government.RecommendedFirm]:
        return market.recommended_list(self.lender, doer=self._doer(by), now=self.now())

    def report_result(
        self,
        listing: str,
        *,
        result: market.government.ResultKind,
        amount_fen: int = 0,
        rate_bp: int | None = None,
        reason: str = "",
        by: str,
        request_id: str,
    ) -> None:
        market.report_credited(
            listing,
            result=result,
            amount_fen=amount_fen,
            rate_bp=rate_bp,
            reason=reason,
            doer=self._doer(by),
            now=self.now(),
            request_id=request_id,
        )

    def campaigns(self) -> Sequence[market.government.LenderCampaign]:
        return market.government.lender_campaigns(self.lender)

    def campaign_firms(
        self, campaign: str, *, only: str = "", by: str
    ) -> Sequence[market.government.CampaignCustomer]:
        """Every page."""
        found: list[market.government.CampaignCustomer] = []
        rest, is_more = "", True
        while is_more:
            page, rest = market.government.campaign_customers(
                campaign, only=only, after=rest, doer=self._doer(by), now=self.now()
            )
            found, is_more = [*found, *page], bool(rest)
        return found

    def record_contact(
        self,
        firm: str,
        *,
        result: market.government.ContactKind,
        amount_fen: int = 0,
        note: str = "",
        by: str,
        request_id: str,
    ) -> None:
        market.government.record_contact(
            firm,
            result=result,
            amount_fen=amount_fen,
            note=note,
            doer=self._doer(by),
            now=self.now(),
            request_id=request_id,
        )

    def _doer(self, by: str) -> market.Doer:
        return market.Doer(Actor.LENDER, self.lender, by, self.journal)
