"""A question's name follows from all that the holders must agree about, and from nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.service.question import NONCE_BYTES, question_of

HOLDERS = tuple(f"uscc:91310000MA1FL0{n:03}X" for n in (1, 2, 3))
CODES = ("91350200000000001R", "91350200000000002P")
services = st.binary(min_size=32, max_size=32).map(bytes.hex)
nonces = st.binary(min_size=NONCE_BYTES, max_size=NONCE_BYTES)
codes = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=18, max_size=18)
asked = st.fixed_dictionaries(
    {
        "service": services,
        "holders": st.sets(st.sampled_from(HOLDERS), min_size=1).map(sorted),
        "subjects": st.lists(codes, min_size=1, max_size=4, unique=True),
        "nonce": nonces,
    }
)


def named(**changed: Any) -> str:
    plain: dict[str, Any] = {
        "service": "ab" * 32,
        "holders": HOLDERS[:2],
        "subjects": CODES,
        "nonce": bytes(range(32)),
    }
    return question_of(**plain | changed).request


class TestQuestion:
    def test_has_the_name_that_the_page_says(self) -> None:
        """The text was written out by hand: keys in the order of canonical JSON, no spaces."""
        text = (
            "shuxin/question/v1|"
            '{"holders":["uscc:91310000MA1FL0001X","uscc:91310000MA1FL0002X"],'
            '"nonce":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",'
            f'"service":"{"ab" * 32}",'
            '"subjects":["91350200000000001R","91350200000000002P"]}'
        )
        assert named() == hashlib.sha256(text.encode()).hexdigest()
        assert named() == "4827287e5f70d615df737c3a7468188c8d52f5bfe29c952486db1e851732ed13"

    @given(asked, asked)
    def test_has_the_same_name_just_for_the_same_content(
        self, one: dict[str, Any], other: dict[str, Any]
    ) -> None:
        assert question_of(**one) == question_of(**one)
        assert (question_of(**one).request == question_of(**other).request) == (one == other)

    @given(asked, asked, st.sampled_from(["service", "holders", "subjects", "nonce"]))
    def test_has_another_name_when_one_thing_is_changed(
        self, one: dict[str, Any], other: dict[str, Any], field: str
    ) -> None:
        mixed = one | {field: other[field]}
        same = question_of(**mixed).request == question_of(**one).request
        assert same == (other[field] == one[field])

    @given(asked, st.data())
    def test_of_other_order_has_another_name(
        self, one: dict[str, Any], data: st.DataObject
    ) -> None:
        order = data.draw(st.permutations(one["subjects"]))
        found = question_of(**one | {"subjects": order})
        assert (found.request == question_of(**one).request) == (order == one["subjects"])

    def test_content_does_not_run_over_from_one_subject_into_the_next(self) -> None:
        assert named(subjects=["AB", "C"]) != named(subjects=["A", "BC"])
        assert named(subjects=["A", "B"]) != named(subjects=['A","B'])

    @given(asked)
    def test_names_holders_and_as_many_rows_as_subjects(self, one: dict[str, Any]) -> None:
        found = question_of(**one)
        assert found.holders == tuple(one["holders"])
        assert found.rows == len(one["subjects"])

    @pytest.mark.parametrize(
        "changed",
        [
            {"holders": HOLDERS[1::-1]},
            {"holders": [HOLDERS[0], HOLDERS[0]]},
            {"holders": []},
            {"subjects": []},
        ],
        ids=["falling", "twice", "to nobody", "about nobody"],
    )
    def test_of_another_shape_is_none(self, changed: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="question"):
            named(**changed)
