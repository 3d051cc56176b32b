"""The only door of lending. A name's module is imported when the name is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuxin.lending.answering import (
        ACCEPTANCE,
        accept_offer,
        acceptance_body,
        answer_application,
    )
    from shuxin.lending.application_rows import REVIEW_WITHIN, hold_application
    from shuxin.lending.application_timers import TIMER_TEXTS, run_application_timers
    from shuxin.lending.applications import (
        application,
        applications_for,
        applications_of,
        applications_of_demand,
        every_application,
        open_application,
        step_application,
    )
    from shuxin.lending.case_rows import report_later
    from shuxin.lending.case_views import (
        CaseView,
        OfficerView,
        ReportView,
        case,
        case_counts,
        cases,
        troubles,
    )
    from shuxin.lending.closing import FeedbackDiffers, FeedbackInvalid, give_feedback
    from shuxin.lending.decisions import (
        DecisionLine,
        DecisionUnknown,
        decision_of_request,
        decision_record,
        decision_records,
        keep_decision,
        replay_kept,
    )
    from shuxin.lending.desk import Advice, Authorisations, Desk, Engine
    from shuxin.lending.domain.application import (
        AcceptanceDiffers,
        AcceptanceUnproven,
        AnswerIncomplete,
        AnswerLate,
        ApplicationExists,
        ApplicationOutOfBand,
        ApplicationView,
        OfferEnded,
        OfferOutsideTerms,
        OtherOfferAccepted,
        ReviewImpossible,
        Said,
        term_text,
    )
    from shuxin.lending.domain.case_lives import CASE, CASE_TEXTS
    from shuxin.lending.domain.lives import APPLICATION, STATE_TEXTS
    from shuxin.lending.domain.offers import Answer, DeclineReason, Feedback, Offer, Verdict
    from shuxin.lending.domain.person_reasons import PERSON_REASONS
    from shuxin.lending.engine import NoStrategyRuns, StrategyEngine, applied, second_above_fen
    from shuxin.lending.evidence import (
        STRATEGY_EVIDENCE,
        STRATEGY_RECORD,
        verify_strategy_evidence,
        verify_strategy_evidence_file,
    )
    from shuxin.lending.letters import Letter, NotDeclined, decline_letter, letter_pdf
    from shuxin.lending.marketplace import AuthorisationWanted, Marketplace
    from shuxin.lending.marketplace_here import MarketplaceHere
    from shuxin.lending.offers import make_offer
    from shuxin.lending.outbox import waiting_to_be_told
    from shuxin.lending.queue import (
        CaseNotYours,
        CaseTaken,
        OverrideNeedsReason,
        Ruling,
        SecondIsFirst,
        agree_case,
        override_case,
        release_case,
        send_back_case,
        take_case,
    )
    from shuxin.lending.running import (
        NothingToRollBack,
        StrategyUnknown,
        end_challenge,
        roll_back,
        running_strategy,
        strategy_kept,
    )
    from shuxin.lending.strategies import (
        ApprovalLapsed,
        ApprovalWaits,
        BackTestMissing,
        ShareImpossible,
        StrategyEdited,
        StrategyView,
        approve_strategy,
        back_test_report,
        draft_strategy,
        drop_strategy,
        edit_strategy,
        keep_back_test,
        publish_strategy,
        strategies,
        strategy_view,
    )
    from shuxin.lending.strategy.applied import Applied
    from shuxin.lending.strategy.assigning import Decided, Running, assigned, decide_running
    from shuxin.lending.strategy.backtest import BackTest, BadRate, Side, back_test
    from shuxin.lending.strategy.cascade import (
        CHALLENGER,
        CHAMPION,
        SHADOW,
        ProductNotCovered,
        decide,
    )
    from shuxin.lending.strategy.checks import StrategyHasFaults, findings_of
    from shuxin.lending.strategy.document import (
        Strategy,
        StrategyInvalid,
        read_strategy,
        strategy_of,
    )
    from shuxin.lending.strategy.facts import FactKind, FactSpec, Level
    from shuxin.lending.strategy.history import (
        HistoryInvalid,
        PastCase,
        cases_of_records,
        cases_of_rows,
    )
    from shuxin.lending.strategy.lives import STRATEGY, STRATEGY_TEXTS
    from shuxin.lending.strategy.record import DecisionRecord, RecordInvalid, read_record
    from shuxin.lending.strategy.replaying import ReplayDiffers, replay
    from shuxin.lending.strategy.scoring import kept_models
    from shuxin.lending.strategy.sources import Fetched, Sources, StatedSources
    from shuxin.lending.strategy.standard import standard_strategy
    from shuxin.lending.strategy.tables import TableFinding

_ROOM = "shuxin.lending"
_LATER = {
    "evidence": (
        "STRATEGY_EVIDENCE", "STRATEGY_RECORD", "verify_strategy_evidence", "verify_strategy_evidence_file",
    ),
    "application_rows": ("REVIEW_WITHIN", "hold_application"),
    "letters": ("decline_letter", "letter_pdf", "Letter", "NotDeclined"),
    "engine": ("StrategyEngine", "NoStrategyRuns", "second_above_fen", "applied"),
    "decisions": (
        "DecisionLine", "DecisionUnknown", "decision_of_request", "decision_record", "decision_records",
        "keep_decision", "replay_kept",
    ),
    "running": (
        "NothingToRollBack", "StrategyUnknown", "end_challenge", "roll_back", "running_strategy", "strategy_kept",
    ),
    "strategies": (
        "ApprovalLapsed", "ApprovalWaits", "BackTestMissing", "ShareImpossible", "StrategyEdited", "StrategyView",
        "approve_strategy", "back_test_report", "draft_strategy", "drop_strategy", "edit_strategy",
        "keep_back_test", "publish_strategy", "strategies", "strategy_view",
    ),
    "strategy.applied": ("Applied",),
    "strategy.assigning": ("Decided", "Running", "assigned", "decide_running"),
    "strategy.backtest": ("BackTest", "BadRate", "Side", "back_test"),
    "strategy.cascade": ("CHALLENGER", "CHAMPION", "SHADOW", "ProductNotCovered", "decide"),
    "strategy.checks": ("StrategyHasFaults", "findings_of"),
    "strategy.document": ("Strategy", "StrategyInvalid", "read_strategy", "strategy_of"),
    "strategy.facts": ("FactKind", "FactSpec", "Level"),
    "strategy.history": ("HistoryInvalid", "PastCase", "cases_of_records", "cases_of_rows"),
    "strategy.lives": ("STRATEGY", "STRATEGY_TEXTS"),
    "strategy.record": ("DecisionRecord", "RecordInvalid", "read_record"),
    "strategy.replaying": ("ReplayDiffers", "replay"),
    "strategy.scoring": ("kept_models",),
    "strategy.sources": ("Fetched", "Sources", "StatedSources"),
    "strategy.standard": ("standard_strategy",),
    "strategy.tables": ("TableFinding",),
    "domain.person_reasons": ("PERSON_REASONS",),
    "case_views": ("cases", "case", "CaseView", "OfficerView", "ReportView", "case_counts", "troubles"),
    "marketplace_here": ("MarketplaceHere",),
    "outbox": ("waiting_to_be_told",),
    "desk": ("APPLICATIONS", "Desk", "Advice", "Engine", "Authorisations"),
    "case_rows": ("report_later",),
    "queue": (
        "take_case", "release_case", "override_case", "agree_case", "send_back_case", "Ruling", "CaseTaken",
        "CaseNotYours", "OverrideNeedsReason", "SecondIsFirst",
    ),
    "domain.case_lives": ("CASE", "CASE_TEXTS"),
    "marketplace": ("Marketplace", "AuthorisationWanted"),
    "offers": ("make_offer",),
    "application_timers": ("run_application_timers", "TIMER_TEXTS"),
    "closing": ("give_feedback", "FeedbackDiffers", "FeedbackInvalid"),
    "answering": ("answer_application", "accept_offer", "acceptance_body", "ACCEPTANCE"),
    "applications": (
        "open_application", "step_application", "application", "applications_of", "applications_of_demand",
        "every_application", "applications_for",
    ),
    "domain.application": (
        "ApplicationView", "Said", "AnswerLate", "ApplicationExists", "ApplicationOutOfBand", "OfferEnded",
        "OtherOfferAccepted", "AcceptanceUnproven", "AcceptanceDiffers", "OfferOutsideTerms", "AnswerIncomplete",
        "ReviewImpossible", "term_text",
    ),
    "domain.lives": ("APPLICATION", "STATE_TEXTS"),
    "domain.offers": ("Answer", "DeclineReason", "Feedback", "Offer", "Verdict"),
}  # fmt: skip
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"{_ROOM}.{_HOME[name]}"), name)


__all__ = [
    "ACCEPTANCE",
    "APPLICATION",
    "CASE",
    "CASE_TEXTS",
    "CHALLENGER",
    "CHAMPION",
    "PERSON_REASONS",
    "REVIEW_WITHIN",
    "SHADOW",
    "STATE_TEXTS",
    "STRATEGY",
    "STRATEGY_EVIDENCE",
    "STRATEGY_RECORD",
    "STRATEGY_TEXTS",
    "TIMER_TEXTS",
    "AcceptanceDiffers",
    "AcceptanceUnproven",
    "Advice",
    "Answer",
    "AnswerIncomplete",
    "AnswerLate",
    "ApplicationExists",
    "ApplicationOutOfBand",
    "ApplicationView",
    "Applied",
    "ApprovalLapsed",
    "ApprovalWaits",
    "AuthorisationWanted",
    "Authorisations",
    "BackTest",
    "BackTestMissing",
    "BadRate",
    "CaseNotYours",
    "CaseTaken",
    "CaseView",
    "Decided",
    "DecisionLine",
    "DecisionRecord",
    "DecisionUnknown",
    "DeclineReason",
    "Desk",
    "Engine",
    "FactKind",
    "FactSpec",
    "Feedback",
    "FeedbackDiffers",
    "FeedbackInvalid",
    "Fetched",
    "HistoryInvalid",
    "Letter",
    "Level",
    "Marketplace",
    "MarketplaceHere",
    "NoStrategyRuns",
    "NotDeclined",
    "NothingToRollBack",
    "Offer",
    "OfferEnded",
    "OfferOutsideTerms",
    "OfficerView",
    "OtherOfferAccepted",
    "OverrideNeedsReason",
    "PastCase",
    "ProductNotCovered",
    "RecordInvalid",
    "ReplayDiffers",
    "ReportView",
    "ReviewImpossible",
    "Ruling",
    "Running",
    "Said",
    "SecondIsFirst",
    "ShareImpossible",
    "Side",
    "Sources",
    "StatedSources",
    "Strategy",
    "StrategyEdited",
    "StrategyEngine",
    "StrategyHasFaults",
    "StrategyInvalid",
    "StrategyUnknown",
    "StrategyView",
    "TableFinding",
    "Verdict",
    "accept_offer",
    "acceptance_body",
    "agree_case",
    "answer_application",
    "application",
    "applications_for",
    "applications_of",
    "applications_of_demand",
    "applied",
    "approve_strategy",
    "assigned",
    "back_test",
    "back_test_report",
    "case",
    "case_counts",
    "cases",
    "cases_of_records",
    "cases_of_rows",
    "decide",
    "decide_running",
    "decision_of_request",
    "decision_record",
    "decision_records",
    "decline_letter",
    "draft_strategy",
    "drop_strategy",
    "edit_strategy",
    "end_challenge",
    "every_application",
    "findings_of",
    "give_feedback",
    "hold_application",
    "keep_back_test",
    "keep_decision",
    "kept_models",
    "letter_pdf",
    "make_offer",
    "open_application",
    "override_case",
    "publish_strategy",
    "read_record",
    "read_strategy",
    "release_case",
    "replay",
    "replay_kept",
    "report_later",
    "roll_back",
    "run_application_timers",
    "running_strategy",
    "second_above_fen",
    "send_back_case",
    "standard_strategy",
    "step_application",
    "strategies",
    "strategy_kept",
    "strategy_of",
    "strategy_view",
    "take_case",
    "term_text",
    "troubles",
    "verify_strategy_evidence",
    "verify_strategy_evidence_file",
    "waiting_to_be_told",
]  # fmt: skip
