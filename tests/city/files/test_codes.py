from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.dirt.kinds import DirtKind
from shuxin.city.files.codes import miswritten
from shuxin.city.numbers import registration_number_of, uscc_of
from shuxin.city.streams import stream
from shuxin.kernel.uscc import USCC, InvalidUSCC, clean_code_text

seeds = st.integers(0, 2**63 - 1)
entities = st.integers(0, 300_000)
CHARACTER_KINDS = {
    DirtKind.CODE_LOWER_CASE,
    DirtKind.CODE_SPACED,
    DirtKind.CODE_FULL_WIDTH,
}


class TestMiswritten:
    @given(entities, seeds)
    def test_always_changes_the_code(self, entity: int, seed: int) -> None:
        rng = stream(seed=seed, purpose="test", index=entity)
        for code in (
            str(uscc_of(entity, category="91", region="349901", seed=seed)),
            str(registration_number_of(entity, region="349902", seed=seed)),
        ):
            assert miswritten(code, rng=rng)[1] != code

    @given(entities, seeds)
    def test_harms_the_code_as_its_kind_says(self, entity: int, seed: int) -> None:
        code = uscc_of(entity, category="92", region="349903", seed=seed)
        rng = stream(seed=seed, purpose="test", index=entity)
        kind, text = miswritten(str(code), rng=rng)
        if kind in CHARACTER_KINDS:
            assert clean_code_text(text) == str(code)
        if kind is DirtKind.CODE_TRUNCATED:
            assert str(code).startswith(text)
            assert len(text) in {15, 16, 17}
        if kind in {DirtKind.CODE_SWAPPED, DirtKind.CODE_LOOK_ALIKE}:
            with pytest.raises(InvalidUSCC):
                USCC(text)

    def test_every_kind_occurs(self) -> None:
        """Seed 1, 200 draws: a kind of share 1/6 is absent with probability below 1e-15."""
        rng = stream(seed=1, purpose="test")
        code = str(uscc_of(1, category="91", region="349901", seed=1))
        kinds = {miswritten(code, rng=rng)[0] for _ in range(200)}
        assert len(kinds) == 6
