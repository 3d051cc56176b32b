"""Evidence: replayed by anybody, and by nobody when anything in it was changed."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.samples import (
    AS_OF,
    POLICY,
    WAN,
    amounts,
    applicant,
    bundle,
    decided,
    policies,
    vectors,
)

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import ShuxinError
from shuxin.scoring.card.sealed import sealed
from shuxin.scoring.decision import Applicant, Outcome, assess, conclude
from shuxin.scoring.evidence import (
    MOST_BYTES,
    EvidenceAltered,
    EvidenceInvalid,
    evidence_of,
    output_of,
    policy_and_model,
    replay,
    with_model,
    without_model,
)
from shuxin.scoring.policy import ChurnMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.scoring.policy import LendingPolicy

SEED = 20261121


def offers(policy: LendingPolicy, most: int) -> st.SearchStrategy[int | None]:
    """No budget, nothing, or whole steps from the lowest limit to the cap."""
    step, lowest = policy.fen(policy.limits.step), policy.fen(policy.limits.lowest)
    plain: st.SearchStrategy[int | None] = st.sampled_from([None, 0])
    if most < lowest:
        return plain
    return plain | st.integers(lowest // step, most // step).map(lambda n: n * step)


def rehashed(content: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The evidence after a change by a forger, who makes the hash right again."""
    parts = json.loads(content)
    del parts["sha256"]
    change(parts)
    return canonical_json(parts | {"sha256": content_hash(parts)})


@pytest.fixture(scope="module")
def approved() -> bytes:
    decision, content = decided(applicant(50 * WAN), offered_fen=20 * WAN)
    assert decision.outcome is Outcome.APPROVE
    return content


class TestReplay:
    @given(vectors, amounts, policies, st.data())
    def test_gives_the_same_decision(
        self, vector: dict, requested: int | None, policy: LendingPolicy, data: st.DataObject
    ) -> None:
        who = Applicant("firm", AS_OF, vector, requested)
        known = assess(who, models=bundle().models, policy=policy)
        approved = known.outcome is Outcome.APPROVE
        offered = data.draw(offers(policy, known.limit.amount_fen if approved else 0))
        decision, content = decided(who, policy=policy, offered_fen=offered)
        again = replay(content)
        assert again == decision
        assert canonical_json(output_of(again)) == canonical_json(json.loads(content)["output"])

    def test_says_what_it_was_made_with(self, approved: bytes) -> None:
        parts = policy_and_model(approved)
        assert parts.policy == POLICY
        assert parts.model == bundle().content
        assert parts.digest == json.loads(approved)["sha256"]

    def test_the_model_can_be_kept_apart(self) -> None:
        who = assess(applicant(50 * WAN), models=bundle().models, policy=POLICY)
        whole = evidence_of(
            conclude(who, offered_fen=None, policy=POLICY),
            bundle=bundle(), policy=POLICY, offered_fen=None,
        )  # fmt: skip
        kept = without_model(whole)
        assert "model" not in json.loads(kept)
        assert with_model(kept, model=bundle().content) == whole.content
        for content, model in ((b"[]", b"{}"), (b"", b"{}"), (b"{}", b""), (b"[" * 10**5, b"{}")):
            with pytest.raises(EvidenceInvalid):
                with_model(content, model=model)
        with pytest.raises(ShuxinError):
            replay(with_model(kept, model=b'{"card":{},"sha256":""}'))

    def test_two_runs_give_the_same_bytes(self, approved: bytes) -> None:
        assert decided(applicant(50 * WAN), offered_fen=20 * WAN)[1] == approved


