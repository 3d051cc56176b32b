"""Webhooks: what is sent arrives in order, whatever the receiver does; nothing twice under another id."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.dates import CHINA_TIME
from shuxin.market.api import (
    HookAddressRefused,
    HookKeys,
    HookPolicy,
    Sent,
    SubscriptionUnknown,
    deliver_hooks,
    end_subscription,
    hook_headers,
    hook_holds,
    networks_named,
    resume_subscription,
    subscribe,
    subscription,
)
from shuxin.market.hooks import MOST_EACH, SubscriptionsFull, pause_after
from shuxin.market.step_models import EventRow
from shuxin.market.tariff_models import SubscriptionRow

if TYPE_CHECKING:
    from shuxin.market.api import Outgoing

NOW = dt.datetime(2026, 6, 1, 10, tzinfo=CHINA_TIME)
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
BANK, OTHER = "uscc:bank", "uscc:other"
KEYS = HookKeys(bytes(range(32)))
POLICY = HookPolicy()


@dataclass
class Receiver:
    """Another institution's system, which may be down, slow to answer, or lose its reply."""

    secret: str = ""
    up: bool = True
    takes_but_says: int = 200
    taken: list[str] = field(default_factory=list)
    tries: int = 0
    now: dt.datetime = NOW

    def __call__(self, delivery: Outgoing, /) -> Sent:
        self.tries += 1
        if not self.up:
            return Sent(None, "site_unreachable")
        assert hook_holds(delivery.headers, delivery.body, secret=self.secret, now=self.now)
        said = json.loads(delivery.body)
        assert said["id"] == delivery.headers["Shuxin-Event"]
        self.taken.append(said["id"])
        return Sent(self.takes_but_says)


def happen(number: int, *, audience: str = BANK, kind: str = "application") -> list[str]:
    """So many events; their ids."""
    made = [
        EventRow(audience=audience, kind=kind, thing=f"{n:032x}", event="submit", at=NOW)
        for n in range(number)
    ]
    for row in made:
        row.save()
    return [str(row.pk) for row in made]


def subscribed(receiver: Receiver, *, kinds: tuple[str, ...] = ()) -> str:
    made = subscribe(
        party=BANK,
        client="core",
        url="https://bank.example/hook?of=1",
        kinds=kinds,
        policy=POLICY,
        keys=KEYS,
        now=NOW,
    )
    receiver.secret = made.secret
    return made.key


def rounds(
    receiver: Receiver, *, since: dt.datetime, until: dt.datetime, each: dt.timedelta
) -> None:
    now = since
    while now < until:
        receiver.now = now
        deliver_hooks(send=receiver, keys=KEYS, now=now)
        now += each


