"""What a false party, a wrong input or a policy may do: end the job, and nothing else."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rbcl
from tests.federation.alignment.cases import (
    HELPER,
    HOLDER,
    LABEL,
    THIRD,
    align,
    entering,
    job_of,
    universe,
)
from tests.federation.memory import Outcome, run_together

from shuxin.federation.alignment.kind import AlignmentKind
from shuxin.federation.alignment.refusal import (
    AlignmentDiffers,
    AnswerInvalid,
    RowsInvalid,
    TooFewCommon,
)

Change = Callable[[bytes], bytes]
POOL = universe(80)
SETS = [set(POOL[:50]), set(POOL[20:])]
PRIME = 2**255 - 19


class NotToday(Exception):
    pass


def changed(
    name: str, by: Change, *, sender: str | None = None, receiver: str | None = None
) -> Callable[[str, str, str, bytes], bytes]:
    def change(frm: str, to: str, message: str, content: bytes) -> bytes:
        meant = message == f"alignment/{name}" and sender in {None, frm} and receiver in {None, to}
        return by(content) if meant else content

    return change


def failure_of(outcome: Outcome, party: str) -> BaseException:
    assert not outcome.kept[party]
    return outcome.failures[party]


class TestTooFew:
    @pytest.mark.parametrize("engine", ["tags", "ecdh"])
    @pytest.mark.parametrize("learn", ["both", "one", "count"])
    def test_nobody_is_told_how_many(self, engine: str, learn: str, tmp_path: Path) -> None:
        outcome = align(job_of(engine=engine, learn=learn, least=31), SETS, tmp_path)
        assert {type(one) for one in outcome.failures.values()} == {TooFewCommon}
        handing_over = HELPER if engine == "tags" else HOLDER
        assert handing_over not in {party for party, *_ in outcome.released}
        assert not any(outcome.kept.values())
        answers = {
            content
            for (_, _, name), content in outcome.messages.items()
            if name == "alignment/answer"
        }
        assert answers == {b"\0"}

    @pytest.mark.parametrize("engine", ["tags", "ecdh"])
    def test_just_enough_is_enough(self, engine: str, tmp_path: Path) -> None:
        assert not align(job_of(engine=engine, least=30), SETS, tmp_path).failures


class TestPolicy:
    @pytest.mark.parametrize(
        ("engine", "by"), [("tags", HELPER), ("tags", HOLDER), ("ecdh", HOLDER)]
    )
    @pytest.mark.parametrize("learn", ["both", "one", "count"])
    def test_a_refused_release_tells_nobody(
        self, engine: str, by: str, learn: str, tmp_path: Path
    ) -> None:
        def refuse(party: str, *_: object) -> None:
            if party == by:
                raise NotToday

        outcome = align(job_of(engine=engine, learn=learn), SETS, tmp_path, release=refuse)
        assert isinstance(failure_of(outcome, by), NotToday)
        assert not any(outcome.kept.values())
        assert not [key for key in outcome.messages if key[2] == "alignment/answer"]

    def test_a_holder_whose_policy_refuses_shows_no_tag(self, tmp_path: Path) -> None:
        def refuse(party: str, *_: object) -> None:
            if party == HOLDER:
                raise NotToday

        outcome = align(job_of(), SETS, tmp_path, release=refuse)
        assert (HOLDER, HELPER, "alignment/tags") not in outcome.messages


class TestMisaligningHelper:
    def test_other_order_for_one_party_is_caught_by_both(self, tmp_path: Path) -> None:
        def swap(content: bytes) -> bytes:
            return content[:1] + content[5:9] + content[1:5] + content[9:]

        change = changed("answer", swap, receiver=HOLDER)
        outcome = align(job_of(), SETS, tmp_path, change=change)
        assert isinstance(failure_of(outcome, LABEL), AlignmentDiffers)
        assert isinstance(failure_of(outcome, HOLDER), AlignmentDiffers)

    def test_another_row_is_caught(self, tmp_path: Path) -> None:
        def replace(content: bytes) -> bytes:
            used = set(np.frombuffer(content[1:], "<u4").tolist())
            other = next(row for row in range(60) if row not in used)
            return content[:1] + other.to_bytes(4, "little") + content[5:]

        change = changed("answer", replace, receiver=HOLDER)
        outcome = align(job_of(), SETS, tmp_path, change=change)
        assert isinstance(failure_of(outcome, LABEL), AlignmentDiffers)

    def test_a_second_holder_that_is_misled_is_caught(self, tmp_path: Path) -> None:
        change = changed("answer", lambda content: content[:-4], receiver=THIRD)
        outcome = align(job_of(holders=2), [*SETS, set(POOL)], tmp_path, change=change)
        assert isinstance(failure_of(outcome, THIRD), AlignmentDiffers)

    def test_sending_back_the_digest_that_one_received_proves_nothing(self, tmp_path: Path) -> None:
        outcome = align(job_of(), SETS, tmp_path)
        said = [c for (_, _, name), c in outcome.messages.items() if name == "alignment/digest"]
        assert len(said) == len(set(said)) == 2


MALFORMED = {
    "cut": lambda c: c[:-1],
    "empty": lambda _: b"",
    "other form": lambda c: b"\7" + c[1:],
    "too large a row": lambda c: c[:-4] + b"\xff\xff\xff\x7f",
    "a row twice": lambda c: c[:-4] + c[-8:-4],
}


class TestMalformed:
    @pytest.mark.parametrize("how", MALFORMED)
    @pytest.mark.parametrize("learn", ["both", "one"])
    def test_answers_of_the_helper(self, how: str, learn: str, tmp_path: Path) -> None:
        change = changed("answer", MALFORMED[how], receiver=LABEL)
        outcome = align(job_of(learn=learn), SETS, tmp_path, change=change)
        assert isinstance(failure_of(outcome, LABEL), AnswerInvalid)

    @pytest.mark.parametrize("content", [b"\1", b"\1\0\0\0", b"\1\x33\0\0\0"])
    def test_counts_of_the_helper(self, content: bytes, tmp_path: Path) -> None:
        change = changed("answer", lambda _: content, receiver=LABEL)
        outcome = align(job_of(learn="count"), SETS, tmp_path, change=change)
        assert isinstance(failure_of(outcome, LABEL), AnswerInvalid)

    def test_a_count_below_the_least_is_too_few(self, tmp_path: Path) -> None:
        change = changed("answer", lambda _: b"\1\1\0\0\0", receiver=LABEL)
        outcome = align(job_of(learn="count", least=2), SETS, tmp_path, change=change)
        assert isinstance(failure_of(outcome, LABEL), TooFewCommon)

    def test_a_holder_list_longer_than_the_job_allows(self, tmp_path: Path) -> None:
        change = changed("answer", lambda c: c[:1] + b"\xff" * 4 + c[5:], receiver=LABEL)
        outcome = align(job_of(learn="one"), SETS, tmp_path, change=change)
        assert isinstance(failure_of(outcome, LABEL), AnswerInvalid)

    @pytest.mark.parametrize(
        "how", [lambda c: c[:-1], lambda _: b"", lambda c: b"\2" + c[1:], lambda c: c + c[-16:]]
    )
    def test_tags(self, how: Change, tmp_path: Path) -> None:
        outcome = align(job_of(), SETS, tmp_path, change=changed("tags", how, sender=HOLDER))
        assert isinstance(failure_of(outcome, HELPER), AnswerInvalid)

    @pytest.mark.parametrize("name", ["raised", "answer"])
    @pytest.mark.parametrize(
        "how", [lambda c: c[:-1], lambda _: b"", lambda c: b"\7" + c[1:], lambda c: c[:-16],
                lambda c: c[:-16] + c[-32:-16]],
    )  # fmt: skip
    def test_values_of_the_other_party(self, name: str, how: Change, tmp_path: Path) -> None:
        change = changed(name, how)
        outcome = align(job_of(engine="ecdh"), SETS, tmp_path, change=change)
        party = HOLDER if name == "raised" else LABEL
        assert isinstance(failure_of(outcome, party), AnswerInvalid)

    def test_a_dropped_match_is_caught_by_the_digest(self, tmp_path: Path) -> None:
        """Every value of the answer but one is random: the label party finds one row, the holder thirty."""
        noise = random.Random(1)  # noqa: S311 - test data

        def drop(content: bytes) -> bytes:
            seen = content[1:]
            half = len(seen) // 2 // 16 * 16
            return content[:1] + seen[:half] + noise.randbytes(len(seen) - half)

        outcome = align(job_of(engine="ecdh"), SETS, tmp_path, change=changed("answer", drop))
        assert isinstance(failure_of(outcome, LABEL), AlignmentDiffers)
        assert isinstance(failure_of(outcome, HOLDER), AlignmentDiffers)


def _no_points() -> dict[str, bytes]:
    return {
        "identity": bytes(32),
        "not canonical": (PRIME + 3).to_bytes(32, "little"),
        "negative": (1).to_bytes(32, "little"),
        "all ones": b"\xff" * 32,
        "not a square": (26).to_bytes(32, "little"),
    }


class TestPoints:
    @pytest.mark.parametrize("what", _no_points())
    @pytest.mark.parametrize("receiver", [LABEL, HOLDER])
    def test_not_of_the_group_are_refused(self, what: str, receiver: str, tmp_path: Path) -> None:
        bad = _no_points()[what]
        assert not rbcl.crypto_core_ristretto255_is_valid_point(bad) or bad == bytes(32)
        change = changed("points", lambda c: c[:1] + bad + c[33:], receiver=receiver)
        outcome = align(job_of(engine="ecdh"), SETS, tmp_path, change=change)
        assert isinstance(failure_of(outcome, receiver), AnswerInvalid)

    @pytest.mark.parametrize(
        "how",
        [lambda c: c[:-1], lambda _: b"", lambda c: b"\2" + c[1:], lambda c: c[:-32] + c[-64:-32]],
    )
    def test_of_another_form_or_repeated_are_refused(self, how: Change, tmp_path: Path) -> None:
        change = changed("points", how, receiver=HOLDER)
        outcome = align(job_of(engine="ecdh"), SETS, tmp_path, change=change)
        assert isinstance(failure_of(outcome, HOLDER), AnswerInvalid)


class TestMarkedPoints:
    @pytest.mark.parametrize("learn", ["both", "one", "count"])
    def test_a_repeated_point_is_answered_with_nothing(self, learn: str, tmp_path: Path) -> None:
        """Sent twice, a row would be known again among the shuffled values that come back."""
        change = changed("points", lambda c: c + c[-32:], sender=HOLDER)
        outcome = align(job_of(engine="ecdh", learn=learn), SETS, tmp_path, change=change)
        assert isinstance(failure_of(outcome, LABEL), AnswerInvalid)
        assert (LABEL, HOLDER, "alignment/raised") not in outcome.messages


class TestKeyMessage:
    @pytest.mark.parametrize("place", [0, 1, 40, 80])
    def test_changed_on_its_way_is_refused(self, place: int, tmp_path: Path) -> None:
        def flip(content: bytes) -> bytes:
            return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

        outcome = align(job_of(), SETS, tmp_path, change=changed("key", flip))
        assert isinstance(failure_of(outcome, HOLDER), AnswerInvalid)

    def test_cut_is_refused(self, tmp_path: Path) -> None:
        outcome = align(job_of(), SETS, tmp_path, change=changed("key", lambda c: c[:-1]))
        assert isinstance(failure_of(outcome, HOLDER), AnswerInvalid)


class TestRows:
    @pytest.mark.parametrize("engine", ["tags", "ecdh"])
    @pytest.mark.parametrize(
        "codes",
        [
            (POOL[0] * 2).encode(),
            "".join(sorted(POOL[:3], reverse=True)).encode(),
            entering(set(POOL[:3]))[:-1],
            b"I" + entering(set(POOL[:3]))[1:],
            b"\xff" * 18,
            POOL[0].lower().encode() if POOL[0].lower() != POOL[0] else b"a" * 18,
        ],
        ids=["twice", "unsorted", "cut", "no such symbol", "not ASCII", "lower case"],
    )
    def test_that_are_not_distinct_sorted_codes_are_refused(
        self, engine: str, codes: bytes, tmp_path: Path
    ) -> None:
        rows = {LABEL: codes, HOLDER: entering(SETS[1])}
        outcome = run_together(AlignmentKind(), job_of(engine=engine), folder=tmp_path, rows=rows)
        assert isinstance(failure_of(outcome, LABEL), RowsInvalid)
        assert not [key for key in outcome.messages if key[0] == LABEL]

    def test_a_data_party_without_rows_is_refused(self, tmp_path: Path) -> None:
        rows = {HOLDER: entering(SETS[1])}
        outcome = run_together(AlignmentKind(), job_of(), folder=tmp_path, rows=rows)
        assert isinstance(failure_of(outcome, LABEL), RowsInvalid)