class TestAltered:
    def test_no_byte_may_be_another(self, approved: bytes) -> None:
        """300 places at random and every sign of the structure at the front and the end."""
        rng = random.Random(SEED)  # noqa: S311 - repeatable
        structure = [n for n, sign in enumerate(approved) if chr(sign) in '{}[]":,']
        places = rng.sample(range(len(approved)), 300) + structure[:40] + structure[-40:]
        for place in places:
            for other in {rng.randrange(256), ord("0"), ord('"'), ord("}"), ord(" ")}:
                if other != approved[place]:
                    changed = approved[:place] + bytes([other]) + approved[place + 1 :]
                    with pytest.raises(ShuxinError):
                        replay(changed)

    def test_nothing_may_be_cut_off_or_put_in(self, approved: bytes) -> None:
        rng = random.Random(SEED)  # noqa: S311 - repeatable
        for place in rng.sample(range(len(approved)), 60):
            for changed in (
                approved[:place],
                approved[place:],
                approved[:place] + approved[place + 1 :],
                approved[:place] + b" " + approved[place:],
                approved[:place] + b"1" + approved[place:],
            ):
                if changed != approved:
                    with pytest.raises(ShuxinError):
                        replay(changed)

    def test_another_spelling_of_the_same_is_refused(self, approved: bytes) -> None:
        for spelled in (
            json.dumps(json.loads(approved)).encode(),
            approved + b"\n",
            b"\xef\xbb\xbf" + approved,
            approved.decode().encode("utf-16"),
            approved.replace(b'"format"', b'"\\u0066ormat"'),
            approved.replace(b'{"format"', b'{"format":"x","format"'),
        ):
            with pytest.raises(ShuxinError):
                replay(spelled)

    FORGED = (
        ("output.limit_fen", lambda p: p["output"].update(limit_fen=p["output"]["limit_fen"] + 1)),
        ("output.outcome", lambda p: p["output"].update(outcome="decline")),
        ("output.pd", lambda p: p["output"].update(pd=p["output"]["pd"] * 0.999999)),
        ("output.reasons", lambda p: p["output"].update(reasons=[])),
        ("output.more", lambda p: p["output"].update(more=1)),
        ("output.gates", lambda p: p["output"].pop("gates")),
        ("input.features", lambda p: p["input"]["features"].update(inv_out_active_12m=5)),
        ("offer above the cap", lambda p: p["input"].update(offered_fen=60 * WAN)),
        ("offer below the lowest", lambda p: p["input"].update(offered_fen=5 * WAN)),
        ("offer off the step", lambda p: p["input"].update(offered_fen=20 * WAN + 1)),
        ("offer below nothing", lambda p: p["input"].update(offered_fen=-20 * WAN)),
        ("policy.lgd", lambda p: p["policy"].update(lgd=0.1)),
    )

    @pytest.mark.parametrize(("name", "change"), FORGED, ids=[name for name, _ in FORGED])
    def test_a_forged_part_with_its_hash_made_right(
        self, name: str, change: Callable, approved: bytes
    ) -> None:
        with pytest.raises(EvidenceAltered):
            replay(rehashed(approved, change))

    def test_a_forged_offer_with_the_output_that_follows(self) -> None:
        """Everything computed as the code would, but for more than the caps allow."""
        for offered in (60 * WAN, 5 * WAN, 20 * WAN + 1, -20 * WAN):
            with pytest.raises(EvidenceAltered):
                replay(decided(applicant(50 * WAN), offered_fen=offered)[1])

    def test_an_offer_to_one_who_was_declined(self) -> None:
        who = applicant(50 * WAN, inv_out_active_12m=2.0)
        with pytest.raises(EvidenceAltered):
            replay(decided(who, offered_fen=20 * WAN)[1])


