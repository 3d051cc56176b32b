from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lending.strategy.strategy_world import (
    APPLIED,
    NOW,
    OWN,
    SERVICE,
    STANDARD,
    CountingSources,
    any_application,
    any_sources,
    card_bundle,
    card_facts,
    decided,
    no_models,
)

from shuxin.kernel.canonical import canonical_json
from shuxin.lending.api import (
    DecisionRecord,
    RecordInvalid,
    ReplayDiffers,
    Verdict,
    decide,
    read_record,
    replay,
    standard_strategy,
)
from shuxin.lending.strategy import replaying

PAST, PAST_IN_CHECK = 10_000, 200


def past(count: int) -> Counter[Verdict]:
    """Decide, write down, read again, decide again; how often each verdict came."""
    rng, verdicts = Random(11), Counter[Verdict]()  # noqa: S311 - a simulation
    for number in range(count):
        record = decide(
            any_application(rng),
            strategy=STANDARD,
            sources=any_sources(rng),
            request_id=f"request-{number}",
            now=NOW,
            models=no_models,
        )
        content = record.content
        assert replay(content, models={}).content == content
        assert read_record(content).digest == record.digest
        verdicts[record.verdict] += 1
    return verdicts


def with_card() -> DecisionRecord:
    digest, content = card_bundle()
    return decide(
        APPLIED,
        strategy=standard_strategy(model=digest, service=SERVICE),
        sources=CountingSources(own=OWN | card_facts()),
        request_id="request",
        now=NOW,
        models=lambda _: content,
    )


def altered(record: DecisionRecord, *path: str | int, value: Any) -> bytes:
    parts = json.loads(record.content)
    place = parts
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return canonical_json(parts)


def where(content: bytes, models: dict[str, bytes] | None = None) -> str:
    with pytest.raises(ReplayDiffers) as caught:
        replay(content, models=models or {})
    return str(caught.value.facts["where"])


class TestReplay:
    def test_a_record_is_canonical_json(self) -> None:
        record = decided()
        assert record.content == canonical_json(dict(record.parts))

    def test_past_decisions_are_had_again_bit_for_bit(self) -> None:
        assert len(past(PAST_IN_CHECK)) == len(list(Verdict))

    @pytest.mark.soak
    def test_ten_thousand_past_decisions_are(self) -> None:
        assert len(past(PAST)) == len(list(Verdict))

    def test_a_card_is_part_of_it(self) -> None:
        digest, content = card_bundle()
        record = with_card()
        assert replay(record.content, models={digest: content}).digest == record.digest

    def test_a_missing_model_is_named(self) -> None:
        digest, _ = card_bundle()
        assert where(with_card().content) == f"model {digest[:12]}"

    @given(st.data())
    def test_a_changed_byte_of_the_model_is_noticed(self, data: st.DataObject) -> None:
        digest, content = card_bundle()
        at = data.draw(st.integers(0, len(content) - 1))
        other = bytearray(content)
        other[at] ^= data.draw(st.integers(1, 255))
        assert where(with_card().content, {digest: bytes(other)}).startswith("model")

    def test_another_version_of_the_library_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        record = decided()
        monkeypatch.setattr(replaying, "library_version", lambda: "9.9.9")
        assert where(record.content).startswith("zen-engine ")
        assert "9.9.9" in where(record.content)

    @pytest.mark.parametrize(
        ("path", "value", "said"),
        [
            (("limit_fen",), 60_000_000, "limit_fen"),
            (("verdict",), "decline", "verdict"),
            (("rate_bp",), 300, "rate_bp"),
            (("sources", "own", "facts", "own.sales_12m_yuan"), 1, "limit_fen"),
            (("given", "amount_fen"), 10_000_000, "limit_fen"),
            (("trace", 0, "hits", 0, "row"), 1, "trace.firm"),
            (("versions", "engine"), 2, "engine 2 -> 1"),
            (("versions", "strategy"), "0" * 64, "versions.strategy"),
            (("strategy", "name"), "other", "versions.strategy"),
        ],
    )
    def test_whatever_is_altered_is_named(
        self, path: tuple[str | int, ...], value: Any, said: str
    ) -> None:
        assert where(altered(decided(), *path, value=value)) == said

    @pytest.mark.parametrize(
        "content", [b"", b"{}", b"[1]", b"{", b'{"format":"shuxin-strategy-decision/1"}']
    )
    def test_what_is_no_record_is_refused(self, content: bytes) -> None:
        with pytest.raises(RecordInvalid):
            replay(content, models={})

    def test_uses_that_are_no_numbers_are_refused(self) -> None:
        with pytest.raises(RecordInvalid):
            replay(altered(decided(), "sources", "own", "uses", value=["x"]), models={})

    @given(st.sampled_from(["given", "sources", "strategy", "versions"]), st.data())
    def test_nothing_in_it_is_trusted(self, name: str, data: st.DataObject) -> None:
        value = data.draw(st.sampled_from([None, 3, [], {}, "x", {"own": 3}]))
        with pytest.raises((RecordInvalid, ReplayDiffers)):
            replay(altered(decided(), name, value=value), models={})