@pytest.mark.django_db
class TestDelivery:
    def test_is_in_order_from_the_next_event_on_to_its_party_only(self) -> None:
        happen(2)
        receiver = Receiver()
        key = subscribed(receiver)
        happen(3, audience=OTHER)
        wanted = happen(120)
        rounds(receiver, since=NOW, until=NOW + 4 * SECOND, each=SECOND)
        assert receiver.taken == wanted
        assert (subscription(key, party=BANK).delivered, subscription(key, party=BANK).waiting) == (
            120,
            0,
        )

    def test_one_whose_secret_cannot_be_read_holds_up_no_other(self) -> None:
        broken = subscribed(Receiver())
        SubscriptionRow.objects.update(sealed=bytes(60))
        receiver = Receiver()
        subscribed(receiver)
        wanted = happen(2)
        rounds(receiver, since=NOW, until=NOW + 2 * SECOND, each=SECOND)
        assert receiver.taken == wanted
        stands = subscription(broken, party=BANK)
        assert (stands.state, stands.waiting) == ("parked", 2)
        assert stands.last_failure == "webhook_secret_unreadable"

    def test_of_one_kind_leaves_the_others_behind(self) -> None:
        receiver = Receiver()
        key = subscribed(receiver, kinds=("referral",))
        happen(3)
        wanted = happen(2, kind="referral")
        happen(1)
        rounds(receiver, since=NOW, until=NOW + 2 * SECOND, each=SECOND)
        assert receiver.taken == wanted
        assert subscription(key, party=BANK).waiting == 0

    def test_survives_a_receiver_that_is_down_for_an_hour(self) -> None:
        """Nothing is lost, nothing comes twice, and the order holds: by the clock of the simulation."""
        receiver = Receiver()
        key = subscribed(receiver)
        first = happen(3)
        rounds(receiver, since=NOW, until=NOW + 2 * SECOND, each=SECOND)
        receiver.up = False
        wanted: list[str] = []
        for minute in range(60):
            wanted += happen(2)
            start = NOW + dt.timedelta(minutes=minute, seconds=10)
            rounds(receiver, since=start, until=start + 60 * SECOND, each=30 * SECOND)
        assert receiver.taken == first
        down = subscription(key, party=BANK)
        assert (down.waiting, down.state, down.last_failure) == (120, "active", "site_unreachable")
        assert down.attempts < 20
        receiver.up = True
        end = down.next_at + SECOND
        rounds(receiver, since=NOW + HOUR, until=end + 5 * SECOND, each=SECOND)
        assert receiver.taken == first + wanted
        assert end - (NOW + HOUR) <= dt.timedelta(minutes=15, seconds=10)

    def test_comes_again_under_the_same_id_when_the_reply_was_bad(self) -> None:
        receiver = Receiver(takes_but_says=500)
        subscribed(receiver)
        (one,) = happen(1)
        rounds(receiver, since=NOW, until=NOW + 8 * SECOND, each=SECOND)
        receiver.takes_but_says = 202
        rounds(receiver, since=NOW + 8 * SECOND, until=NOW + 60 * SECOND, each=SECOND)
        assert set(receiver.taken) == {one}
        assert len(receiver.taken) == receiver.tries > 1

    def test_parks_after_three_days_and_goes_on_where_it_stopped(self) -> None:
        receiver = Receiver(up=False)
        key = subscribed(receiver)
        wanted = happen(5)
        rounds(receiver, since=NOW, until=NOW + 75 * HOUR, each=2 * HOUR)
        parked = subscription(key, party=BANK)
        assert (parked.state, parked.waiting) == ("parked", 5)
        tries = receiver.tries
        receiver.up = True
        rounds(receiver, since=NOW + 80 * HOUR, until=NOW + 81 * HOUR, each=60 * SECOND)
        assert (receiver.tries, receiver.taken) == (tries, [])
        resume_subscription(key, party=BANK, after=None, now=NOW + 90 * HOUR)
        rounds(receiver, since=NOW + 90 * HOUR, until=NOW + 90 * HOUR + SECOND, each=SECOND)
        assert receiver.taken == wanted

    def test_begins_again_where_its_party_says(self) -> None:
        receiver = Receiver()
        key = subscribed(receiver)
        wanted = happen(4)
        rounds(receiver, since=NOW, until=NOW + SECOND, each=SECOND)
        resume_subscription(key, party=BANK, after=int(wanted[1]), now=NOW + SECOND)
        rounds(receiver, since=NOW + SECOND, until=NOW + 2 * SECOND, each=SECOND)
        assert receiver.taken == wanted + wanted[2:]

    def test_to_one_that_is_down_holds_up_nobody_else(self) -> None:
        good, bad = Receiver(), Receiver(up=False)
        subscribed(good)
        subscribed(bad)
        wanted = happen(3)
        by_secret = {good.secret: good, bad.secret: bad}

        def send(delivery: Outgoing) -> Sent:
            headers, body = delivery.headers, delivery.body
            found = next(
                one
                for secret, one in by_secret.items()
                if hook_holds(headers, body, secret=secret, now=NOW)
            )
            return found(delivery)

        deliver_hooks(send=send, keys=KEYS, now=NOW)
        assert (good.taken, bad.tries) == (wanted, 1)

    def test_stops_when_the_subscription_ends(self) -> None:
        receiver = Receiver()
        key = subscribed(receiver)
        end_subscription(key, party=BANK, now=NOW)
        happen(1)
        rounds(receiver, since=NOW, until=NOW + 2 * SECOND, each=SECOND)
        assert receiver.tries == 0
        with pytest.raises(SubscriptionUnknown):
            subscription(key, party=BANK)

    def test_by_two_workers_sends_each_event_once(self) -> None:
        """The second worker begins while the first one sends."""
        receiver = Receiver()
        subscribed(receiver)
        wanted = happen(2)
        inner: list[int] = []

        def send(delivery: Outgoing) -> Sent:
            return receiver(delivery)

        due = SubscriptionRow.objects.get()
        SubscriptionRow.objects.filter(pk=due.pk).update(next_at=NOW + HOUR)  # the other's lease
        inner.append(deliver_hooks(send=send, keys=KEYS, now=NOW).arrived)
        SubscriptionRow.objects.filter(pk=due.pk).update(next_at=NOW)
        inner.append(deliver_hooks(send=send, keys=KEYS, now=NOW).arrived)
        assert (inner, receiver.taken) == ([0, 2], wanted)


