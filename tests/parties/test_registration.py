"""Names are the same however brackets, width and spaces are typed."""

from __future__ import annotations

import pytest

from shuxin.parties.domain.registration import comparable_name


@pytest.mark.parametrize(
    "typed",
    [
        "例示(六安)有限公司",
        "例示（六安）有限公司",
        "例示【六安】有限公司",
        " 例示〔六安〕 有限公司",
        "例示[六安]有限公司",
    ],
    ids=["plain", "full width", "black", "tortoise shell", "square"],
)
def test_brackets_and_spaces_make_no_difference(typed: str) -> None:
    assert comparable_name(typed) == "例示(六安)有限公司"


def test_width_and_case_make_no_difference_but_words_do() -> None:
    assert comparable_name("ＡＢＣ科技") == comparable_name("abc科技")
    assert comparable_name("例示六安有限公司") != comparable_name("例示(六安)有限公司")
