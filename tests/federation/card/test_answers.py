"""What holders may be asked, and which answers count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.card.samples import (
    HOLDERS,
    World,
    contract_of,
    request_of,
    slow_points,
    summing,
    told,
    world_of,
)

from shuxin.federation.card.answers import (
    FORM,
    NO_REASON,
    PART,
    REQUEST,
    SIZE,
    SPAN,
    AnswerInvalid,
    Answers,
    Question,
    answer_bytes,
    read_answers,
)
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.holder import QuestionRefused, answer, check_question
from shuxin.federation.card.label import Standing, begin, due, took
from shuxin.federation.card.masks import RING
from shuxin.kernel.text import Text
from shuxin.scoring.api import LengthsDisagree

HOLDER = HOLDERS[0]
contributions = st.sampled_from(list(Contribution))


def everybody(world: World) -> tuple[Question, np.ndarray]:
    rows = np.arange(world.rows)
    return Question(request_of(0), tuple(sorted(world.parts)), world.rows), rows


def read(world: World, party: str, data: bytes, question: Question) -> Answers:
    seat = next(seat for seat in world.label.seats if seat.party == party)
    return read_answers(
        data,
        party=party,
        question=question,
        part=seat.part,
        contract=world.label.contract,
        categories=seat.categories,
    )


class TestQuestion:
    @pytest.mark.parametrize(
        ("request_hash", "holders", "rows"),
        [
            ("abc", (HOLDER,), 1),
            (request_of(1).upper(), (HOLDER,), 1),
            (request_of(1), (), 1),
            (request_of(1), (HOLDERS[1], HOLDERS[0]), 1),
            (request_of(1), (HOLDER, HOLDER), 1),
            (request_of(1), (HOLDER,), 0),
        ],
    )
    def test_has_a_hash_and_holders_in_order_and_subjects(
        self, request_hash: str, holders: tuple[str, ...], rows: int
    ) -> None:
        with pytest.raises(ValueError, match="question"):
            Question(request_hash, holders, rows)

    @given(least=st.integers(1, 3), asked=st.sets(st.sampled_from(HOLDERS), min_size=1))
    def test_is_allowed_just_as_the_contract_says(self, least: int, asked: set[str]) -> None:
        world = world_of(summing(at_least=least), seed=1, holders=3, rows=1)
        question = Question(request_of(0), tuple(sorted(asked)), 1)
        allowed = HOLDER in asked and asked <= set(world.parts) and len(asked) >= least
        if allowed:
            check_question(world.parts[HOLDER], question)
        else:
            with pytest.raises(QuestionRefused):
                check_question(world.parts[HOLDER], question)

    def test_that_is_not_allowed_has_no_answer(self) -> None:
        world = world_of(summing(at_least=2), seed=1, holders=2)
        with pytest.raises(QuestionRefused, match="few"):
            told(world, HOLDER, Question(request_of(0), (HOLDER,), 1), np.array([0]))

    def test_is_about_as_many_subjects_as_there_are_values(self) -> None:
        world = world_of(summing(at_least=1), seed=1, holders=1)
        for rows, known in ((2, 1), (world.rows + 1, world.rows + 1)):
            with pytest.raises(LengthsDisagree):
                answer(
                    world.parts[HOLDER],
                    question=Question(request_of(0), (HOLDER,), rows),
                    values=world.values[HOLDER],
                    known=np.ones(known, bool),
                    secrets={},
                )


class TestAnswer:
    @given(seed=st.integers(0, 10_000), contribution=contributions, most=st.integers(0, 4))
    def test_has_a_size_that_the_contract_alone_fixes(
        self, seed: int, contribution: Contribution, most: int
    ) -> None:
        world = world_of(contract_of(contribution, most=most), seed=seed, holders=1)
        part = world.parts[HOLDER]
        numbers = len(part.categories) if contribution is Contribution.BY_CATEGORY else 1
        question, rows = everybody(world)
        data = told(world, HOLDER, question, rows)
        assert len(data) == 64 + world.rows * (1 + 4 * numbers + most)

    @given(seed=st.integers(0, 10_000), contribution=contributions)
    def test_comes_back_from_its_bytes(self, seed: int, contribution: Contribution) -> None:
        world = world_of(contract_of(contribution, most=3), seed=seed, holders=2)
        question, rows = everybody(world)
        data = told(world, HOLDER, question, rows)
        again = read(world, HOLDER, data, question)
        assert again.known.tolist() == world.known[HOLDER].tolist()
        assert answer_bytes(again, question=question, part=world.part_hash(HOLDER)) == data

    @given(seed=st.integers(0, 10_000))
    def test_says_nothing_about_a_subject_that_is_not_known(self, seed: int) -> None:
        world = world_of(summing(at_least=2, most=4), seed=seed, holders=2, unknown=1.0)
        question, rows = everybody(world)
        body = told(world, HOLDER, question, rows)[64:]
        assert set(body) <= {0, NO_REASON}
        assert not any(body[: world.rows * 5])

    @given(seed=st.integers(0, 10_000))
    def test_to_a_sum_of_several_is_not_its_points(self, seed: int) -> None:
        """Masked words equal the points with a chance of 2^-32 each; 4 words of each example."""
        world = world_of(summing(at_least=2), seed=seed, holders=2, unknown=0.0)
        question, rows = everybody(world)
        words = read(world, HOLDER, told(world, HOLDER, question, rows), question).words[:, 0]
        for row in range(world.rows):
            points = sum(slow_points(world.parts[HOLDER], world.values[HOLDER], row).values())
            assert int(RING.signed(words[row : row + 1])[0]) != points

    @given(seed=st.integers(0, 10_000))
    def test_never_names_a_silent_category(self, seed: int) -> None:
        silent = ("credit", "history", "trade", "watch")
        world = world_of(summing(at_least=1, most=4, silent=silent), seed=seed, holders=1)
        question, rows = everybody(world)
        answers = read(world, HOLDER, told(world, HOLDER, question, rows), question)
        assert (answers.reasons == NO_REASON).all()


class TestWrongAnswer:
    def case(self, *, most: int = 2, silent: tuple[str, ...] = ()) -> tuple[World, Question, bytes]:
        contract = contract_of(Contribution.BY_HOLDER, most=most, silent=silent)
        world = world_of(contract, seed=0, holders=1, unknown=0.0)
        question, rows = everybody(world)
        return world, question, told(world, HOLDER, question, rows)

    def refused(self, data: bytes, why: Text) -> None:
        world, question, _ = self.case()
        with pytest.raises(AnswerInvalid) as raised:
            read(world, HOLDER, data, question)
        assert raised.value.facts["reason"] == why

    def test_of_another_size(self) -> None:
        _, _, data = self.case()
        for changed in (b"", data[:-1], data + b"\0"):
            self.refused(changed, SIZE)

    @pytest.mark.parametrize(
        ("where", "why"), [(0, REQUEST), (31, REQUEST), (32, PART), (63, PART)]
    )
    def test_to_another_request_or_from_another_part(self, where: int, why: Text) -> None:
        _, _, data = self.case()
        changed = bytearray(data)
        changed[where] ^= 1
        self.refused(bytes(changed), why)

    @pytest.mark.parametrize(
        ("reasons", "counts"),
        [
            ((0, 1), True),
            ((1, NO_REASON), True),
            ((NO_REASON, NO_REASON), True),
            ((1, 1), False),
            ((NO_REASON, 0), False),
            ((0, 9), False),
            ((254, NO_REASON), False),
        ],
    )
    def test_with_reasons_that_cannot_be(self, reasons: tuple[int, int], counts: bool) -> None:
        world, question, data = self.case()
        changed = data[:-2] + bytes(reasons)
        assert len(world.label.seats[0].categories) >= 2
        if counts:
            read(world, HOLDER, changed, question)
        else:
            self.refused(changed, FORM)

    def test_with_a_silent_reason(self) -> None:
        world, question, data = self.case(silent=("credit", "history", "trade", "watch"))
        with pytest.raises(AnswerInvalid):
            read(world, HOLDER, data[:-2] + bytes((0, NO_REASON)), question)

    def test_with_numbers_about_an_unknown_subject(self) -> None:
        world, question, data = self.case(most=0)
        changed = bytearray(data)
        changed[64] = 0
        assert any(data[64 + world.rows : 68 + world.rows])
        with pytest.raises(AnswerInvalid):
            read(world, HOLDER, bytes(changed), question)

    def test_with_reasons_about_an_unknown_subject(self) -> None:
        world, _, data = self.case()
        changed = bytearray(data)
        changed[64] = 0
        changed[64 + world.rows : 68 + world.rows] = bytes(4)
        changed[64 + 5 * world.rows] = 0
        self.refused(bytes(changed), FORM)

    def test_that_is_neither_known_nor_unknown(self) -> None:
        _, _, data = self.case()
        changed = bytearray(data)
        changed[64] = 2
        self.refused(bytes(changed), FORM)

    @given(seed=st.integers(0, 10_000), contribution=contributions, beyond=st.integers(1, 2**20))
    def test_outside_the_span_is_refused_and_at_its_ends_taken(
        self, seed: int, contribution: Contribution, beyond: int
    ) -> None:
        world = world_of(contract_of(contribution), seed=seed, holders=1, rows=1, unknown=0.0)
        seat = world.label.seats[0]
        spans = seat.column_spans(world.label.contract)
        for shift, counts in ((0, True), (beyond, False)):
            for ends in ([s.high + shift for s in spans], [s.low - shift for s in spans]):
                self.take(world, ends, counts=counts)

    def take(self, world: World, numbers: list[int], *, counts: bool) -> None:
        question, rows = everybody(world)
        answers = Answers(
            known=np.ones(1, bool),
            words=RING.of(np.array([numbers])),
            reasons=np.zeros((1, 0), np.uint8),
        )
        data = answer_bytes(answers, question=question, part=world.part_hash(HOLDER))
        tally = begin(world.label, rows=1)
        if counts:
            new = took(tally, question=question, rows=rows, answers={HOLDER: data}, absent={})
            assert new.points.tolist() == [sum(numbers)]
            return
        with pytest.raises(AnswerInvalid) as raised:
            took(tally, question=question, rows=rows, answers={HOLDER: data}, absent={})
        assert raised.value.facts["reason"] == SPAN

    def test_masks_that_do_not_cancel_are_refused(self) -> None:
        """One holder was told of another request: the sum is uniform, and these spans hold under 2^-20 of all words."""
        world = world_of(summing(at_least=2), seed=5, holders=2, unknown=0.0)
        question, rows = everybody(world)
        other = Question(request_of(1), question.holders, question.rows)
        answers = {party: told(world, party, question, rows) for party in question.holders}
        strange = told(world, HOLDER, other, rows)
        answers[HOLDER] = answers[HOLDER][:32] + strange[32:]
        assert sum(seat.span.high - seat.span.low + 1 for seat in world.label.seats) < 1 << 12
        with pytest.raises(AnswerInvalid):
            took(
                begin(world.label, rows=world.rows),
                question=question,
                rows=rows,
                answers=answers,
                absent={},
            )


class TestTook:
    """Mistakes of the caller are no answers of a holder."""

    def test_a_question_that_was_not_due(self) -> None:
        world = world_of(summing(at_least=1), seed=3, holders=2)
        tally = begin(world.label, rows=world.rows)
        ((holders, rows),) = due(tally)
        question = Question(request_of(0), holders, len(rows))
        down = dict.fromkeys(holders, Standing.DOWN)
        ended = took(tally, question=question, rows=rows, answers={}, absent=down)
        assert not due(ended)
        for wrong in (
            {"tally": ended},
            {"rows": rows[:-1]},
            {"absent": {}},
            {"absent": dict.fromkeys(holders, Standing.UNKNOWN_SUBJECT)},
            {"answers": {HOLDER: b""}},
        ):
            arguments = {"question": question, "rows": rows, "answers": {}, "absent": down} | wrong
            start = arguments.pop("tally", tally)
            with pytest.raises(ValueError, match=r"due|absent"):
                took(start, **arguments)  # type: ignore[arg-type]
