"""Seeds: the same at both ends, one use each, whatever is killed."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import threading

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.engine.seeds import JobSeeds, MaskAskedTwice, seed_of
from shuxin.federation.engine.uses import KeptUses
from shuxin.federation.models import MaskUse

JOB_ID, OTHER_JOB = "ab" * 32, "cd" * 32
A, B = "uscc:91350200000000001A", "uscc:91350200000000002B"
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
SECRET = bytes(range(32))


def seeds_of(peer: str = B, *, job_id: str = JOB_ID) -> JobSeeds:
    return JobSeeds(job_id=job_id, secrets={peer: SECRET}, ledger=KeptUses(now=lambda: NOW))


def uses() -> set[tuple[str, str, str]]:
    return set(MaskUse.objects.values_list("job_id", "peer", "label"))


class TestDerivation:
    def test_has_a_known_answer(self) -> None:
        found = seed_of(SECRET, "label-to-holder/product.3/7/0", binding=bytes(range(32, 64)))
        assert found.hex() == "95be62388e7314b874872d5d735218c398d062a2aa57b5a1fe050b64649474a8"

    @given(
        st.binary(min_size=32, max_size=32),
        st.from_regex(r"[0-9A-Za-z:._/-]{1,200}", fullmatch=True),
        st.binary(max_size=64),
    )
    def test_is_the_expansion_of_rfc_5869(self, secret: bytes, label: str, binding: bytes) -> None:
        info = b"shuxin/seed/v1|" + label.encode() + b"|" + binding
        assert seed_of(secret, label, binding=binding) == hmac.digest(
            secret, info + b"\x01", hashlib.sha256
        )


@pytest.mark.django_db
class TestJobSeeds:
    def test_both_ends_derive_the_same_and_each_notes_it(self) -> None:
        one = seeds_of(B).pair(B, "a/1/0/0", binding=b"x")
        other = seeds_of(A).pair(A, "a/1/0/0", binding=b"x")
        assert one == other == seed_of(SECRET, "a/1/0/0", binding=b"x")
        assert uses() == {(JOB_ID, A, "a/1/0/0"), (JOB_ID, B, "a/1/0/0")}

    def test_the_same_use_again_is_the_same_use(self) -> None:
        found = {seeds_of().pair(B, "a", binding=b"x") for _ in range(3)}
        assert len(found) == 1
        assert MaskUse.objects.count() == 1

    def test_another_input_is_refused_also_after_a_restart(self) -> None:
        seeds = seeds_of()
        seeds.pair(B, "a", binding=b"x")
        for again in (seeds, seeds_of()):
            for binding in (b"y", b""):
                with pytest.raises(MaskAskedTwice) as raised:
                    again.pair(B, "a", binding=binding)
                assert raised.value.facts == {"label": "a", "party": B}

    def test_other_labels_peers_and_jobs_are_other_uses(self) -> None:
        both = JobSeeds(
            job_id=JOB_ID, secrets={A: b"a" * 32, B: SECRET}, ledger=KeptUses(now=lambda: NOW)
        )
        found = [
            both.pair(B, "a", binding=b"x"),
            both.pair(B, "b", binding=b"y"),
            both.pair(A, "a", binding=b"z"),
        ]
        seeds_of(job_id=OTHER_JOB).pair(B, "a", binding=b"w")
        assert len(set(found)) == 3
        assert MaskUse.objects.count() == 4

    def test_many_at_once_are_those_of_one_by_one(self) -> None:
        labels = [f"a/{number}" for number in range(1203)]
        found = seeds_of().pairs(B, labels, binding=b"x")
        assert found == [seed_of(SECRET, label, binding=b"x") for label in labels]
        assert MaskUse.objects.count() == len(labels)
        assert seeds_of().pairs(B, [labels[5], labels[5]], binding=b"x") == [found[5]] * 2

    def test_one_that_is_refused_among_many_notes_none(self) -> None:
        seeds_of().pair(B, "a/900", binding=b"other")
        with pytest.raises(MaskAskedTwice):
            seeds_of().pairs(B, [f"a/{number}" for number in range(1203)], binding=b"x")
        assert uses() == {(JOB_ID, B, "a/900")}

    @pytest.mark.parametrize("label", ["", "a|b", "a b", "\u7801", "a" * 201, "/a", "a\n"])
    def test_a_label_is_plain(self, label: str) -> None:
        with pytest.raises(ValueError, match="label"):
            seeds_of().pair(B, label)
        assert MaskUse.objects.count() == 0

    def test_gives_nothing_for_a_peer_without_a_secret(self) -> None:
        with pytest.raises(KeyError):
            seeds_of().pair(A, "a")
        assert MaskUse.objects.count() == 0

    def test_keeps_the_hash_of_the_binding_only(self) -> None:
        seeds_of().pair(B, "a", binding=b"x" * 500)
        kept = MaskUse.objects.get()
        assert kept.binding == hashlib.sha256(b"x" * 500).hexdigest()
        assert kept.at == NOW


@pytest.mark.django_db(transaction=True)
class TestThreads:
    def test_a_worker_s_thread_sees_and_adds_uses(self) -> None:
        seeds_of().pair(B, "a", binding=b"x")
        refused: list[MaskAskedTwice] = []

        def work() -> None:
            try:
                seeds_of().pairs(B, ["a", "b"], binding=b"x")
                seeds_of().pair(B, "b", binding=b"y")
            except MaskAskedTwice as error:
                refused.append(error)
            finally:
                connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert [error.facts["label"] for error in refused] == ["b"]
        assert uses() == {(JOB_ID, B, "a"), (JOB_ID, B, "b")}
