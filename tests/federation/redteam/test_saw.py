"""The page of what each party saw knows every message, and what it calls masked looks so."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.stats import chi2
from tools.what_each_party_saw import PAGE, written

from shuxin.federation.domain.meanings import RULES, Nature, rule_of
from shuxin.federation.redteam.cases import HOLDER, LABEL, SECOND, THIRD, town
from shuxin.federation.redteam.saw import Scene, Sizes, page, scenes
from shuxin.federation.scorecard.kind import ScorecardKind

SMALL = Sizes(tags=40, points=12, firms=240)
FALSE_ALARM = 1e-6
LEAST_BYTES = 4096


@pytest.fixture(scope="module")
def small() -> tuple[Scene, ...]:
    return scenes(seed=1, sizes=SMALL)


def outline(text: str) -> list[str]:
    """Lines without their numbers."""
    return [
        re.sub(r"[\d,]+", "N", line).replace("messages", "message") for line in text.split("\n")
    ]


class TestPage:
    def test_is_that_of_the_code_but_for_numbers(self, small: tuple[Scene, ...]) -> None:
        assert outline(page(small)) == outline(PAGE.read_text(encoding="utf-8")), (
            "run: python -m tools.what_each_party_saw"
        )

    @pytest.mark.soak
    def test_is_that_of_the_code_to_the_last_number(self) -> None:
        assert written() == PAGE.read_text(encoding="utf-8")

    def test_counts_every_byte_that_was_sent(self, small: tuple[Scene, ...]) -> None:
        for scene in small:
            sent = sum(map(len, scene.outcome.messages.values()))
            assert sum(saw.size for saw in scene.saw()) == sent
            assert sum(saw.messages for saw in scene.saw()) == len(scene.outcome.messages)


class TestRules:
    def test_know_every_message_that_a_scorecard_declares(self) -> None:
        rng = np.random.default_rng(1)
        job = town(rng, rows=60, own=2, held=2, holders=(HOLDER, SECOND, THIRD)).job()
        names = {each.name for each in ScorecardKind().messages(job)}
        used = {rule_of(name) for name in names}
        assert len(used) > 20
        assert all(re.fullmatch(RULES[rule_of(name)].pattern, name) for name in names)

    def test_refuse_a_message_that_nobody_explained(self) -> None:
        with pytest.raises(ValueError, match="no rule"):
            rule_of("scorecard/secret")


def tail(content: bytes) -> float:
    """Chi-square tail of the bytes' frequencies."""
    counts = np.bincount(np.frombuffer(content, np.uint8), minlength=256)
    expected = len(content) / 256
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), 255))


class TestMasked:
    def test_messages_look_uniform_and_figures_do_not(self, small: tuple[Scene, ...]) -> None:
        """Of those that are opened modulo 2^20 the two low bytes of each word; false alarm of all at most 1e-6."""
        masked, plain = [], b""
        for (_, _, name), content in small[2].outcome.messages.items():
            nature, low = RULES[rule_of(name)].nature, content
            if name.endswith("/opened"):
                low = np.frombuffer(content, "<u4").astype("<u2").tobytes()
            if nature is Nature.MASKED and len(low) >= LEAST_BYTES:
                masked.append(low)
            if nature in {Nature.FIGURES, Nature.WORD}:
                plain += content
        assert len(masked) > 20
        assert min(map(tail, masked)) > FALSE_ALARM / len(masked)
        assert tail(plain) < FALSE_ALARM

    def test_figures_of_the_label_party_are_those_of_its_report(
        self, small: tuple[Scene, ...]
    ) -> None:
        """Fine bins as the holders' words say, told once as rows and once as bads."""
        figures = small[2].figures[LABEL]
        assert figures["rows of fine bins"] == figures["bads of fine bins"] > 10
        assert figures["mean points"] == 2
        assert figures["slopes"] % 7 == 0
