from __future__ import annotations

from dataclasses import replace

import pytest
from tests.market.shelf_world import (
    BANK,
    DAY,
    JOURNAL,
    NOW,
    OPERATOR,
    OTHER_BANK,
    PRODUCT,
    bank,
    firm,
    online_product,
)

from shuxin.kernel.machine import StepImpossible, StepOfOther
from shuxin.market.api import (
    THE_OPERATOR,
    Band,
    ProductInReview,
    RequestReused,
    StepNeedsReason,
    StepOvertaken,
    ThingUnknown,
    draft_product,
    edit_product,
    events_after,
    product,
    product_terms,
    products,
    step_product,
    steps_of,
)

pytestmark = pytest.mark.django_db
CHEAPER = replace(PRODUCT, rate_bp=Band(300, 500))


def draft(request_id: str = "") -> str:
    return draft_product(PRODUCT, lender=BANK, doer=bank(), now=NOW, request_id=request_id)


class TestVersions:
    def test_the_first_is_seen_by_all_once_it_is_approved(self) -> None:
        key = draft()
        with pytest.raises(ThingUnknown):
            product(key)
        assert product(key, viewer=BANK).state == "draft"
        step_product(key, "submit", doer=bank(), now=NOW)
        assert product(key, viewer=THE_OPERATOR).draft_state == "review"
        step_product(key, "approve", doer=OPERATOR, now=NOW)
        seen = product(key)
        assert (seen.state, seen.version, seen.terms, seen.draft) == ("online", 1, PRODUCT, None)
        assert [one.key for one in products()] == [key]

    def test_an_edit_of_an_online_product_waits_beside_it_until_it_is_approved(self) -> None:
        key = online_product()
        before = product(key).digest
        edit_product(key, CHEAPER, doer=bank(), now=NOW)
        assert product(key).terms == PRODUCT
        assert product(key).draft is None
        assert product(key, viewer=OTHER_BANK).draft is None
        assert product(key, viewer=BANK).draft == CHEAPER
        step_product(key, "submit", doer=bank(), now=NOW)
        assert (product(key).version, product(key).state) == (1, "online")
        step_product(key, "approve", doer=OPERATOR, now=NOW)
        seen = product(key, viewer=BANK)
        assert (seen.version, seen.terms, seen.draft, seen.state) == (2, CHEAPER, None, "online")
        assert product_terms(key, 1) == PRODUCT
        assert product_terms(key, 2) == CHEAPER
        assert seen.digest != before

    def test_an_unpublished_version_is_nobodys_to_read(self) -> None:
        key = online_product()
        edit_product(key, CHEAPER, doer=bank(), now=NOW)
        for version in (0, 2, 3):
            with pytest.raises(ThingUnknown):
                product_terms(key, version)

    def test_the_same_terms_again_are_no_new_version(self) -> None:
        key = online_product()
        edit_product(key, PRODUCT, doer=bank(), now=NOW)
        assert product(key, viewer=BANK).draft is None

    def test_nothing_changes_under_the_reviewers_eyes(self) -> None:
        key = draft()
        step_product(key, "submit", doer=bank(), now=NOW)
        with pytest.raises(ProductInReview):
            edit_product(key, CHEAPER, doer=bank(), now=NOW)

    def test_other_terms_than_the_reviewer_saw_are_not_approved(self) -> None:
        key = draft()
        step_product(key, "submit", doer=bank(), now=NOW)
        seen = product(key, viewer=THE_OPERATOR).draft_digest
        step_product(key, "return", doer=OPERATOR, now=NOW, reason="名称不清")
        edit_product(key, CHEAPER, doer=bank(), now=NOW)
        step_product(key, "submit", doer=bank(), now=NOW + DAY)
        with pytest.raises(StepOvertaken):
            step_product(key, "approve", doer=OPERATOR, now=NOW, seen=seen)
        assert product(key, viewer=BANK).state == "review"

    def test_a_draft_beside_can_be_dropped_and_a_new_one_begun(self) -> None:
        key = online_product()
        edit_product(key, CHEAPER, doer=bank(), now=NOW)
        step_product(key, "drop", doer=bank(), now=NOW)
        assert product(key, viewer=BANK).draft is None
        edit_product(key, CHEAPER, doer=bank(), now=NOW)
        step_product(key, "submit", doer=bank(), now=NOW)
        step_product(key, "approve", doer=OPERATOR, now=NOW)
        assert product(key).version == 3
        with pytest.raises(ThingUnknown):
            product_terms(key, 2)

    def test_a_retired_product_leaves_no_draft_behind_and_takes_none(self) -> None:
        key = online_product()
        edit_product(key, CHEAPER, doer=bank(), now=NOW)
        step_product(key, "retire", doer=bank(), now=NOW)
        assert product(key, viewer=BANK).draft is None
        with pytest.raises(StepImpossible):
            edit_product(key, CHEAPER, doer=bank(), now=NOW)
        assert product_terms(key, 1) == PRODUCT


