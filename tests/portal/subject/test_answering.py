from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from tests.fusion.conftest import uscc
from tests.portal.subject.conftest import (
    ABSENT,
    FIRM,
    HOLDER,
    HOSTILE,
    KEYS,
    NOW,
    OTHER,
    Holder,
    ask,
)

from shuxin.catalogue.api import contract
from shuxin.consent.api import (
    Filing,
    QuestionsTooMany,
    UseRefused,
    Wanted,
    history_of,
    permit_subject,
    read_question,
)
from shuxin.kernel.signing import Ed25519Key, from_base64url
from shuxin.kernel.statements import StatementInvalid, parse_statement, statement_from
from shuxin.portal.bootstrap import gate, own_log, own_signer
from shuxin.portal.subject import answering
from shuxin.portal.subject.answering import answer
from shuxin.portal.subject.letters import (
    LetterNotOpened,
    ObjectionNotTaken,
    holder_box,
    seal_objection,
)
from shuxin.portal.subject.sealing import (
    LEAST,
    MOST,
    AnswerNotOpened,
    AnswerTooLong,
    BoxInvalid,
    box_text,
    new_box,
    open_answer,
    seal,
)

SIGNER = Ed25519Key(bytes(32))
VECTOR = Path(__file__).parent / "vector.json"


class TestSealing:
    @given(st.binary(max_size=3000), st.integers(0, 3 * LEAST))
    def test_opens_for_its_asker(self, content: bytes, more: int) -> None:
        asked = ask()
        made = seal(
            content + bytes(more), question=asked.question, digest=asked.statement.hash,
            signer=SIGNER, now=NOW,
        )  # fmt: skip
        opened = open_answer(
            parse_statement(made.dump()),
            question=asked.question,
            digest=asked.statement.hash,
            box=asked.box,
        )
        assert opened == content + bytes(more)

    def test_opens_the_vector_that_browsers_open_too(self) -> None:
        vector = json.loads(VECTOR.read_text(encoding="utf-8"))
        secret = int.from_bytes(from_base64url(vector["private_jwk"]["d"]) or b"", "big")
        asked = statement_from(vector["question"], kind="subject-question")
        assert asked.hash == vector["digest"]
        opened = open_answer(
            statement_from(vector["answer"]),
            question=read_question(asked),
            digest=asked.hash,
            box=ec.derive_private_key(secret, ec.SECP256R1()),
        )
        assert opened.decode() == vector["content"]

    @pytest.mark.parametrize("size", [0, 1, LEAST - 5, LEAST - 4, LEAST - 3, 100_000, MOST - 4])
    def test_its_length_is_a_power_of_two(self, size: int) -> None:
        asked = ask()
        made = seal(
            b"a" * size,
            question=asked.question,
            digest=asked.statement.hash,
            signer=SIGNER,
            now=NOW,
        )
        length = len(base64.urlsafe_b64decode(str(made.body["sealed"]) + "==")) - 16
        assert length & (length - 1) == 0
        assert LEAST <= length <= MOST

    def test_what_is_too_long_is_refused(self) -> None:
        asked = ask()
        with pytest.raises(AnswerTooLong):
            seal(bytes(MOST - 3), question=asked.question, digest="a" * 64, signer=SIGNER, now=NOW)

    def test_every_changed_part_of_it_does_not_open(self) -> None:
        asked = ask()
        digest = asked.statement.hash
        made = seal(b"7", question=asked.question, digest=digest, signer=SIGNER, now=NOW)
        others = {
            "question": "0" * 64, "subject": OTHER, "holder": OTHER, "what": "uses",
            "at": "2026-06-01T09:00:01+08:00", "box": ask().question.box,
            "sealed": "A" + str(made.body["sealed"])[1:],
        }  # fmt: skip
        assert set(others) == set(made.body)
        for name, other in others.items():
            changed = replace(made, body={**made.body, name: other})
            with pytest.raises(AnswerNotOpened):
                open_answer(changed, question=asked.question, digest=digest, box=asked.box)
        with pytest.raises(AnswerNotOpened):
            open_answer(made, question=asked.question, digest=digest, box=new_box())

    def test_a_box_that_is_no_point_is_refused(self) -> None:
        asked = ask()
        bad = replace(asked.question, box="B" + "A" * 86)
        with pytest.raises(BoxInvalid):
            seal(b"", question=bad, digest="a" * 64, signer=SIGNER, now=NOW)


