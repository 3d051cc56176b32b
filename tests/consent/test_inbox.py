from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.consent.asking import asked_and_granted, granted, proposed
from tests.consent.world import (
    AGENT,
    BANK,
    CLERK,
    DAY,
    DIRECTORY,
    FIRM,
    KEYS,
    LATE,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    OWNER,
    PLATFORM,
    STRANGER,
    directory,
    presented,
    revoked,
    terms,
)

from shuxin.consent import inbox, publishing
from shuxin.consent.api import (
    AuthorisationInvalid,
    AuthorisationUnknown,
    GrantOtherText,
    GrantUnproven,
    GrantWider,
    InboxItem,
    Narrowing,
    Purpose,
    ReasonMissing,
    RequestClosed,
    RequestState,
    RequestUnknown,
    StatementUnproven,
    StatusListTooLong,
    Withdrawal,
    ask,
    asked_by,
    asked_statement,
    decline,
    grant,
    granted_to,
    inbox_item,
    inbox_of,
    publish_status,
    read_status_list,
    release,
    suspend,
    withdraw,
    worded,
)
from shuxin.consent.inbox_models import AuthorisationRequest, RequestAnswer
from shuxin.consent.models import HeldStatement
from shuxin.parties.api import Reason as WhyRevoked

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.api import StatusList
    from shuxin.kernel.signing import Ed25519Key

pytestmark = pytest.mark.django_db


def asked(**changed: Any) -> str:
    return ask(proposed(**changed), keys=DIRECTORY, now=NOW)


def item(request_id: str, *, now: dt.datetime = NOW, viewer: str = FIRM) -> InboxItem:
    return inbox_item(request_id, viewer=viewer, now=now)


def published(now: dt.datetime = NOW) -> StatusList:
    statement = publish_status(issuer=PLATFORM, signer=KEYS[PLATFORM], now=now)
    assert statement.signed_by(KEYS[PLATFORM].public)
    return read_status_list(statement)


def withdrawn(auth_id: str, *, subject: str = FIRM, signer: Ed25519Key | None = None) -> None:
    word = Withdrawal(auth_id, subject, NOW).sign(signer=signer or KEYS[subject])
    withdraw(word, keys=DIRECTORY, now=NOW)


class TestAsk:
    def test_puts_the_request_before_its_subject(self) -> None:
        request_id = asked()
        (found,) = inbox_of(subject=FIRM, now=NOW, name_of=lambda party: f"name of {party}")
        assert (found.request_id, found.state) == (request_id, RequestState.REQUESTED)
        assert (found.terms.grantee, found.grantee_name) == (BANK, f"name of {BANK}")
        assert found.lapses_at == NOW + 30 * DAY
        assert set(found.offers) == set(found.wordings) == {"en", "zh"}
        assert found.offers["zh"].text == found.wordings["zh"]

    def test_asks_the_same_once(self) -> None:
        assert asked() == asked()
        assert AuthorisationRequest.objects.count() == 1

    def test_asks_every_source_by_itself(self) -> None:
        assert asked() != asked(holders=(OTHER_BANK,))
        assert len(inbox_of(subject=FIRM, now=NOW)) == 2

    @pytest.mark.parametrize("signer", [STRANGER, KEYS[OTHER_BANK], KEYS[FIRM], CLERK])
    def test_believes_only_the_recipient(self, signer: Ed25519Key) -> None:
        with pytest.raises(StatementUnproven):
            ask(proposed(signer), keys=DIRECTORY, now=NOW)
        assert not AuthorisationRequest.objects.exists()

    def test_refuses_what_is_over(self) -> None:
        with pytest.raises(AuthorisationInvalid):
            asked(valid_from=NOW - 9 * DAY, valid_to=NOW)

    def test_replaces_only_what_the_recipient_was_granted(self) -> None:
        earlier = asked_and_granted(purpose=Purpose.REPORT)
        assert asked(supersedes=earlier)
        with pytest.raises(AuthorisationUnknown):
            ask(
                proposed(KEYS[OTHER_BANK], grantee=OTHER_BANK, supersedes=earlier),
                keys=DIRECTORY,
                now=NOW,
            )

    def test_lapses_with_the_terms_that_it_asks_for(self) -> None:
        request_id = asked(valid_to=NOW + 3 * DAY)
        assert item(request_id, now=NOW + 3 * DAY).state is RequestState.LAPSED


