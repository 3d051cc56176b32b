import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.alignment.matching import StandsTwice, common

Lists = list[list[tuple[int, int]]]
words = st.integers(0, 3)
lists = st.lists(
    st.lists(st.tuples(words, words), unique=True, max_size=12), min_size=2, max_size=5
)


def blocks(pairs: list[tuple[int, int]]) -> np.ndarray:
    return np.array(pairs, np.uint64).reshape(-1, 2)


class TestCommon:
    @given(lists)
    def test_is_what_sets_give_even_when_first_words_are_equal(self, given_lists: Lists) -> None:
        places = common([blocks(one) for one in given_lists])
        truth = sorted(set.intersection(*(set(one) for one in given_lists)))
        assert places.shape == (len(truth), len(given_lists))
        for column, one in zip(places.T.tolist(), given_lists, strict=True):
            assert [one[place] for place in column] == truth

    @given(lists, st.data())
    def test_a_value_twice_in_one_list_is_refused(
        self, given_lists: Lists, data: st.DataObject
    ) -> None:
        full = [number for number, one in enumerate(given_lists) if one]
        if full:
            number = data.draw(st.sampled_from(full))
            given_lists[number] = [
                *given_lists[number],
                data.draw(st.sampled_from(given_lists[number])),
            ]
            with pytest.raises(StandsTwice):
                common([blocks(one) for one in given_lists])
