"""A name that one dataset alone gives to a code of another name may be a wrong code."""

from __future__ import annotations

import numpy as np

from shuxin.fusion.resolution import Doubt, Mention, Resolution, Thresholds, learn_model, resolve

CODE = "91349901MA2N0A1B5M"
OWN, OTHER = "瑾玥光电科技有限公司", "瑾玥显示技术有限公司"


def resolved(*mentions: tuple[str, str, str]) -> Resolution:
    named = [
        Mention(key=str(n), code=code, name=name, dataset=dataset)
        for n, (dataset, code, name) in enumerate(mentions)
    ]
    model = learn_model(mentions=named, rng=np.random.default_rng(1))
    return resolve(mentions=named, model=model, thresholds=Thresholds())


COMMON = (("a", CODE, OWN), ("b", CODE, OWN))


class TestHearsay:
    def test_one_dataset_alone_does_not_bring_its_name_to_the_code(self) -> None:
        found = resolved(*COMMON, ("c", CODE, OTHER), ("d", "", OTHER))
        assert found.entity_of()["3"] != CODE
        assert [(r.mentions, r.doubt) for r in found.reviews] == [(("3",), Doubt.ONE_SOURCE)]

    def test_the_row_with_the_code_itself_keeps_it(self) -> None:
        assert resolved(*COMMON, ("c", CODE, OTHER)).entity_of()["2"] == CODE

    def test_two_datasets_do(self) -> None:
        found = resolved(*COMMON, ("c", CODE, OTHER), ("e", CODE, OTHER), ("d", "", OTHER))
        assert found.entity_of()["4"] == CODE

    def test_a_declared_former_name_does(self) -> None:
        found = resolved(*COMMON, ("c", CODE, f"{OWN}(原{OTHER})"), ("d", "", OTHER))
        assert found.entity_of()["3"] == CODE