class TestHolder:
    def test_tells_the_subject_which_datasets_have_rows_about_it(self, holder: Holder) -> None:
        told = holder.told(ask())
        (found,) = told["datasets"]
        assert (found["dataset"], found["rows"], found["newest"]) == (
            holder.dataset,
            1,
            "2024-01-04",
        )
        assert "罚款金额(万元)" in {field["title"] for field in found["fields"]}
        assert told["holder"] == {"party": HOLDER, "name": "某局", "kind": "department"}

    def test_tells_it_its_own_rows_and_nobody_elses(self, holder: Holder) -> None:
        told = holder.told(ask(wanted=Wanted.PORTRAIT))
        (chapter,) = told["chapters"]
        (row,) = chapter["rows"]
        assert HOSTILE in row["values"].values()  # the page shows it as text
        assert uscc(3) in json.dumps(told)
        assert uscc(4) not in json.dumps(told)
        assert told["credit"] is None

    def test_says_nothing_readable_on_the_way(self, holder: Holder) -> None:
        for wanted in Wanted:
            raw = holder.answer(ask(wanted=wanted)).decode()
            for value in ("2024-01-04", "3.5", "罚款", "处罚", HOSTILE, "第3建材", holder.dataset):
                assert value not in raw, (wanted, value)

    def test_answers_of_those_who_stand_nowhere_look_the_same(self, holder: Holder) -> None:
        known, absent = holder.answer(ask()), holder.answer(ask(subject=ABSENT))
        assert len(known) == len(absent)
        assert holder.told(ask(subject=ABSENT))["datasets"] == []

    def test_logs_the_use_first_and_shows_it_to_the_subject(self, holder: Holder) -> None:
        before = own_log(holder.settings).size
        asked = ask()
        holder.told(asked)
        assert own_log(holder.settings).size == before + 1
        told = holder.told(ask(wanted=Wanted.USES))
        use = next(one for one in told["uses"] if one["ground"] == "subject")
        assert (use["reader"], use["purpose"]["zh"]) == (FIRM, "主体查阅本人数据")
        rested = [one.rests_on for one in history_of(subject=uscc(3))]
        assert asked.statement.hash in rested

    def test_makes_no_report_where_nothing_was_decided(self, holder: Holder) -> None:
        assert holder.told(ask(wanted=Wanted.REPORT)) == {"what": "report", "pdf": None}

    def test_narrows_the_answer_to_one_dataset(self, holder: Holder) -> None:
        assert holder.told(ask(dataset="other"))["datasets"] == []
        assert len(holder.told(ask(dataset=holder.dataset))["datasets"]) == 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"holder": OTHER}, "other_holder"),
            ({"at": NOW - dt.timedelta(minutes=6)}, "request_too_old"),
            ({"at": NOW + dt.timedelta(seconds=6)}, "request_too_old"),
            ({"signer": KEYS[OTHER]}, "requester_unproven"),
            ({"signer": SIGNER}, "requester_unproven"),
            ({"subject": uscc(3), "signer": KEYS[FIRM]}, "requester_unproven"),
        ],
    )
    def test_a_question_that_is_not_the_subjects_own_now_and_here(
        self, holder: Holder, changed: dict[str, object], reason: str
    ) -> None:
        before = own_log(holder.settings).size
        with pytest.raises(UseRefused) as refused:
            holder.answer(ask(**changed))
        assert [one.reason.value for one in refused.value.refusals] == [reason]
        assert own_log(holder.settings).size == before

    def test_a_question_is_answered_once(self, holder: Holder) -> None:
        asked = ask()
        holder.answer(asked)
        with pytest.raises(UseRefused) as refused:
            holder.answer(asked)
        assert [one.reason.value for one in refused.value.refusals] == ["request_repeated"]

    def test_a_changed_question(self, holder: Holder) -> None:
        asked = ask()
        body = {**asked.statement.body, "what": "portrait"}
        with pytest.raises(UseRefused):
            answer(replace(asked.statement, body=body).dump(), settings=holder.settings, now=NOW)

    def test_too_many_in_a_day(self, holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shuxin.consent.questions.MOST_A_DAY", 2)
        own = gate(holder.settings)
        permit_subject(ask().statement, gate=own, now=NOW)
        permit_subject(ask().statement, gate=own, now=NOW)
        with pytest.raises(QuestionsTooMany):
            permit_subject(ask().statement, gate=own, now=NOW)
        later = NOW + dt.timedelta(days=1, seconds=1)
        assert permit_subject(ask(at=later).statement, gate=own, now=later)

    def test_what_is_no_question(self, holder: Holder) -> None:
        for body in (
            b"",
            b"{}",
            b"[" * 999,
            b"a" * 20_000,
            ask().statement.dump().replace(b"subject-q", b"subject-p"),
        ):
            with pytest.raises(StatementInvalid):
                answer(body, settings=holder.settings, now=NOW)

    def test_what_fails_with_the_data_is_said_to_the_subject_alone(
        self, holder: Holder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise AnswerTooLong(longest=1)

        monkeypatch.setattr("shuxin.portal.subject.telling.portrait", broken)
        assert holder.told(ask())["failed"]["code"] == "sealed_answer_too_long"


class TestLongAnswers:
    def test_leave_the_oldest_rows_out_until_they_fit(
        self, holder: Holder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried = []

        def tell(*_: object, rows: int, **__: object) -> dict[str, str]:
            tried.append(rows)
            return {"rows": "a" * rows * 10_000}

        monkeypatch.setattr("shuxin.portal.subject.telling.TELL", {Wanted.PORTRAIT: tell})
        assert len(holder.told(ask(wanted=Wanted.PORTRAIT))["rows"]) == 250_000
        assert tried == [400, 100, 25]
        assert answering.LONGEST_QUESTION < MOST


class TestObjections:
    TEXT = "罚款早已缴清"

    def filing(self, holder: Holder, number: str = "0123456789abcdef", **changed: str) -> Filing:
        fields = contract(dataset=holder.dataset).fields
        field = next(one.name for one in fields if "金额" in one.title)
        filing = Filing(number, FIRM, FIRM, HOLDER, holder.dataset, field, self.TEXT, NOW)
        return replace(filing, **changed)

    def sealed(self, holder: Holder, filing: Filing, *, signer: Ed25519Key = KEYS[FIRM]) -> bytes:
        box = box_text(holder_box(holder.settings))
        inner = filing.sign(signer=signer)
        return seal_objection(inner, to=box, signer=signer, now=NOW).dump()

    def test_are_taken_sealed_and_the_holder_signs_that_it_has_them(self, holder: Holder) -> None:
        assert holder.told(ask())["box"] == box_text(holder_box(holder.settings))
        filing = self.filing(holder)
        letter = self.sealed(holder, filing)
        for word in (self.TEXT, holder.dataset, filing.field):
            assert word not in letter.decode()
        taken = answer(letter, settings=holder.settings, now=NOW)
        receipt = parse_statement(taken, kind="objection-receipt")
        assert receipt.body["objection"] == filing.sign(signer=KEYS[FIRM]).hash
        assert str(receipt.body["due"]).startswith("2026-06-22")
        assert receipt.signed_by(own_signer(holder.settings).public)
        (shown,) = holder.told(ask())["objections"]
        assert (shown["state"], shown["text"]) == ("marked", self.TEXT)
        # the subject still sees the field that it disputes
        values = holder.told(ask(wanted=Wanted.PORTRAIT))["chapters"][0]["rows"][0]["values"]
        assert filing.field in values

    def test_the_same_again_changes_nothing(self, holder: Holder) -> None:
        filing = self.filing(holder)
        for _ in range(2):
            answer(self.sealed(holder, filing), settings=holder.settings, now=NOW)
        assert len(holder.told(ask())["objections"]) == 1

    def test_are_taken_open_too_where_the_subject_brings_them_itself(self, holder: Holder) -> None:
        signed = self.filing(holder).sign(signer=KEYS[FIRM])
        assert answer(signed.dump(), settings=holder.settings, now=NOW)

    def test_what_is_wrong_with_them_is_said_as_a_code_only(self, holder: Holder) -> None:
        unknown = self.filing(holder, field="nothing-like-this")
        with pytest.raises(ObjectionNotTaken) as refused:
            answer(self.sealed(holder, unknown), settings=holder.settings, now=NOW)
        assert refused.value.facts == {"why": "objection_field_unknown"}
        strange = self.sealed(holder, self.filing(holder), signer=KEYS[OTHER])
        with pytest.raises(ObjectionNotTaken):
            answer(strange, settings=holder.settings, now=NOW)

    def test_every_changed_part_of_a_sealed_one_does_not_open(self, holder: Holder) -> None:
        letter = parse_statement(self.sealed(holder, self.filing(holder)))
        others = {
            "subject": OTHER, "holder": OTHER, "at": "2026-06-01T09:00:01+08:00",
            "box": ask().question.box, "sealed": "A" * 40,
        }  # fmt: skip
        assert set(others) == set(letter.body)
        for name, other in others.items():
            changed = replace(letter, body={**letter.body, name: other})
            with pytest.raises(LetterNotOpened):
                answer(changed.dump(), settings=holder.settings, now=NOW)

    def test_a_longest_one_fits(self, holder: Holder) -> None:
        letter = self.sealed(holder, self.filing(holder, text="缴" * 2000))
        assert len(letter) < answering.LONGEST_QUESTION
        assert answer(letter, settings=holder.settings, now=NOW)
