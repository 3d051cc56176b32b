"""The dictionary of features is what the definitions say."""

from __future__ import annotations

from tools.feature_dictionary import PAGE, page

from shuxin.fusion.api import FEATURES, made_of


class TestFeatureDictionary:
    def test_is_up_to_date(self) -> None:
        assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.feature_dictionary"

    def test_says_of_every_feature_what_it_is_made_of(self) -> None:
        assert [one.name for one in FEATURES if not made_of(one)] == []
