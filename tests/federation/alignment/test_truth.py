"""Every engine finds what Python's sets find."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.federation.alignment.cases import (
    HELPER,
    HOLDER,
    LABEL,
    align,
    job_of,
    kept,
    subjects,
    universe,
)
from tests.federation.memory import Outcome

from shuxin.federation.alignment.keys import BlockCipher, form_of
from shuxin.federation.alignment.refusal import TooFewCommon
from shuxin.federation.alignment.result import aligned_codes
from shuxin.federation.domain.job import Job, job_from
from shuxin.federation.redteam.stage import OtherFailed

SHAPES = ("disjoint", "equal", "subset", "random")
SIZES = (0, 1, 2, 3, 7, 64, 1000, 1001)


def sets_of(shape: str, size: int, parties: int = 2) -> list[set[str]]:
    """``parties`` sets; the first has ``size`` codes."""
    pool = universe(size * (parties + 1) + 3)
    first = set(pool[:size])
    if shape == "equal":
        return [first] * parties
    if shape == "disjoint":
        return [set(pool[at * size : (at + 1) * size]) for at in range(parties)]
    if shape == "subset":
        return [first] + [set(pool[: size // 2 + at]) for at in range(1, parties)]
    return [first] + [set(pool[size // 3 + at : size // 3 + at + size]) for at in range(1, parties)]


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def check_rows(job: Job, sets: list[set[str]], outcome: Outcome, folder: Path) -> None:
    """What is kept at every party is the truth, in one order."""
    truth = set.intersection(*sets)
    learn = job.parameters.learn
    if not truth:
        why = {type(one) for one in outcome.failures.values()}
        assert TooFewCommon in why
        assert why <= {TooFewCommon, OtherFailed}  # who heard of the end before the reason did
        assert len(outcome.failures) == len(job.parties)
        assert not any(outcome.kept.values())
        handing_over = job.helper or HOLDER
        assert handing_over not in {party for party, *_ in outcome.released}
        return
    assert not outcome.failures
    found = {party: kept(outcome, party, folder) for party in job.data_parties}
    assert found[LABEL].count == len(truth)
    if learn == "count":
        assert all(one.own is None and not one.codes for one in found.values())
        assert "aligned" not in outcome.kept[LABEL]
        return
    common = subjects(aligned_codes(found[LABEL]))
    assert len(common) == len(truth)
    assert set(common) == truth
    for party in job.holders:
        if learn == "both":
            assert subjects(aligned_codes(found[party])) == common
            assert found[party].digest == found[LABEL].digest != ""
        else:
            assert found[party].own is None
            own = subjects(found[party].codes)
            shown = [own[row] for row in found[party].order.tolist()]
            assert [shown[place] for place in found[LABEL].places[party].tolist()] == common


class TestTags:
    @pytest.mark.parametrize("learn", ["both", "one", "count"])
    @pytest.mark.parametrize("size", SIZES)
    def test_finds_the_truth(self, size: int, learn: str, tmp_path: Path) -> None:
        job = job_of(learn=learn)
        for shape in SHAPES:
            sets, folder = sets_of(shape, size), made(tmp_path / shape)
            check_rows(job, sets, align(job, sets, folder), folder)

    @pytest.mark.parametrize("learn", ["both", "one", "count"])
    @pytest.mark.parametrize("holders", [2, 3])
    @pytest.mark.parametrize("size", [7, 1001])
    def test_finds_what_all_of_several_parties_have(
        self, size: int, holders: int, learn: str, tmp_path: Path
    ) -> None:
        job = job_of(learn=learn, holders=holders)
        for shape in SHAPES:
            sets, folder = sets_of(shape, size, 1 + holders), made(tmp_path / shape)
            check_rows(job, sets, align(job, sets, folder), folder)

    @pytest.mark.parametrize("learn", ["both", "one"])
    def test_more_than_one_piece(self, learn: str, tmp_path: Path) -> None:
        job, sets = job_of(learn=learn), sets_of("random", 65_537)
        check_rows(job, sets, align(job, sets, tmp_path), tmp_path)

    def test_one_side_empty(self, tmp_path: Path) -> None:
        job, sets = job_of(), [set(universe(5)), set()]
        check_rows(job, sets, align(job, sets, tmp_path), tmp_path)

    def test_with_the_national_cipher(self, tmp_path: Path) -> None:
        job, sets = job_from(job_of().body() | {"cipher": "sm4"}), sets_of("random", 100)
        outcome = align(job, sets, tmp_path)
        tags = next(
            sent for (_, _, name), sent in outcome.messages.items() if name == "alignment/tags"
        )
        assert tags[:1] == form_of(BlockCipher.SM4)
        check_rows(job, sets, outcome, tmp_path)

    @given(
        sets=st.lists(st.frozensets(st.sampled_from(universe(12))), min_size=2, max_size=4),
        learn=st.sampled_from(["both", "one", "count"]),
    )
    @settings(
        max_examples=25,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        derandomize=True,
    )
    def test_any_sets(self, sets: list[frozenset[str]], learn: str, tmp_path: Path) -> None:
        job, own = job_of(learn=learn, holders=len(sets) - 1), [set(one) for one in sets]
        check_rows(job, own, align(job, own, tmp_path), tmp_path)


class TestEcdh:
    @pytest.mark.parametrize("learn", ["both", "one", "count"])
    @pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 64])
    def test_finds_the_truth(self, size: int, learn: str, tmp_path: Path) -> None:
        job = job_of(engine="ecdh", learn=learn)
        for shape in SHAPES:
            sets, folder = sets_of(shape, size), made(tmp_path / shape)
            check_rows(job, sets, align(job, sets, folder), folder)

    @pytest.mark.parametrize(("size", "learn"), [(1000, "one"), (1001, "both")])
    def test_more_than_one_step(self, size: int, learn: str, tmp_path: Path) -> None:
        job, sets = job_of(engine="ecdh", learn=learn), sets_of("random", size)
        check_rows(job, sets, align(job, sets, tmp_path), tmp_path)

    @pytest.mark.parametrize("empty", [0, 1])
    def test_one_side_empty(self, empty: int, tmp_path: Path) -> None:
        sets = [set(universe(5)), set(universe(5))]
        sets[empty] = set()
        job = job_of(engine="ecdh")
        check_rows(job, sets, align(job, sets, tmp_path), tmp_path)


class TestWhatIsReleased:
    """Each party's policy is asked before what it enters tells others something, and whoever hands it over."""

    @pytest.mark.parametrize(
        ("learn", "handed"),
        [
            ("both", [("aligned", LABEL, 21, 0), ("aligned", HOLDER, 21, 0)]),
            ("one", [("aligned", LABEL, 21, 0)]),
            ("count", [("count", LABEL, 21, 1)]),
        ],
    )
    def test_with_tags(
        self, learn: str, handed: list[tuple[str, str, int, int]], tmp_path: Path
    ) -> None:
        sets = [set(universe(30)), set(universe(30)[5:26])]
        outcome = align(job_of(learn=learn), sets, tmp_path)
        assert sorted(outcome.released) == sorted(
            [
                *((HELPER, *one) for one in handed),
                *((HOLDER, *one) for one in handed if one[1] == LABEL),
                *((LABEL, name, HOLDER, 30, 0) for name, to, _, _ in handed if to == HOLDER),
            ]
        )

    @pytest.mark.parametrize(
        ("learn", "expected"),
        [
            ("both", [(HOLDER, "aligned", LABEL, 21, 0), (LABEL, "aligned", HOLDER, 30, 0)]),
            ("one", [(HOLDER, "aligned", LABEL, 21, 0)]),
            ("count", [(HOLDER, "count", LABEL, 21, 1)]),
        ],
    )
    def test_with_ecdh(
        self, learn: str, expected: list[tuple[str, str, str, int, int]], tmp_path: Path
    ) -> None:
        sets = [set(universe(30)), set(universe(30)[9:])]
        outcome = align(job_of(engine="ecdh", learn=learn), sets, tmp_path)
        assert sorted(outcome.released) == sorted(expected)

    def test_a_holder_learns_nothing_of_a_count_at_the_helper(self, tmp_path: Path) -> None:
        sets = [set(universe(30)), set(universe(30)[9:])]
        outcome = align(job_of(learn="count"), sets, tmp_path)
        found = kept(outcome, HOLDER, tmp_path)
        assert (found.count, found.own, found.order, dict(found.sizes)) == (
            None,
            None,
            None,
            {HOLDER: 21},
        )