class TestSteps:
    def test_of_others_look_like_those_of_no_product(self) -> None:
        key = draft()
        for step in ("submit", "retire"):
            with pytest.raises(ThingUnknown):
                step_product(key, step, doer=bank(OTHER_BANK), now=NOW)
        with pytest.raises(ThingUnknown):
            edit_product(key, CHEAPER, doer=bank(OTHER_BANK), now=NOW)
        with pytest.raises(ThingUnknown):
            draft_product(PRODUCT, lender=BANK, doer=bank(OTHER_BANK), now=NOW, request_id="")

    def test_a_lender_does_not_approve_its_own(self) -> None:
        key = draft()
        step_product(key, "submit", doer=bank(), now=NOW)
        for who in (bank(), firm()):
            with pytest.raises(StepOfOther):
                step_product(key, "approve", doer=who, now=NOW)

    def test_going_back_needs_words(self) -> None:
        key = draft()
        step_product(key, "submit", doer=bank(), now=NOW)
        with pytest.raises(StepNeedsReason):
            step_product(key, "return", doer=OPERATOR, now=NOW, reason=" ")

    def test_what_the_operator_suspended_its_lender_does_not_put_back(self) -> None:
        key = online_product()
        with pytest.raises(StepNeedsReason):
            step_product(key, "pause", doer=OPERATOR, now=NOW)
        step_product(key, "pause", doer=OPERATOR, now=NOW, reason="宣传与条款不符")
        with pytest.raises(StepOfOther):
            step_product(key, "resume", doer=bank(), now=NOW)
        step_product(key, "resume", doer=OPERATOR, now=NOW)
        step_product(key, "pause", doer=bank(), now=NOW)
        step_product(key, "resume", doer=bank(), now=NOW)

    def test_a_double_click_is_one_step(self) -> None:
        key = draft()
        for _ in range(2):
            step_product(key, "submit", doer=bank(), now=NOW)
        for _ in range(2):
            step_product(key, "approve", doer=OPERATOR, now=NOW)
        for _ in range(2):
            step_product(key, "pause", doer=bank(), now=NOW)
        assert [one.event for one in steps_of("product", key)] == [
            "begin",
            "submit",
            "approve",
            "pause",
        ]
        assert [one.event for one in steps_of("product_version", f"{key}.1")] == [
            "begin",
            "submit",
            "approve",
        ]

    def test_each_is_logged_once_and_names_the_terms_it_was_about(self) -> None:
        before = len(JOURNAL.entries)
        key = online_product()
        taken = [*steps_of("product", key), *steps_of("product_version", f"{key}.1")]
        logged = [entry.commitments[0] for entry in JOURNAL.entries[before:]]
        assert sorted(one.commitment for one in taken) == sorted(logged)
        assert steps_of("product", key)[-1].evidence == product(key).digest

    def test_tell_the_operator_and_the_lender(self) -> None:
        key = online_product()
        (asked,) = events_after(THE_OPERATOR, 0).events
        (answered,) = events_after(BANK, 0).events
        assert (asked.event, answered.event) == ("submit", "approve")
        assert asked.body["product"] == answered.body["product"] == key


class TestRequests:
    def test_the_same_again_gives_the_same_product(self) -> None:
        assert draft("r1") == draft("r1")
        assert len({draft("r1"), draft("r2"), draft(), draft()}) == 4

    def test_the_same_number_for_something_else_is_refused(self) -> None:
        draft("r1")
        with pytest.raises(RequestReused):
            draft_product(CHEAPER, lender=BANK, doer=bank(), now=NOW, request_id="r1")

    def test_another_partys_number_is_its_own(self) -> None:
        other = draft_product(
            PRODUCT, lender=OTHER_BANK, doer=bank(OTHER_BANK), now=NOW, request_id="r1"
        )
        assert draft("r1") != other