class TestHostile:
    REHASHED = (
        ("extra part of the policy", lambda p: p["policy"].update(more=1)),
        ("a part of the policy left out", lambda p: p["policy"].pop("lgd")),
        ("a number as text", lambda p: p["policy"].update(lgd="0.45")),
        ("policy is a list", lambda p: p.update(policy=[])),
        ("policy is nothing", lambda p: p.update(policy=None)),
        ("no churn", lambda p: p["policy"].update(churn=[])),
        ("extra input", lambda p: p["input"].update(more=1)),
        ("input is a list", lambda p: p.update(input=[])),
        ("input is text", lambda p: p.update(input="x")),
        ("no features", lambda p: p["input"].pop("features")),
        ("features are a list", lambda p: p["input"].update(features=[1])),
        ("no feature at all", lambda p: p["input"].update(features={})),
        ("a feature is a list", lambda p: p["input"]["features"].update(inv_out_amt_12m=[1])),
        ("a feature is text", lambda p: p["input"]["features"].update(inv_out_amt_12m="1")),
        ("a feature is true", lambda p: p["input"]["features"].update(inv_out_amt_12m=True)),
        ("a feature is huge", lambda p: p["input"]["features"].update(inv_out_amt_12m=1e308)),
        ("a feature is 2^53", lambda p: p["input"]["features"].update(inv_out_amt_12m=2.0**53)),
        ("a day that is none", lambda p: p["input"].update(as_of="2026-02-30")),
        ("a day in another form", lambda p: p["input"].update(as_of="20260101")),
        ("a day with a time", lambda p: p["input"].update(as_of="2026-01-01T00:00:00")),
        ("a day as a number", lambda p: p["input"].update(as_of=1767225600)),
        ("entity is a number", lambda p: p["input"].update(entity=1)),
        ("amount as text", lambda p: p["input"].update(requested_fen="1")),
        ("amount as a list", lambda p: p["input"].update(requested_fen=[])),
        ("amount is true", lambda p: p["input"].update(requested_fen=True)),
        ("amount with a part of a fen", lambda p: p["input"].update(requested_fen=1.5)),
        ("offer as text", lambda p: p["input"].update(offered_fen="20000000")),
        ("offer is true", lambda p: p["input"].update(offered_fen=True)),
        ("model is nothing", lambda p: p.update(model=None)),
        ("model is a list", lambda p: p.update(model=[])),
        ("model of another format", lambda p: p["model"]["card"].update(format="x")),
        ("output is nothing", lambda p: p.update(output=None)),
        ("format", lambda p: p.update(format="shuxin.decision/2")),
        ("format is a list", lambda p: p.update(format=[])),
        ("a part more", lambda p: p.update(more={})),
        ("a part less", lambda p: p.pop("model")),
    )

    @pytest.mark.parametrize(("name", "change"), REHASHED, ids=[n for n, _ in REHASHED])
    def test_wrong_parts_with_a_right_hash(
        self, name: str, change: Callable, approved: bytes
    ) -> None:
        with pytest.raises(ShuxinError) as caught:
            replay(rehashed(approved, change))
        assert caught.value.say("zh")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"null",
            b"[]",
            b"{}",
            b"\xff\xfe",
            b"[" * 200_000,
            b'{"a":' * 100_000,
            b'"' + b"x" * 10_000_000 + b'"',
            b'{"format":"' + b"x" * 10_000_000 + b'"}',
            b"9" * 5_000,
            b"x" * (MOST_BYTES + 1),
        ],
        ids=lambda content: f"{content[:12]!r}x{len(content)}",
    )
    def test_no_evidence_at_all(self, content: bytes) -> None:
        with pytest.raises(EvidenceInvalid):
            replay(content)

    @pytest.mark.parametrize(
        "value",
        [
            b"NaN",
            b"Infinity",
            b"1e999",
            b"9" * 30,
            b"9" * 400,
            b"-0",
            b'"\\ud800"',
            b"[" * 900 + b"]" * 900,
        ],
        ids=lambda value: f"{value[:8]!r}x{len(value)}",
    )
    @pytest.mark.parametrize("part", ["input", "model", "policy", "output", "sha256"])
    def test_values_that_json_should_not_have(
        self, part: str, value: bytes, approved: bytes
    ) -> None:
        parts = {name: canonical_json(held) for name, held in json.loads(approved).items()}
        parts[part] = value
        written = b",".join(b'"%s":%s' % (name.encode(), parts[name]) for name in sorted(parts))
        with pytest.raises(ShuxinError):
            replay(b"{" + written + b"}")

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e300, 1e300)
            | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner),
            max_leaves=6,
        ),
        st.sampled_from([
            ("input",), ("input", "features"), ("input", "features", "inv_out_amt_12m"),
            ("input", "requested_fen"), ("input", "offered_fen"), ("input", "as_of"),
            ("policy",), ("policy", "limits"), ("policy", "limits", "step"), ("policy", "churn"),
            ("policy", "working_capital", "turns"), ("policy", "bad_rate"), ("model",),
            ("model", "card"), ("model", "sha256"), ("output",), ("output", "reasons"),
        ]),
    )  # fmt: skip
    def test_anything_anywhere(self, approved: bytes, value: object, path: tuple) -> None:
        def change(parts: dict[str, Any]) -> None:
            *above, last = path
            for name in above:
                parts = parts[name]
            parts[last] = value

        changed = rehashed(approved, change)
        if changed != approved:
            with pytest.raises(ShuxinError):
                replay(changed)

    def test_a_policy_without_curves_has_no_price(self, approved: bytes) -> None:
        with pytest.raises(ChurnMissing):
            replay(rehashed(approved, lambda p: p["policy"].update(churn=[])))