class TestSight:
    def test_a_recipient_sees_its_own_requests_alone(self) -> None:
        mine = asked()
        other = ask(proposed(KEYS[OTHER_BANK], grantee=OTHER_BANK), keys=DIRECTORY, now=NOW)
        assert [one.request_id for one in asked_by(grantee=BANK, now=NOW)] == [mine]
        assert [one.request_id for one in asked_by(grantee=OTHER_BANK, now=NOW)] == [other]
        assert item(mine, viewer=BANK).request_id == mine
        for viewer in (OTHER_BANK, OTHER_FIRM, PLATFORM, ""):
            with pytest.raises(RequestUnknown):
                item(mine, viewer=viewer)
            with pytest.raises(RequestUnknown):
                asked_statement(mine, viewer=viewer)

    def test_a_subject_sees_its_own_requests_alone(self) -> None:
        mine = asked()
        theirs = asked(subject=OTHER_FIRM)
        assert [one.request_id for one in inbox_of(subject=FIRM, now=NOW)] == [mine]
        assert [one.request_id for one in inbox_of(subject=OTHER_FIRM, now=NOW)] == [theirs]

    def test_a_recipient_is_handed_its_own_authorisations_alone(self) -> None:
        auth_id = asked_and_granted()
        (given,) = granted_to(grantee=BANK)
        assert given.body["auth_id"] == auth_id
        assert granted_to(grantee=OTHER_BANK) == []

    def test_the_request_comes_back_as_it_was_signed(self) -> None:
        assert asked_statement(asked(), viewer=FIRM).hash == proposed().hash


class TestGrant:
    def test_keeps_what_the_subject_signed(self) -> None:
        request_id = asked()
        auth_id = grant(request_id, granted(proposed()), keys=DIRECTORY, now=NOW).auth_id
        found = item(request_id)
        assert (found.state, found.auth_id, found.offers) == (RequestState.GRANTED, auth_id, {})
        assert HeldStatement.objects.get(about=auth_id).seen_at == NOW

    def test_takes_less_than_was_asked(self) -> None:
        request_id, less = asked(), Narrowing(catalogues=("tax",), level_max=2, max_uses=1)
        grant(request_id, granted(proposed(), narrowing=less), keys=DIRECTORY, now=NOW)
        terms = item(request_id).terms
        assert (terms.catalogues, terms.level_max, terms.max_uses) == (("tax",), 2, 1)

    @pytest.mark.parametrize(
        "more", [{"max_uses": 3}, {"catalogues": ("tax", "x")}, {"purpose": Purpose.REPORT}]
    )
    def test_refuses_more_than_was_asked(self, more: dict[str, Any]) -> None:
        request_id = asked()
        signed = worded(terms(**more), language="zh").sign(signer=KEYS[FIRM])
        with pytest.raises(GrantWider):
            grant(request_id, signed, keys=DIRECTORY, now=NOW)
        assert item(request_id).state is RequestState.REQUESTED

    def test_refuses_what_was_signed_over_other_words(self) -> None:
        request_id = asked()
        good = worded(terms(), language="zh")
        for other in ("0" * 64, worded(terms(max_uses=1), language="zh").text_hash):
            with pytest.raises(GrantOtherText):
                signed = replace(good, text_hash=other).sign(signer=KEYS[FIRM])
                grant(request_id, signed, keys=DIRECTORY, now=NOW)

    @pytest.mark.parametrize("signer", [STRANGER, KEYS[OTHER_FIRM], KEYS[PLATFORM], LATE])
    def test_refuses_every_other_signer(self, signer: Ed25519Key) -> None:
        request_id = asked()
        with pytest.raises(GrantUnproven):
            grant(request_id, granted(proposed(), signer), keys=DIRECTORY, now=NOW)
        assert not RequestAnswer.objects.exists()
        assert not HeldStatement.objects.exists()

    def test_refuses_a_lost_key(self) -> None:
        keys = directory(revoked(KEYS[FIRM], WhyRevoked.LOST))
        with pytest.raises(GrantUnproven):
            grant(asked(), granted(proposed()), keys=keys, now=NOW)

    def test_takes_an_agent_within_its_mandate(self) -> None:
        agent = KEYS[AGENT]
        assert grant(asked(), granted(proposed(), agent), keys=DIRECTORY, now=NOW)
        report = {"purpose": Purpose.REPORT}
        with pytest.raises(GrantUnproven):
            grant(asked(**report), granted(proposed(**report), agent), keys=DIRECTORY, now=NOW)

    def test_a_person_grants_for_itself(self) -> None:
        own = {"subject": OWNER}
        assert grant(asked(**own), granted(proposed(**own), KEYS[OWNER]), keys=DIRECTORY, now=NOW)
        with pytest.raises(GrantUnproven):
            grant(asked(**own, max_uses=1), granted(proposed(**own, max_uses=1)), keys=DIRECTORY, now=NOW)  # fmt: skip

    def test_happens_once(self) -> None:
        request_id = asked()
        grant(request_id, granted(proposed()), keys=DIRECTORY, now=NOW)
        again = granted(proposed(), now=NOW + DAY)
        with pytest.raises(RequestClosed):
            grant(request_id, again, keys=DIRECTORY, now=NOW)
        with pytest.raises(RequestClosed):
            decline(request_id, subject=FIRM, by="tester", now=NOW)

    def test_one_of_two_answers_at_once_wins(self) -> None:
        request_id = asked()
        for at in (NOW, NOW + DAY):
            answer = RequestAnswer(request_id=request_id, answer="declined", by="x", at=at)
            if at == NOW:
                inbox._answer(answer, now=at)
            else:
                with pytest.raises(RequestClosed):
                    inbox._answer(answer, now=at)
        assert RequestAnswer.objects.count() == 1

    def test_comes_too_late_after_thirty_days(self) -> None:
        request_id, late = asked(), NOW + 30 * DAY
        with pytest.raises(RequestClosed):
            grant(request_id, granted(proposed(), now=late), keys=DIRECTORY, now=late)

    def test_ends_what_it_replaces(self) -> None:
        earlier = asked_and_granted()
        newer = asked_and_granted(supersedes=earlier)
        states = {one.auth_id: one.state for one in inbox_of(subject=FIRM, now=NOW)}
        assert states == {earlier: RequestState.SUPERSEDED, newer: RequestState.GRANTED}
        assert published().withdrawn == {earlier}

    def test_needs_a_request(self) -> None:
        with pytest.raises(RequestUnknown):
            grant("0" * 32, granted(proposed()), keys=DIRECTORY, now=NOW)


