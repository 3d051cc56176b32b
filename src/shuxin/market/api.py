"""The only door of the marketplace. A name's module is imported when the name is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuxin.market import government
    from shuxin.market.acting import (
        THE_OPERATOR,
        MandateMissing,
        for_firm,
        for_lender,
        is_repeated,
        of_platform,
    )
    from shuxin.market.answered import (
        CallKeyInvalid,
        CallKeyUsed,
        GivenAnswer,
        answered_once,
        forget_answers,
    )
    from shuxin.market.board import BoardLine, board
    from shuxin.market.demands import (
        DemandView,
        demand,
        demands,
        demands_of,
        draft_demand,
        edit_demand,
        step_demand,
        submit_demand,
    )
    from shuxin.market.domain.cost import Cost, Due, all_in_apr_bp, interest_fen, schedule
    from shuxin.market.domain.hours import after_working_hours
    from shuxin.market.domain.lives import DEMAND, PRODUCT, REFERRAL, STATE_TEXTS, VERSION
    from shuxin.market.domain.terms import (
        LEAST_FEN,
        MOST_FEN,
        MOST_MONTHS,
        MOST_RATE_BP,
        Band,
        DemandTerms,
        Eligibility,
        Fee,
        FirmFacts,
        Needed,
        ProductTerms,
        TermsInvalid,
    )
    from shuxin.market.domain.words import (
        Borrower,
        Channel,
        DeclineCode,
        FeeKind,
        Guarantee,
        LoanUse,
        ProductKind,
        Repayment,
        Size,
        Urgency,
        Worded,
    )
    from shuxin.market.feed import (
        Event,
        EventPage,
        events_after,
        last_event,
    )
    from shuxin.market.firms import (
        fact_sources,
        firm_facts,
        keep_firm,
        masked,
    )
    from shuxin.market.hook_delivery import (
        Delivered,
        Outgoing,
        Sender,
        Sent,
        deliver_hooks,
    )
    from shuxin.market.hook_signing import (
        hook_headers,
        hook_holds,
    )
    from shuxin.market.hook_targets import (
        HookAddressRefused,
        HookPolicy,
        HookTarget,
        networks_named,
    )
    from shuxin.market.hooks import (
        HookKeys,
        NewSubscription,
        Subscription,
        SubscriptionUnknown,
        end_subscription,
        resume_subscription,
        subscribe,
        subscription,
        subscription_secret,
        subscriptions,
    )
    from shuxin.market.lists.results import RecommendedFirm, recommended_list, report_credited
    from shuxin.market.lists.words import ResultKind
    from shuxin.market.matching.bands import (
        bands_of,
    )
    from shuxin.market.matching.chance import (
        ChanceModel,
        Outcome,
        learn_chances,
    )
    from shuxin.market.matching.exploration import seldom_shown
    from shuxin.market.matching.learning import (
        answers_of_lenders,
        learn_from_outcomes,
        shown_of_lenders,
    )
    from shuxin.market.matching.matchings import (
        Matching,
        MatchingDiffers,
        demands_to_match,
        match_demand,
        match_waiting,
        matching_of,
        replay_matching,
    )
    from shuxin.market.matching.open_lists import (
        OpenEntry,
        OpenList,
        keep_open_list,
        listed_openly,
        open_lists,
        read_open_list,
    )
    from shuxin.market.matching.parts import (
        Answers,
        Part,
    )
    from shuxin.market.matching.policy import (
        RankingPolicy,
        RankingPolicyInvalid,
        policy_from,
    )
    from shuxin.market.matching.ranking import (
        Ranked,
        RankingContext,
        by_cost,
        rank,
        why_above,
    )
    from shuxin.market.matching.recommending import (
        Recommended,
        recommended_firms,
    )
    from shuxin.market.matching.rules import (
        PolicyView,
        ranking_policies,
        ranking_policy,
        use_ranking_policy,
    )
    from shuxin.market.metering import (
        CallsOfMonth,
        Metered,
        MeterLine,
        MonthInvalid,
        callers_of,
        calls_of,
        count_call,
        meter_statement,
        metered,
        month_named,
    )
    from shuxin.market.moves import hold_demand
    from shuxin.market.once import RequestReused, once
    from shuxin.market.outcomes import OutcomeFacts, keep_outcome, outcomes
    from shuxin.market.products import (
        ProductInReview,
        ProductView,
        draft_product,
        edit_product,
        hold_product,
        product,
        product_terms,
        products,
        step_product,
    )
    from shuxin.market.referrals import (
        AlreadyReferred,
        ApplicationDiffers,
        ClaimsFull,
        ClaimSpent,
        DeclineCodeUnknown,
        ProductNotFitting,
        ReferralView,
        assign,
        choose,
        claim,
        link_application,
        referral,
        referrals_of_demand,
        referrals_of_lender,
        step_referral,
    )
    from shuxin.market.screening import Finding
    from shuxin.market.step_models import Moving
    from shuxin.market.steps import (
        Doer,
        Journal,
        Mandates,
        StepNeedsReason,
        StepOvertaken,
        StepView,
        ThingUnknown,
        Told,
        begin,
        new_key,
        steps_of,
        take_step,
    )
    from shuxin.market.tariff import (
        Price,
        ProposedPrice,
        TariffInvalid,
        agree_to_price,
        price_of,
        prices,
        propose_price,
        proposed_prices,
    )
    from shuxin.market.timers import run_timers
    from shuxin.market.wire import from_json, to_json

_ROOM = "shuxin.market"
_LATER = {
    "moves": ("hold_demand",),
    "board": ("BoardLine", "board"),
    "demands": (
        "DemandView", "demand", "demands", "demands_of", "draft_demand", "edit_demand", "step_demand",
        "submit_demand",
    ),
    "feed": ("LONGEST_WAIT", "Event", "EventPage", "await_events", "events_after", "last_event", "let_go"),
    "firms": ("fact_sources", "firm_facts", "keep_firm", "masked"),
    "matching.chance": ("ChanceModel", "Outcome", "learn_chances"),
    "matching.bands": ("bands_of",),
    "matching.exploration": ("seldom_shown",),
    "matching.learning": ("answers_of_lenders", "learn_from_outcomes", "shown_of_lenders"),
    "matching.matchings": (
        "Matching", "MatchingDiffers", "demands_to_match", "match_demand", "match_waiting", "matching_of",
        "replay_matching",
    ),
    "matching.open_lists": (
        "OpenEntry", "OpenList", "keep_open_list", "listed_openly", "open_lists", "read_open_list",
    ),
    "matching.parts": ("Answers", "Part"),
    "matching.policy": ("RankingPolicy", "RankingPolicyInvalid", "policy_from"),
    "matching.ranking": ("Ranked", "RankingContext", "by_cost", "rank", "why_above"),
    "matching.recommending": ("Recommended", "recommended_firms"),
    "matching.rules": ("PolicyView", "ranking_policies", "ranking_policy", "use_ranking_policy"),
    "outcomes": ("OutcomeFacts", "keep_outcome", "outcomes"),
    "products": (
        "ProductInReview", "ProductView", "draft_product", "edit_product", "hold_product", "product", "product_terms",
        "products", "step_product",
    ),
    "referrals": (
        "AlreadyReferred", "ApplicationDiffers", "ClaimSpent", "ClaimsFull", "DeclineCodeUnknown",
        "ProductNotFitting", "ReferralView", "assign", "choose", "claim", "link_application", "referral",
        "referrals_of_demand", "referrals_of_lender", "step_referral",
    ),
    "screening": ("Finding",),
    "timers": ("run_timers",),
    "domain.hours": ("after_working_hours",),
    "wire": ("from_json", "to_json"),
    "once": ("RequestReused", "once"),
    "acting": ("THE_OPERATOR", "MandateMissing", "for_firm", "for_lender", "is_repeated", "of_platform"),
    "answered": ("CallKeyInvalid", "CallKeyUsed", "GivenAnswer", "answered_once", "forget_answers"),
    "hook_delivery": ("Delivered", "Outgoing", "Sender", "Sent", "deliver_hooks"),
    "hook_signing": ("hook_headers", "hook_holds"),
    "hook_targets": ("HookAddressRefused", "HookPolicy", "HookTarget", "networks_named"),
    "hooks": (
        "HookKeys", "NewSubscription", "Subscription", "SubscriptionUnknown", "end_subscription",
        "resume_subscription", "subscribe", "subscription", "subscription_secret", "subscriptions",
    ),
    "metering": (
        "CallsOfMonth", "Metered", "MeterLine", "MonthInvalid", "callers_of", "calls_of", "count_call",
        "meter_statement", "metered", "month_named",
    ),
    "tariff": (
        "Price", "ProposedPrice", "TariffInvalid", "agree_to_price", "price_of", "prices", "propose_price",
        "proposed_prices",
    ),
    "domain.cost": ("Cost", "Due", "all_in_apr_bp", "interest_fen", "schedule"),
    "domain.lives": ("VERSION", "DEMAND", "PRODUCT", "REFERRAL", "STATE_TEXTS"),
    "domain.terms": (
        "LEAST_FEN", "MOST_FEN", "MOST_MONTHS", "MOST_RATE_BP", "Band", "DemandTerms", "Eligibility", "Fee",
        "FirmFacts", "Needed", "ProductTerms", "TermsInvalid",
    ),
    "domain.words": (
        "DeclineCode", "Borrower", "Channel", "FeeKind", "Guarantee", "LoanUse", "ProductKind", "Repayment",
        "Size", "Urgency", "Worded",
    ),
    "step_models": ("Moving",),
    "steps": (
        "Mandates", "Doer", "Journal", "StepNeedsReason", "StepOvertaken", "StepView", "ThingUnknown", "Told",
        "begin", "new_key", "steps_of", "take_step",
    ),
    "lists.results": ("RecommendedFirm", "recommended_list", "report_credited"),
    "lists.words": ("ResultKind",),
}  # fmt: skip
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name == "government":
        return import_module(f"{_ROOM}.government")
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"{_ROOM}.{_HOME[name]}"), name)


__all__ = [
    "DEMAND", "LEAST_FEN", "MOST_FEN", "MOST_MONTHS", "MOST_RATE_BP", "PRODUCT", "REFERRAL", "STATE_TEXTS",
    "THE_OPERATOR", "VERSION", "AlreadyReferred", "Answers", "ApplicationDiffers", "Band", "BoardLine", "Borrower",
    "CallKeyInvalid", "CallKeyUsed", "CallsOfMonth", "ChanceModel", "Channel", "ClaimSpent", "ClaimsFull", "Cost",
    "DeclineCode", "DeclineCodeUnknown", "Delivered", "DemandTerms", "DemandView", "Doer", "Due", "Eligibility",
    "Event", "EventPage", "Fee", "FeeKind", "Finding", "FirmFacts", "GivenAnswer", "Guarantee",
    "HookAddressRefused", "HookKeys", "HookPolicy", "HookTarget", "Journal", "LoanUse", "MandateMissing",
    "Mandates", "Matching", "MatchingDiffers", "MeterLine", "Metered", "MonthInvalid", "Moving", "Needed",
    "NewSubscription", "OpenEntry", "OpenList", "Outcome", "OutcomeFacts", "Outgoing", "Part", "PolicyView",
    "Price", "ProductInReview", "ProductKind", "ProductNotFitting", "ProductTerms", "ProductView", "ProposedPrice",
    "Ranked", "RankingContext", "RankingPolicy", "RankingPolicyInvalid", "Recommended", "RecommendedFirm",
    "ReferralView", "Repayment", "RequestReused", "ResultKind", "Sender", "Sent", "Size", "StepNeedsReason",
    "StepOvertaken", "StepView", "Subscription", "SubscriptionUnknown", "TariffInvalid", "TermsInvalid",
    "ThingUnknown", "Told", "Urgency", "Worded", "after_working_hours", "agree_to_price", "all_in_apr_bp",
    "answered_once", "answers_of_lenders", "assign", "bands_of", "begin", "board", "by_cost", "callers_of",
    "calls_of", "choose", "claim", "count_call", "deliver_hooks", "demand", "demands", "demands_of",
    "demands_to_match", "draft_demand", "draft_product", "edit_demand", "edit_product", "end_subscription",
    "events_after", "fact_sources", "firm_facts", "for_firm", "for_lender", "forget_answers", "from_json",
    "government", "hold_demand", "hold_product", "hook_headers", "hook_holds", "interest_fen", "is_repeated",
    "keep_firm", "keep_open_list", "keep_outcome", "last_event", "learn_chances", "learn_from_outcomes",
    "link_application", "listed_openly", "masked", "match_demand", "match_waiting", "matching_of",
    "meter_statement", "metered", "month_named", "networks_named", "new_key", "of_platform", "once", "open_lists",
    "outcomes", "policy_from", "price_of", "prices", "product", "product_terms", "products", "propose_price",
    "proposed_prices", "rank", "ranking_policies", "ranking_policy", "read_open_list", "recommended_firms",
    "recommended_list", "referral", "referrals_of_demand", "referrals_of_lender", "replay_matching",
    "report_credited", "resume_subscription", "run_timers", "schedule", "seldom_shown", "shown_of_lenders",
    "step_demand", "step_product", "step_referral", "steps_of", "submit_demand", "subscribe", "subscription",
    "subscription_secret", "subscriptions", "take_step", "to_json", "use_ranking_policy", "why_above",
]  # fmt: skip
