"""Chinese that people read has full-width punctuation; `python -m tools.chinese_punctuation --mend` makes it so."""

from __future__ import annotations

import pytest
from tools.chinese_punctuation import EXEMPT, SOURCE, full_width, places


def test_there_is_no_half_width_punctuation_beside_chinese() -> None:
    assert [f"{one.file.name}:{one.line} {one.said}" for one in places()] == []


def test_every_exemption_is_of_a_file_that_is_there_and_says_why() -> None:
    assert [name for name in EXEMPT if not (SOURCE / name).is_file()] == []
    assert all(EXEMPT.values())


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("请重试,或稍后再来;谢谢!", "请重试，或稍后再来；谢谢！"),
        ("编号:{number:,} (共 3 项)", "编号：{number:,}（共 3 项）"),
        ("{name}({code}),为虚构企业", "{name}（{code}），为虚构企业"),
        ("运行 shuxin key new --out a,b", "运行 shuxin key new --out a,b"),
        ("plain, English: yes (no)?", "plain, English: yes (no)?"),
        ("格式为 {{a,b}}", "格式为 {{a,b}}"),
        ("机构(12:30)开放", "机构（12:30）开放"),
    ],
)
def test_words_and_what_fills_them_are_told_apart(said: str, right: str) -> None:
    assert full_width(said) == right
    assert full_width(right) == right