class TestDecline:
    def test_closes_the_request(self) -> None:
        request_id = asked()
        decline(request_id, subject=FIRM, by="tester", now=NOW)
        assert item(request_id).state is RequestState.REFUSED
        with pytest.raises(RequestClosed):
            grant(request_id, granted(proposed()), keys=DIRECTORY, now=NOW)

    def test_is_the_subjects_alone(self) -> None:
        with pytest.raises(RequestUnknown):
            decline(asked(), subject=BANK, by="tester", now=NOW)


class TestWithdraw:
    def test_ends_the_authorisation(self) -> None:
        auth_id = asked_and_granted()
        withdrawn(auth_id)
        assert inbox_of(subject=FIRM, now=NOW)[0].state is RequestState.WITHDRAWN
        assert published().withdrawn == {auth_id}

    @pytest.mark.parametrize("signer", [STRANGER, KEYS[OTHER_FIRM], KEYS[BANK], KEYS[PLATFORM]])
    def test_is_the_subjects_alone(self, signer: Ed25519Key) -> None:
        auth_id = asked_and_granted()
        with pytest.raises(StatementUnproven):
            withdrawn(auth_id, signer=signer)
        assert published().withdrawn == frozenset()

    def test_nobody_withdraws_anothers(self) -> None:
        auth_id = asked_and_granted()
        with pytest.raises(AuthorisationUnknown):
            withdrawn(auth_id, subject=OTHER_FIRM)
        with pytest.raises(AuthorisationUnknown):
            withdrawn("f" * 32)