@pytest.mark.django_db
class TestSubscriptions:
    def test_keep_their_secret_sealed(self) -> None:
        receiver = Receiver()
        key = subscribed(receiver)
        row = SubscriptionRow.objects.get()
        assert receiver.secret.encode() not in bytes(row.sealed)
        assert KEYS.opened(bytes(row.sealed), owner=key) == receiver.secret

    def test_are_ten_at_most(self) -> None:
        for _ in range(MOST_EACH):
            subscribed(Receiver())
        with pytest.raises(SubscriptionsFull):
            subscribed(Receiver())

    def test_of_others_are_not_there(self) -> None:
        key = subscribed(Receiver())
        for act in (
            lambda: subscription(key, party=OTHER),
            lambda: end_subscription(key, party=OTHER, now=NOW),
            lambda: resume_subscription(key, party=OTHER, after=None, now=NOW),
        ):
            with pytest.raises(SubscriptionUnknown):
                act()


class TestSignature:
    @given(
        body=st.binary(max_size=60),
        other=st.binary(max_size=60),
        secret=st.text(min_size=1, max_size=20),
        late=st.integers(-900, 900),
    )
    def test_holds_for_these_very_bytes_and_minutes(
        self, body: bytes, other: bytes, secret: str, late: int
    ) -> None:
        headers = hook_headers(body, secret=secret, event="7", now=NOW)
        read = NOW + late * SECOND
        fresh = abs(late) <= 300
        assert hook_holds(headers, body, secret=secret, now=read) is fresh
        assert hook_holds(headers, other, secret=secret, now=NOW) is (other == body)
        assert not hook_holds(headers, body, secret=secret + "x", now=NOW)
        moved = headers | {"Shuxin-Event": "8"}
        assert not hook_holds(moved, body, secret=secret, now=NOW)

    def test_of_a_known_delivery_is_this(self) -> None:
        headers = hook_headers(b'{"id":"7"}', secret="s3cret", event="7", now=NOW)  # noqa: S106
        assert headers["Shuxin-Timestamp"] == "1780279200"
        # printf '1780279200.7.{"id":"7"}' | openssl dgst -sha256 -hmac s3cret
        assert headers["Shuxin-Signature"] == (
            "v1=d7575cd60f02daaec71aed34283744f6b807709166fc84c5f256482ef6811e78"
        )


class TestPauses:
    def test_grow_to_a_quarter_of_an_hour(self) -> None:
        pauses = [pause_after(n).total_seconds() for n in range(1, 12)]
        assert pauses[:3] == [5, 10, 20]
        assert pauses == sorted(pauses)
        assert pauses[-1] == pause_after(10_000).total_seconds() == 900


def may(url: str, **policy: Any) -> bool:
    try:
        HookPolicy(**policy).target(url)
    except HookAddressRefused:
        return False
    return True


class TestTargets:
    @pytest.mark.parametrize(
        "url",
        [
            "https://bank.example",
            "https://bank.example:8443/a/b?c=d",
            "https://93.184.215.14/x",
            "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/x",
        ],
    )
    def test_outside_may_be_reached(self, url: str) -> None:
        assert may(url)

    @pytest.mark.parametrize(
        "url",
        [
            "http://bank.example/",
            "ftp://bank.example/",
            "https://user:pw@bank.example/",
            "https://bank.example/#x",
            "https://bank.example:22/",
            "https:///x",
            "https://bank.example:99999/",
            "https://bank.example/\n",
            "https://银行.example/",
            "https://localhost/",
            "https://a.localhost/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://10.1.2.3/",
            "https://169.254.169.254/latest",
            "https://192.168.1.1/",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://224.0.0.1/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::1]/",
        ],
    )
    def test_elsewhere_may_not(self, url: str) -> None:
        assert not may(url)

    def test_inside_may_be_opened_by_the_operator(self) -> None:
        networks = networks_named(["10.20.0.0/16", "169.254.0.0/16"])
        assert may("https://10.20.3.4/hook", networks=networks)
        assert not may("https://10.21.3.4/hook", networks=networks)
        assert not may("https://169.254.169.254/", networks=networks)
        with pytest.raises(HookAddressRefused):
            networks_named(["10.20.0.0/33"])

    def test_on_this_machine_are_for_development(self) -> None:
        for url in ("http://127.0.0.1:9000/hook", "https://localhost:9000/"):
            assert may(url, development=True)
        assert not may("http://bank.example:9000/", development=True)
        assert not may("http://10.0.0.1:9000/", development=True)
