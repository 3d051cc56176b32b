from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Listed, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.text import Sayable

RED, BLUE = Text(en="red", zh="红"), Text(en="blue", zh="蓝")


class Mixed(Conflict):
    code = "colours_mixed"
    what = Text(en="these do not mix: {colours}", zh="不可混用：{colours}")
    mend = Text(en="Take {number} of {colours}", zh="请取 {number} 种：{colours}")

    def in_words(self) -> Mapping[str, Sayable]:
        return {"colours": Listed((RED, BLUE))}


class TestListed:
    def test_says_each_in_the_readers_language(self) -> None:
        of = Text(en="of {them}", zh="属{them}")
        assert of.say("en", them=Listed((RED, BLUE))) == "of red; blue"
        assert of.say("zh", them=Listed((RED, BLUE))) == "属红；蓝"

    def test_one_stands_alone_and_none_is_nothing(self) -> None:
        assert Listed((RED,)).say("zh") == "红"
        assert Listed(()).say("en") == ""


class TestAnErrorWithCodesForFacts:
    def test_says_them_in_words_and_keeps_the_codes(self) -> None:
        error = Mixed(colours="red blue", number=1)
        assert str(error) == error.say("en")
        assert error.say("en") == "these do not mix: red; blue. Take 1 of red; blue"
        assert error.say("zh") == "不可混用：红；蓝。请取 1 种：红；蓝"
        assert error.facts == {"colours": "red blue", "number": 1}