class TestSuspension:
    def test_is_shown_with_its_reason_and_ends(self) -> None:
        auth_id = asked_and_granted()
        suspend(auth_id, reason="安全事件核查", by="operator", now=NOW)
        (found,) = inbox_of(subject=FIRM, now=NOW)
        assert (found.state, found.suspended_because) == (RequestState.SUSPENDED, "安全事件核查")
        assert published().suspended == {auth_id}
        release(auth_id, reason="已排除", by="operator", now=NOW)
        assert inbox_of(subject=FIRM, now=NOW)[0].state is RequestState.GRANTED
        assert published().suspended == frozenset()

    def test_changes_only_what_is_in_the_right_state(self) -> None:
        auth_id = asked_and_granted()
        with pytest.raises(RequestClosed):
            release(auth_id, reason="x", by="operator", now=NOW)
        suspend(auth_id, reason="x", by="operator", now=NOW)
        with pytest.raises(RequestClosed):
            suspend(auth_id, reason="x", by="operator", now=NOW)
        withdrawn(auth_id)
        with pytest.raises(RequestClosed):
            release(auth_id, reason="x", by="operator", now=NOW)

    def test_needs_a_reason_and_an_authorisation(self) -> None:
        for reason in ("", "  ", "x" * 301):
            with pytest.raises(ReasonMissing):
                suspend(asked_and_granted(max_uses=len(reason) + 1), reason=reason, by="o", now=NOW)
        for unknown in ("f" * 32, ""):
            with pytest.raises(AuthorisationUnknown):
                suspend(unknown, reason="x", by="o", now=NOW)


class TestPublishStatus:
    def test_numbers_rise_and_say_what_holds_no_more(self) -> None:
        """Against a plain model, over a walk of 40 steps with a fixed seed."""
        steps = random.Random(20260601)  # noqa: S311 - a walk, not a secret
        live: list[str] = []
        ended: set[str] = set()
        numbers = []
        for n in range(40):
            match steps.choice(["grant", "withdraw", "publish"]):
                case "grant":
                    live.append(asked_and_granted(max_uses=n + 1))
                case "withdraw" if live:
                    ended.add(live.pop(steps.randrange(len(live))))
                    withdrawn(next(iter(ended - published().withdrawn)))
                case _:
                    status = published()
                    numbers.append(status.number)
                    assert status.withdrawn == ended
        assert numbers == sorted(set(numbers))
        assert len(ended) > 3

    def test_drops_an_id_a_week_after_nobody_would_take_it(self) -> None:
        auth_id = asked_and_granted()
        withdrawn(auth_id)
        over = terms().valid_to
        assert auth_id in published(over + 7 * DAY).withdrawn
        assert auth_id not in published(over + 8 * DAY).withdrawn

    def test_an_issuer_counts_for_itself(self) -> None:
        assert [published().number, published().number] == [1, 2]
        other = publish_status(issuer=OTHER_BANK, signer=KEYS[OTHER_BANK], now=NOW)
        assert read_status_list(other).number == 1

    def test_takes_the_next_number_when_another_was_faster(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        published()
        stale = iter([0, 1])
        monkeypatch.setattr(publishing, "_highest", lambda _: next(stale))
        assert published().number == 2

    def test_never_publishes_what_nobody_could_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(publishing, "LONGEST_STATEMENT", 100)
        with pytest.raises(StatusListTooLong):
            published()

    def test_what_was_granted_passes_the_gate_until_it_is_listed(self) -> None:
        from tests.consent.world import CATALOGUE, HOLDER, request

        from shuxin.consent.domain.gate import GateLimits, Known, judge

        auth_id = asked_and_granted()
        (given,) = granted_to(grantee=BANK)
        brought = replace(presented(), terms=worded(terms(signed_at=NOW), language="zh"), statement=given)  # fmt: skip
        assert brought.terms.auth_id == auth_id

        def refusals() -> tuple[object, ...]:
            return judge(
                request(), presented=brought, persons={}, catalogue=CATALOGUE,
                known=Known(HOLDER, status=published()), keys=DIRECTORY, limits=GateLimits(), now=NOW,
            )  # fmt: skip

        assert refusals() == ()
        withdrawn(auth_id)
        assert [refusal.reason.value for refusal in refusals()] == ["withdrawn"]  # type: ignore[attr-defined]


class TestRefusalsInWords:
    def test_say_the_state_and_the_reason_in_the_readers_language(self) -> None:
        closed = RequestClosed(RequestState.LAPSED)
        assert closed.say("zh").startswith("当前状态不允许此操作：逾期未答复，已失效。")
        with pytest.raises(GrantUnproven) as caught:
            grant(asked(), granted(proposed(), STRANGER), keys=DIRECTORY, now=NOW)
        assert "nobody whom this holder trusts" in caught.value.say("en")
        assert "签名密钥未经本方信任的机构核验" in caught.value.say("zh")
