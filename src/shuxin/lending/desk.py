"""The lender's desk (审批台): hears of applications, claims them, gathers authorisations, decides, answers.

A round may stop anywhere, for good or for a moment: what is known is in the lender's own database, everything that is
asked of the platform may be asked again, and the next round goes on from there.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from django.db import transaction
from django.db.models import Min

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import ShuxinError, Unavailable
from shuxin.kernel.machine import Actor
from shuxin.lending import case_rows
from shuxin.lending.case_models import AuthorisationAsked, CaseRow, FeedPlace
from shuxin.lending.domain.offers import Answer, DeclineReason, Verdict
from shuxin.lending.marketplace import AuthorisationWanted
from shuxin.lending.offers import make_offer
from shuxin.lending.outbox import deliver
from shuxin.market import api as market

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shuxin.lending.domain.application import ApplicationView
    from shuxin.lending.marketplace import Marketplace

BY, APPLICATIONS = "desk", "application"
AGAIN_SOON, AGAIN_LATER = timedelta(seconds=1), timedelta(seconds=30)
_SHARE_OF_WAITING = 20
"""Whoever has waited for a minute is asked after every three seconds."""
MOST_AT_ONCE = 200
_LONGEST_CODE = 60
_WITH_US = ("data_query", "scoring", "manual_review", "need_information")
_EVENTS = {
    Verdict.APPROVE: "approve",
    Verdict.REFER: "refer",
    Verdict.DECLINE: "decline",
    Verdict.NEED_INFORMATION: "ask",
}
_WITH_REASONS = (Verdict.DECLINE, Verdict.NEED_INFORMATION)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Advice:
    """What the engine decided (决策结果). digest: of its record.

    keep: writes the record down, in the transaction in which the case moves on. recorded: there is a record.
    """

    verdict: Verdict
    digest: str
    keep: Callable[[], object]
    limit_fen: int = 0
    rate_bp: int = 0
    reasons: tuple[DeclineReason, ...] = ()
    question: str = ""
    stage: str = ""
    sources: tuple[str, ...] = ()
    recorded: bool = True


class Engine(Protocol):
    """Decides by the strategy that runs for this kind of product. The same request again is the same decision."""

    def decide(
        self,
        view: ApplicationView,
        terms: market.ProductTerms,
        *,
        case: str,
        request_id: str,
        now: datetime,
    ) -> Advice: ...


class Authorisations(Protocol):
    """What this lender may present of a firm now (授权书); asks nobody."""

    def held(self, firm: str, needed: market.Needed, *, now: datetime) -> bool: ...


@dataclass
class Desk:
    """One lender's desk; one thread at a time.

    reason: the sentence that a firm reads above a request for data. platform: whose feed it is; each has its place.
    """

    party: str
    marketplace: Marketplace
    engine: Engine
    authorisations: Authorisations
    journal: market.Journal
    now: Callable[[], datetime]
    reason: str = "用于审批您提交的贷款申请"
    platform: str = ""
    _terms: dict[tuple[str, int], market.ProductTerms] = field(default_factory=dict)

    @property
    def doer(self) -> market.Doer:
        return market.Doer(Actor.SYSTEM, self.party, BY, self.journal)

    def round(self) -> Counter[str]:
        """Once all that can be done now; what was done, by kind. A platform that is down delays, and loses nothing."""
        done: Counter[str] = Counter()
        try:
            done["events"] += self._hear()
        except Unavailable as error:
            done["unreachable"] += 1
            _LOG.info("the platform is not reached: %s", error.code)
        for key in self._due():
            done[self._guarded(key)] += 1
            if not done["undelivered"]:
                done.update(self._tell())
        done.update(self._tell())
        return +done

    def _tell(self) -> Counter[str]:
        """What was decided, to the platform: the next case takes its time."""
        return deliver(self.marketplace, by=BY, now=self.now(), on_refused=self._refresh)

    def place(self) -> int:
        """The last event of the feed that is known here."""
        found = FeedPlace.objects.filter(platform=self.platform).first()
        return found.last if found else 0

    def due_in(self) -> float:
        """Seconds until the next case is to be looked at, 0 when one is by now, infinite when none waits."""
        earliest: datetime | None = CaseRow.objects.aggregate(at=Min("look_at"))["at"]
        if earliest is None:
            return math.inf
        return max((earliest - self.now()).total_seconds(), 0.0)

    def _hear(self) -> int:
        """Read the feed on; the place moves with what was taken in. Raises Unavailable."""
        place, _ = FeedPlace.objects.get_or_create(
            platform=self.platform, defaults={"at": self.now()}
        )
        heard = 0
        while True:
            page = self.marketplace.events(place.last, most=MOST_AT_ONCE, kind=APPLICATIONS)
            if page.last == place.last:
                return heard
            found = [self._told(key) for key in dict.fromkeys(one.thing for one in page.events)]
            with transaction.atomic():
                for view in found:
                    self._take_in(view)
                place.last, place.at = page.last, self.now()
                place.save()
            heard += len(page.events)
            if len(page.events) < MOST_AT_ONCE:
                return heard

    def _told(self, key: str) -> ApplicationView | None:
        try:
            view = self.marketplace.application(key)
            self._product(view)
        except Unavailable:
            raise
        except ShuxinError as error:
            _LOG.warning("an application of the feed cannot be read: %s", error.code)
            return None
        return view

    def _take_in(self, view: ApplicationView | None) -> None:
        if view is not None and view.lender == self.party:
            kind = self._product(view).kind.value
            case_rows.take_in(view, kind=kind, doer=self.doer, now=self.now())

    def _refresh(self, key: str) -> None:
        """Look at an application anew. Raises Unavailable."""
        view = self._told(key)
        with transaction.atomic():
            self._take_in(view)

    def _product(self, view: ApplicationView) -> market.ProductTerms:
        """The version that was applied for never changes. Raises Unavailable."""
        which = view.product, view.product_version
        if which not in self._terms:
            self._terms[which] = self.marketplace.product_terms(*which)
        return self._terms[which]

    def _due(self) -> Sequence[str]:
        due = CaseRow.objects.filter(look_at__lte=self.now()).order_by("look_at", "pk")
        return list(due.values_list("key", flat=True)[:MOST_AT_ONCE])

    def _guarded(self, key: str) -> str:
        """One case; whatever holds it up holds up no other. What was done, in a word."""
        try:
            return self._advance(CaseRow.objects.get(key=key))
        except market.StepOvertaken:
            return "overtaken"
        except ShuxinError as error:
            self._look_again(key, trouble=error.code)
            return "delayed"
        except Exception:  # noqa: BLE001 - the outermost loop of a worker
            _LOG.exception("a case cannot be worked on")
            self._look_again(key, trouble="fault")
            return "faults"

    def _look_again(self, key: str, *, trouble: str) -> None:
        later = self.now() + (AGAIN_LATER if trouble == "fault" else AGAIN_SOON)
        CaseRow.objects.filter(key=key).update(look_at=later, trouble=trouble[:_LONGEST_CODE])

    def _advance(self, row: CaseRow) -> str:
        view = case_rows.view_of(row)
        if row.state == "open" or view.state == "submitted":
            if not self._claimed(row, view):
                return "gone"
            row.refresh_from_db()
            view = case_rows.view_of(row)
        if row.state == "approved" and case_rows.is_offer_refused(row.key):
            self._reopen(row, view)
            return "reopened"
        if row.state != "waiting":
            self._say_again(row)
            return "claimed"
        if not self._has_all(row, view):
            return "waiting"
        return self._decide(row, view)

    def _claimed(self, row: CaseRow, view: ApplicationView) -> bool:
        """Claim it at the platform, also when that was done before and the reply was lost. Raises Unavailable."""
        try:
            found = self.marketplace.step_application(row.key, "claim", by=BY)
        except Unavailable:
            raise
        except ShuxinError:
            _LOG.info("a claim is refused; its state is looked at")
            found = self.marketplace.application(row.key)
        if found.state not in _WITH_US:
            self._refresh(row.key)
            CaseRow.objects.filter(key=row.key, state="open").update(look_at=None)
            return False
        patience = market.after_working_hours(
            self.now(), hours=max(self._product(view).decision_hours // 2, 1)
        )
        with transaction.atomic():
            row.view = market.to_json(found)
            changes = {"view": row.view, "trouble": "", "patience_at": patience}
            CaseRow.objects.filter(pk=row.pk).update(**changes)
            if row.state == "open":
                case_rows.move(row, "claim", doer=self.doer, now=self.now())
        return True

    def _say_again(self, row: CaseRow) -> None:
        """The platform had given the application back: what was decided is told once more."""
        now = self.now()
        with transaction.atomic():
            case_rows.tell_again(row.key, now=now)
            CaseRow.objects.filter(pk=row.pk).update(look_at=None)

    def _reopen(self, row: CaseRow, view: ApplicationView) -> None:
        """The platform refused the offer: who made it, or anybody for the engine, makes another one."""
        now, terms = self.now(), self._product(view)
        hours = max(terms.decision_hours // 2, 1)
        due = market.after_working_hours(now, hours=hours)
        with transaction.atomic():
            case_rows.reopen(row, terms=terms, due_at=due, doer=self.doer, now=now)

    def _has_all(self, row: CaseRow, view: ApplicationView) -> bool:
        """Whether it can be decided: all authorisations are there, or refused, or waited for long enough."""
        now = self.now()
        missing = [
            place
            for place, needed in enumerate(view.needed)
            if not self.authorisations.held(view.firm.party, needed, now=now)
        ]
        troubles = [code for place in missing if (code := self._ask(row, view, place))]
        open_ones = missing and (troubles or self._still_open(row, missing))
        if open_ones and row.patience_at is not None and now < row.patience_at:
            later = now + (AGAIN_LATER if troubles else self._next_look(row, now))
            trouble = next(iter(troubles), "")[:_LONGEST_CODE]
            CaseRow.objects.filter(pk=row.pk).update(look_at=later, trouble=trouble)
            return False
        if row.complete_at is None:
            row.complete_at = now
            CaseRow.objects.filter(pk=row.pk).update(complete_at=now)
        return True

    def _next_look(self, row: CaseRow, now: datetime) -> timedelta:
        """A firm that has just been asked may grant at once; one that has waited for hours will hardly do so now."""
        asked = AuthorisationAsked.objects.filter(case=row.key).aggregate(at=Min("signed_at"))["at"]
        waited = now - (asked or now)
        return min(max(waited / _SHARE_OF_WAITING, AGAIN_SOON), AGAIN_LATER)

    def _ask(self, row: CaseRow, view: ApplicationView, place: int) -> str:
        """Once: what is signed is fixed before it is sent, so that sent twice it is one request.

        The code with which the platform refused it, "" else: then it is signed anew, as long as patience lasts.
        Raises Unavailable.
        """
        asked, _ = AuthorisationAsked.objects.get_or_create(
            case=row.key, place=place, defaults={"signed_at": self.now()}
        )
        if asked.request_id:
            return ""
        wanted = AuthorisationWanted(
            view.firm.party, view.needed[place], self.reason, asked.signed_at
        )
        try:
            asked.request_id = self.marketplace.ask_authorisation(wanted)
        except Unavailable:
            raise
        except ShuxinError as error:
            asked.delete()
            return str(getattr(error, "refusal", error.code))
        asked.save()
        return ""

    def _still_open(self, row: CaseRow, missing: Sequence[int]) -> bool:
        """Whether the firm may still grant one of them. Raises Unavailable."""
        asked = AuthorisationAsked.objects.filter(case=row.key, place__in=missing, refused=False)
        states: Mapping[str, str] = self.marketplace.authorisation_states()
        still = 0
        for one in asked:
            if states.get(one.request_id, "requested") in {"requested", "granted"}:
                still += 1
            else:
                AuthorisationAsked.objects.filter(pk=one.pk).update(refused=True)
        return bool(still)

    def _decide(self, row: CaseRow, view: ApplicationView) -> str:
        terms, request_id = self._product(view), f"{row.key}:{row.turn}"
        try:
            advice = self.engine.decide(
                view, terms, case=row.key, request_id=request_id, now=self.now()
            )
        except Unavailable:
            raise
        except ShuxinError as error:
            advice = _without_engine(request_id, error.code)
        answer = self._answer(row, view, terms, advice)
        with transaction.atomic():
            advice.keep()
            case_rows.move(
                row,
                _EVENTS[answer.verdict],
                doer=self.doer,
                now=self.now(),
                evidence=advice.digest if advice.recorded else "",
                changes=self._decided(advice, answer, terms),
            )
            case_rows.answer_later(row, answer, now=self.now())
        return answer.verdict.value

    def _decided(
        self, advice: Advice, answer: Answer, terms: market.ProductTerms
    ) -> dict[str, object]:
        kept = {
            "limit_fen": advice.limit_fen,
            "rate_bp": advice.rate_bp,
            "reasons": [market.to_json(one) for one in advice.reasons],
            "stage": advice.stage,
            "sources": list(advice.sources),
        }
        due = None
        if answer.verdict is Verdict.REFER:
            hours = max(terms.decision_hours // 2, 1)
            due = market.after_working_hours(self.now(), hours=hours)
        return {
            "decision": advice.digest if advice.recorded else "",
            "verdict": advice.verdict.value if advice.recorded else "",
            "advice": kept,
            "due_at": due,
            "look_at": None,
            "trouble": "" if advice.recorded else advice.stage[:_LONGEST_CODE],
        }

    def _answer(
        self, row: CaseRow, view: ApplicationView, terms: market.ProductTerms, advice: Advice
    ) -> Answer:
        """What the engine advises; where the firm had asked for a person, that a person decides."""
        began = row.complete_at or self.now()
        verdict = Verdict.REFER if view.reviewed_at else advice.verdict
        answer = Answer(
            verdict=verdict,
            decision=advice.digest,
            sources=advice.sources,
            stage=advice.stage,
            seconds=max((self.now() - began).total_seconds(), 0.0),
            reasons=advice.reasons if verdict in _WITH_REASONS else (),
            question=advice.question if verdict is Verdict.NEED_INFORMATION else "",
        )
        if verdict is not Verdict.APPROVE:
            return answer
        offer = make_offer(
            terms=terms,
            amount_fen=min(advice.limit_fen, view.amount_fen),
            rate_bp=advice.rate_bp,
            term_months=view.term_months,
            now=self.now(),
        )
        return replace(answer, offer=offer)


def _without_engine(request_id: str, code: str) -> Advice:
    """Where no strategy runs, or it cannot decide: a person does."""
    digest = content_hash({"request": request_id, "undecided": code})
    return Advice(Verdict.REFER, digest, lambda: None, stage=code, recorded=False)
