"""What the run of the marketplace does inside the homes of a demo: in each by the same services as pages and API."""

from __future__ import annotations

import contextlib
import json
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.machine import Actor

SETTLED = frozenset({"approved", "manual_review", "declined", "need_information", "accepted"})
PAUSE, NOTHING_FITS_AFTER = 0.05, 3.0
"""Where nothing fits, a demand stays as it is though it has been matched."""


def publish(*, model: str, number: int, people: list[str]) -> str:
    """At a lender: a strategy with its own card and its own cut-offs, tried on few cases, published by two people."""
    from shuxin.lending.api import (
        approve_strategy,
        back_test,
        cases_of_rows,
        draft_strategy,
        keep_back_test,
        publish_strategy,
        strategy_of,
    )
    from shuxin.portal.demo.market import _doer

    strategy = strategy_of(_strategy(model, number))
    first, second = (_doer(Actor.LENDER, by=one) for one in people)
    now = now_in_china()
    key = draft_strategy(strategy, doer=first, now=now, request_id="run-1")
    row = {
        "on": "2025-12-01", "application.amount_yuan": 100_000, "application.term_months": 12,
        "application.use": "stock", "application.urgency": "month", "firm.borrower": "enterprise",
        "firm.age_months": 36,
    }  # fmt: skip
    cases = cases_of_rows(
        [row], product_kind="credit", amount_fen=(1_000_000, 300_000_000), rate_bp=(300, 900)
    )
    keep_back_test(key, back_test(strategy, cases), doer=first, now=now)
    approve_strategy(key, doer=first, now=now)
    publish_strategy(key, doer=second, now=now)
    return strategy.digest


def _strategy(model: str, number: int) -> dict[str, Any]:
    """The standard one without public lists, which these lenders do not have, and with other cut-offs for each."""
    from shuxin.lending.api import standard_strategy

    said = json.loads(standard_strategy(model=model).content)
    said["id"] = f"run_{number}"
    said["stages"] = [one for one in said["stages"] if one["id"] != "lists"]
    for stage in said["stages"]:
        if stage["kind"] == "zones":
            stage["zones"][0]["approve"] = 900 + 60 * (number % 7)
            stage["zones"][0]["decline"] = 2200 + 100 * (number % 5)
        if stage["kind"] == "limit":
            for grade in stage["grades"]:
                grade["pd_most_bp"] = min(grade["pd_most_bp"] * 2, 3000)
    return said


def trust(*, home: str) -> int:
    """At the platform: pin a lender's key as its own home has it; two people do so by 'shuxin trust add' elsewhere."""
    from dataclasses import replace

    from shuxin.parties.api import read_trust, write_trust
    from shuxin.portal.bootstrap import start

    settings = start()
    held, its = read_trust(settings.home), read_trust(Path(home))
    new = tuple(one for one in its.pinned if one not in held.pinned)
    write_trust(replace(held, pinned=(*held.pinned, *new[:1])), home=settings.home)
    return len(new)


def with_demands() -> list[str]:
    """At the platform: firms that handed in a demand once, in an earlier run or in the demo itself."""
    from shuxin.market.api import DEMAND, demands

    return sorted({one.firm.party for one in demands(states=DEMAND.states)})


def withdraw(*, firms: list[str]) -> int:
    """At the platform: these firms take back what they still want from an earlier run."""
    from shuxin.market.api import demands, step_demand
    from shuxin.portal.demo.market import _doer

    done = 0
    for one in demands():
        if one.firm.party in firms:
            doer = _doer(Actor.ENTERPRISE, by="run", party=one.firm.party)
            with contextlib.suppress(ShuxinError):  # an offer waits, or was taken
                step_demand(one.key, "withdraw", doer=doer, now=now_in_china())
                done += 1
    return done


def drive(*, plan: str, out: str) -> dict[str, Any]:
    """At the platform: firms hand in demands, choose, apply, take offers; a few at a time. What was measured.

    plan: JSON file with ``firms`` (party, facts, terms, banks, wallet key party), ``at_once``.
    """
    run = _Run(json.loads(Path(plan).read_text()))
    while run.step():
        time.sleep(PAUSE)
    Path(out).write_text(json.dumps(run.taken), encoding="utf-8")
    return run.summary()