class TestHostileModel:
    """A model with right hashes all the way, made to break the arithmetic."""

    def with_model(self, approved: bytes, change: Callable[[dict], object]) -> bytes:
        inside = json.loads(bundle().content)["card"]
        parts = {name: inside[name]["card"] for name in ("card", "rating")}
        change(parts)
        inside |= {name: json.loads(sealed(part)) for name, part in parts.items()}
        return rehashed(approved, lambda p: p.update(model=json.loads(sealed(inside))))

    CHANGES = (
        ("three grades", lambda m: m["rating"].update(grades=["A", "B", "C"], thresholds=[0, 1])),
        ("grades turned round", lambda m: m["rating"]["grades"].reverse()),
        ("other inputs", lambda m: m["rating"]["names"].reverse()),
        ("huge coefficients", lambda m: m["rating"].update(coefficients=[1e308, -1e308, 1e308, -1e308])),
        ("tiny scales", lambda m: m["rating"].update(scales=[5e-324] * 4)),
        ("huge means", lambda m: m["rating"].update(means=[1.7e308] * 4, scales=[5e-324] * 4)),
        ("no odds", lambda m: m["card"]["scaling"].update(pdo=5e-324)),
        ("odds of nothing", lambda m: m["card"]["scaling"].update(base_odds=5e-324)),
        ("a feature that nobody has", lambda m: m["card"]["characteristics"][0]["shape"].update(name="x")),
        ("all points", lambda m: [b.update(points=100_000) for x in m["card"]["characteristics"] for b in x["bins"]]),
        ("no points", lambda m: [b.update(points=-100_000) for x in m["card"]["characteristics"] for b in x["bins"]]),
        ("floor over ceiling", lambda m: m["card"]["scaling"].update(floor=900)),
        ("braces in a reason", lambda m: m["card"]["characteristics"][0]["title"].update(en="{0.__class__}")),
        ("a group named by nobody", lambda m: m["card"]["characteristics"][0].update(group="x" * 600)),
    )  # fmt: skip

    @pytest.mark.parametrize(("name", "change"), CHANGES, ids=[name for name, _ in CHANGES])
    @pytest.mark.parametrize("bad_rate", [None, 0.5])
    def test_is_refused_and_never_crashes(
        self, name: str, change: Callable, bad_rate: float | None
    ) -> None:
        policy = POLICY.model_copy(update={"bad_rate": bad_rate})
        _, approved = decided(applicant(50 * WAN), policy=policy)
        with pytest.raises(ShuxinError):
            replay(self.with_model(approved, change))
