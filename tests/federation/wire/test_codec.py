"""Every message comes back as it was; everything else ends in one error."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.node.asking import MOST_WORD_BYTES
from shuxin.federation.wire.codec import (
    LONGEST_ANSWER,
    MessageInvalid,
    MessageTooLong,
    decode_answered,
    decode_asked,
    encode,
)
from shuxin.federation.wire.messages import (
    LONGEST_MESSAGE,
    LONGEST_SCORES,
    MOST_SUBJECTS,
    MOST_WORDS,
    Hello,
    Noted,
    Part,
    Refused,
    Score,
    Scored,
    Taken,
    Where,
    Word,
)
from shuxin.kernel.statements import LONGEST_STATEMENT

digests = st.binary(min_size=32, max_size=32)
jobs = digests.map(bytes.hex)
names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}(/[a-z0-9.]{1,9}[a-z])?", fullmatch=True)
counts = st.integers(0, 1 << 48)
shorts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
hellos = st.builds(
    Hello, party=shorts, protocols=st.lists(counts, max_size=16), software=shorts, now=shorts
)
credit_codes = st.from_regex(r"[0-9A-Z]{18}", fullmatch=True)
scores = st.builds(
    Score,
    service=jobs,
    holders=st.lists(shorts, min_size=1, max_size=16),
    subjects=st.lists(credit_codes, min_size=1, max_size=5),
    nonce=digests,
    request=st.binary(max_size=300),
    words=st.lists(st.binary(max_size=100), max_size=5),
)
asked = st.one_of(
    hellos,
    scores,
    st.builds(Word, statement=st.binary(max_size=300)),
    st.builds(
        Part,
        job=jobs,
        name=names,
        number=counts,
        total=counts,
        digest=digests,
        whole=digests,
        data=st.binary(max_size=300),
    ),
    st.builds(Where, job=jobs, name=names, whole=digests),
)
answered = st.one_of(
    hellos,
    st.just(Noted()),
    st.builds(Taken, parts=counts, complete=st.booleans()),
    st.builds(
        Scored,
        answer=st.binary(max_size=300),
        refused=st.lists(st.integers(0, MOST_SUBJECTS - 1), max_size=5),
        reasons=st.lists(shorts, max_size=40),
    ),
    st.builds(Refused, code=shorts, en=shorts, zh=shorts, later=st.booleans()),
)
A_PART = {
    "is": "part",
    "job": "a" * 64,
    "name": "tags",
    "number": 0,
    "total": 1,
    "digest": bytes(32),
    "whole": bytes(32),
    "data": b"x",
}


A_SCORE = {
    "is": "score",
    "service": "a" * 64,
    "holders": ["uscc:91310000MA1FL0001X"],
    "subjects": ["91350200000000001R"],
    "nonce": bytes(32),
    "request": b"{}",
    "words": [b"{}"],
}
A_SCORED = {"is": "scored", "answer": bytes(71), "refused": [0], "reasons": ["withdrawn"]}


def packed(**changes: object) -> bytes:
    return msgspec.msgpack.encode(A_PART | changes)


class TestCodec:
    @given(asked)
    def test_what_is_asked_comes_back(self, message: Part) -> None:
        assert decode_asked(encode(message)) == message

    @given(answered)
    def test_what_is_answered_comes_back(self, message: Taken) -> None:
        assert decode_answered(encode(message)) == message

    @given(asked, st.data())
    def test_no_beginning_of_a_message_and_nothing_longer_passes(
        self, message: Part, data: st.DataObject
    ) -> None:
        whole = encode(message)
        cut = data.draw(st.integers(0, len(whole) - 1))
        for wrong in (whole[:cut], whole + b"\xc0", whole + whole):
            with pytest.raises(MessageInvalid):
                decode_asked(wrong)

    @given(st.one_of(asked, answered), st.data())
    def test_mutated_bytes_are_a_message_or_one_error(
        self, message: Part, data: st.DataObject
    ) -> None:
        changed = bytearray(encode(message))
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(0, len(changed) - 1))
            changed[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
            changed = changed or bytearray(1)
        for decode, kinds in (
            (decode_asked, Hello | Word | Part | Where | Score),
            (decode_answered, Hello | Noted | Taken | Scored | Refused),
        ):
            try:
                assert isinstance(decode(bytes(changed)), kinds)
            except MessageInvalid:
                continue

    @given(st.binary(max_size=200))
    def test_noise_is_refused(self, noise: bytes) -> None:
        with pytest.raises(MessageInvalid):
            decode_asked(noise)

    @pytest.mark.parametrize(
        "hostile",
        [
            b"",
            b"\x91" * 100_000,
            b"\x82\xa1x" + b"\x91" * 100_000 + b"\xc0\xa2is\xa5hello",
            b"\x82\xa1x" + b"\x81\xa1x" * 100_000 + b"\xc0\xa2is\xa5hello",
            b"\xdd\xff\xff\xff\xff",
            b"\xdf\xff\xff\xff\xff\xa2is\xa5hello",
            b"\x85\xa2is\xa5hello\xa9protocols\xdd\xff\xff\xff\xff\x01",
            b"\x85\xa1x\xdd\xff\xff\xff\xff\x01\xa2is\xa5hello",
            b"\x82\xa2is\xa4word\xa9statement\xc6\xff\xff\xff\xff",
            b"\x82\xa2is\xa4word\xdb\xff\xff\xff\xff",
            b"\x82\xa2is\xa5hello\xa5party\xa2\xff\xff",
            b"\xc7\x0c\xff" + bytes(12),
            b"\xc1",
        ],
        ids=[
            "nothing",
            "deep arrays",
            "deep arrays before the tag",
            "deep maps before the tag",
            "four thousand million items",
            "four thousand million fields",
            "four thousand million protocols",
            "four thousand million skipped",
            "four gigabytes announced",
            "four gigabytes of a name",
            "no UTF-8",
            "a time",
            "never used byte",
        ],
    )
    def test_hostile_shapes_are_refused(self, hostile: bytes) -> None:
        with pytest.raises(MessageInvalid):
            decode_asked(hostile)
        with pytest.raises((MessageInvalid, MessageTooLong)):
            decode_answered(hostile)

    @pytest.mark.parametrize(
        "changes",
        [
            {"job": "a" * 63},
            {"job": "a" * 64 + "\n"},
            {"job": "A" * 64},
            {"name": "tags\n"},
            {"name": "a/../b"},
            {"name": "../b"},
            {"name": "a//b"},
            {"name": ""},
            {"name": "a" * 81},
            {"number": -1},
            {"number": 2**64 - 1},
            {"number": "1"},
            {"number": None},
            {"digest": bytes(31)},
            {"digest": "a" * 32},
            {"data": "text"},
            {"data": bytes((1 << 20) + 1)},
            {"sender": "uscc:somebody"},
            {"is": "noted"},
            {"is": 1},
        ],
        ids=lambda changes: "{}={:.12}".format(*next((k, repr(v)) for k, v in changes.items())),
    )
    def test_a_wrong_field_is_refused(self, changes: dict[str, object]) -> None:
        assert isinstance(decode_asked(packed()), Part)
        with pytest.raises(MessageInvalid):
            decode_asked(packed(**changes))

    def test_too_long_is_refused_unread(self) -> None:
        with pytest.raises(MessageTooLong):
            decode_asked(bytes(LONGEST_MESSAGE + 1))
        with pytest.raises(MessageTooLong):
            decode_answered(bytes(LONGEST_ANSWER + 1))

    def test_the_longest_of_each_fits(self) -> None:
        whole = packed(name="a" * 80, number=1 << 48, total=1 << 48, data=bytes(1 << 20))
        assert len(whole) <= LONGEST_MESSAGE
        assert isinstance(decode_asked(whole), Part)
        said = Refused(code="c" * 200, en="\U0001f600" * 1000, zh="\U0001f600" * 1000, later=True)
        assert decode_answered(encode(said)) == said


class TestScore:
    """The question of a label party and a holder's answer."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"service": "a" * 63},
            {"service": "a" * 64 + "\n"},
            {"service": "A" * 64},
            {"holders": []},
            {"holders": ["x"] * 17},
            {"holders": ["x" * 201]},
            {"holders": "uscc:x"},
            {"subjects": []},
            {"subjects": ["91350200000000001R"] * (MOST_SUBJECTS + 1)},
            {"subjects": ["91350200000000001"]},
            {"subjects": ["91350200000000001RR"]},
            {"subjects": ["91350200000000001r"]},
            {"subjects": ["91350200000000001R\n"]},
            {"subjects": ["913502000000000\u06611R"]},
            {"subjects": ["9135020000000000 1"]},
            {"subjects": [b"91350200000000001R"]},
            {"subjects": [None]},
            {"nonce": bytes(31)},
            {"nonce": bytes(33)},
            {"nonce": "0" * 32},
            {"request": "{}"},
            {"request": bytes(LONGEST_STATEMENT + 1)},
            {"words": [bytes(LONGEST_STATEMENT + 1)]},
            {"words": [b""] * (MOST_WORDS + 1)},
            {"words": ["{}"]},
            {"words": None},
            {"party": "uscc:somebody"},
            {"is": "scored"},
        ],
        ids=lambda changes: "{}={:.12}".format(*next((k, repr(v)) for k, v in changes.items())),
    )
    def test_with_a_wrong_field_is_refused(self, changes: dict[str, object]) -> None:
        assert isinstance(decode_asked(msgspec.msgpack.encode(A_SCORE)), Score)
        with pytest.raises(MessageInvalid):
            decode_asked(msgspec.msgpack.encode(A_SCORE | changes))

    @pytest.mark.parametrize("field", sorted(set(A_SCORE) - {"is"}))
    def test_without_a_field_is_refused(self, field: str) -> None:
        fewer = {name: value for name, value in A_SCORE.items() if name != field}
        with pytest.raises(MessageInvalid):
            decode_asked(msgspec.msgpack.encode(fewer))

    @pytest.mark.parametrize(
        "changes",
        [
            {"answer": bytes(LONGEST_SCORES + 1)},
            {"answer": "text"},
            {"refused": [-1]},
            {"refused": [MOST_SUBJECTS]},
            {"refused": [True]},
            {"refused": [0.0]},
            {"refused": [0] * (MOST_SUBJECTS + 1)},
            {"reasons": ["x"] * 41},
            {"reasons": ["x" * 201]},
            {"reasons": [1]},
            {"later": True},
            {"is": "score"},
        ],
        ids=lambda changes: "{}={:.12}".format(*next((k, repr(v)) for k, v in changes.items())),
    )
    def test_an_answer_with_a_wrong_field_is_refused(self, changes: dict[str, object]) -> None:
        assert isinstance(decode_answered(msgspec.msgpack.encode(A_SCORED)), Scored)
        with pytest.raises(MessageInvalid):
            decode_answered(msgspec.msgpack.encode(A_SCORED | changes))

    def test_is_no_answer_and_the_other_way_round(self) -> None:
        with pytest.raises(MessageInvalid):
            decode_answered(msgspec.msgpack.encode(A_SCORE))
        with pytest.raises(MessageInvalid):
            decode_asked(msgspec.msgpack.encode(A_SCORED))

    def test_with_all_that_is_ever_asked_in_one_fits_into_a_message(self) -> None:
        """As many subjects as there may be, with words of as many bytes as the label party puts into one question."""
        each = MOST_WORD_BYTES // MOST_SUBJECTS - 5
        most = Score(
            service="a" * 64,
            holders=[f"uscc:91310000MA1FL0{n:03}X" for n in range(16)],
            subjects=["91350200000000001R"] * MOST_SUBJECTS,
            nonce=bytes(32),
            request=bytes(4096),
            words=[bytes(each)] * MOST_SUBJECTS,
        )
        assert len(encode(most)) <= LONGEST_MESSAGE
        assert decode_asked(encode(most)) == most

    def test_the_longest_answer_that_is_allowed_fits(self) -> None:
        """Of 250 subjects with every number and reason that a contract may have, and whatever else is said."""
        categories, reasons = 200, 4
        answer = bytes(64 + MOST_SUBJECTS * (1 + 4 * categories + reasons))
        said = Scored(answer, list(range(MOST_SUBJECTS)), ["\U0001f600" * 200] * 15)
        assert len(answer) <= LONGEST_SCORES
        assert decode_answered(encode(said)) == said