class _Run:
    """Few firms at a time, each from its demand to the last answer."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.waiting = list(reversed(plan["firms"]))
        self.at_once, self.patience = plan["at_once"], plan["patience"]
        self.open: list[dict[str, Any]] = []
        self.taken: list[dict[str, Any]] = []

    def step(self) -> bool:
        """False when all is over."""
        while self.waiting and len(self.open) < self.at_once:
            self.open.append(self._handed_in(self.waiting.pop()))
        for one in list(self.open):
            if self._over(one):
                self.open.remove(one)
                self.taken.append(one)
        return bool(self.open or self.waiting)

    @staticmethod
    def _handed_in(firm: dict[str, Any]) -> dict[str, Any]:
        from shuxin.market.api import (
            DemandTerms,
            FirmFacts,
            draft_demand,
            from_json,
            keep_firm,
            submit_demand,
        )
        from shuxin.portal.demo.market import _doer

        party, began = firm["party"], time.time()
        doer, now = _doer(Actor.ENTERPRISE, by="run", party=party), now_in_china()
        keep_firm(from_json(FirmFacts, firm["facts"]), source="declared", by="run", now=now)
        terms = from_json(DemandTerms, firm["terms"])
        key = draft_demand(
            terms, firm=party, doer=doer, now=now, request_id=f"run-{began}-{party[5:]}"
        )
        state = submit_demand(key, doer=doer, now=now).state
        return {
            "party": party,
            "demand": key,
            "began": began,
            "state": state,
            "banks": firm["banks"],
        }

    def _over(self, one: dict[str, Any]) -> bool:
        from shuxin.lending.api import applications_of_demand
        from shuxin.market.api import matching_of

        if time.time() - one["began"] > self.patience:
            one["end"] = "patience"
            return True
        if one["state"] == "screening":
            one["end"] = "screening"
            return True
        if "applied" not in one:
            if not self._looks(one):
                return False
            matching = matching_of(one["demand"], viewer=one["party"])
            if matching is None:
                return False
            one["matched"] = time.time()
            return not self._apply(one, matching)
        found = applications_of_demand(one["demand"], viewer=one["party"])
        for view in found:
            if view.state in SETTLED and view.key not in one["answers"]:
                one["answers"][view.key] = [time.time(), view.state, view.lender]
        if len(one["answers"]) < len(one["applied"]):
            return False
        one["end"] = "answered"
        return True

    @staticmethod
    def _looks(one: dict[str, Any]) -> bool:
        """Whether the ranking is worth asking for: it is computed again for whoever looks at it."""
        from shuxin.market.api import demand

        if demand(one["demand"], viewer=one["party"]).state == "matched":
            return True
        since = time.time() - one["began"]
        return since > NOTHING_FITS_AFTER and int(since) != int(since - PAUSE)

    @staticmethod
    def _apply(one: dict[str, Any], matching: Any) -> bool:
        """The best product of its own bank, and the best of all; False when none is for it."""
        from shuxin.lending.api import open_application, step_application
        from shuxin.market.api import choose, demand
        from shuxin.portal.demo.market import _doer

        ranked = matching.possible
        own = next((r for r in ranked if r.lender in one["banks"]), None)
        chosen = {r.lender: r for r in (*ranked[:1], *([own] if own else []))}
        wanted = demand(one["demand"], viewer=one["party"]).terms
        one["applied"], one["answers"], one["chosen"] = [], {}, time.time()
        for found in chosen.values():
            doer, now = _doer(Actor.ENTERPRISE, by="run", party=one["party"]), now_in_china()
            try:
                referral = choose(one["demand"], found.product, doer=doer, now=now)
                key = open_application(
                    referral, amount_fen=wanted.amount_fen, term_months=wanted.term_months,
                    doer=doer, now=now, request_id=f"run-{referral}",
                )  # fmt: skip
                step_application(key, "submit", doer=doer, now=now)
            except ShuxinError as error:
                one.setdefault("refused", []).append(error.code)
                continue
            one["applied"].append(key)
        if not one["applied"]:
            one["end"] = "nothing fits" if not ranked else "refused"
        return bool(one["applied"])

    def summary(self) -> dict[str, Any]:
        ends = Counter(one["end"] for one in self.taken)
        matched = [o["matched"] - o["began"] for o in self.taken if "matched" in o]
        states = Counter(s for o in self.taken for _, s, _ in o.get("answers", {}).values())
        return {
            "ends": dict(ends),
            "states": dict(states),
            "matched_p50": statistics.median(matched) if matched else None,
            "refused": dict(Counter(c for o in self.taken for c in o.get("refused", ()))),
        }


def accept(*, wallet: str, most: int) -> int:
    """At the platform: firms take the offers that wait, each by a statement of its own key; how many."""
    from shuxin.kernel.statements import sign_statement
    from shuxin.lending.api import ACCEPTANCE, accept_offer, acceptance_body, every_application
    from shuxin.parties.api import Wallet
    from shuxin.portal.bootstrap import HeldKeys, start
    from shuxin.portal.demo.market import _doer

    settings, taken = start(), 0
    held = Wallet(Path(wallet))
    keys = {one.claim.party: one for one in held.held()}
    for view in every_application():
        if view.state != "approved" or view.firm.party not in keys or taken == most:
            continue
        now = now_in_china()
        signer = held.open(keys[view.firm.party], passphrase=None)
        said = sign_statement(ACCEPTANCE, acceptance_body(view, at=now), signer=signer)
        doer = _doer(Actor.ENTERPRISE, by="run", party=view.firm.party)
        try:
            accept_offer(view.key, statement=said, doer=doer, now=now, keys=HeldKeys(settings.home))
        except ShuxinError:  # another offer of this firm was taken
            continue
        taken += 1
    return taken


def report(*, by: str) -> int:
    """At a lender: every offer that was taken is lent, and an officer says so."""
    from shuxin.lending.api import Feedback, cases, report_later

    done = 0
    for one in cases(states=("approved", "closed"), most=10_000):
        seen = one.application
        if seen.accepted and seen.feedback is None and one.report is None and one.offer is not None:
            said = Feedback(
                lent=True, amount_fen=one.offer.amount_fen, rate_bp=one.offer.rate_bp,
                on=now_in_china().date(),
            )  # fmt: skip
            report_later(one.key, said, by=by, now=now_in_china())
            done += 1
    return done


def fed_back() -> int:
    """At the platform: applications whose lender said what became of the loan."""
    from shuxin.lending.api import every_application

    return sum(1 for view in every_application() if view.feedback is not None)


def counted() -> dict[str, Any]:
    """At a lender: decisions, the uses that they name, and what its log has of both."""
    from shuxin.lending.api import decision_record, decision_records
    from shuxin.portal.bootstrap import own_log, start

    log = own_log(start())
    kinds = Counter(one.kind for one in log.entries(0, log.size))
    lines = decision_records()
    uses = [use for line in lines for use in _uses(decision_record(line.digest).parts)]
    return {
        "decisions": len(lines),
        "uses_named": len(uses),
        "uses_twice": len(uses) - len(set(uses)),
        "log": dict(kinds),
    }


def _uses(parts: dict[str, Any]) -> list[int]:
    return [use for source in parts["sources"].values() for use in source.get("uses", ())]
