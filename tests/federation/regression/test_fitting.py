"""The joint fit against the pooled one, and what a party learns, may change, or does again."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.federation import memory
from tests.federation.memory import OtherFailed
from tests.federation.product.test_dealt import holds, work_of
from tests.federation.regression.world import (
    HOLDERS,
    LABEL,
    RegressionKind,
    design,
    job_of,
    run,
    sample,
    task_of,
)

from shuxin.federation.product import dealt
from shuxin.federation.regression.columns import fixed
from shuxin.federation.regression.errors import (
    GradientImpossible,
    PartOutOfReach,
    RegressionMalformed,
)
from shuxin.federation.regression.fitting import hold_fit
from shuxin.federation.regression.task import COARSE, GRID, Errors
from shuxin.scoring.card.regression import (
    CharacteristicsCollinear,
    OneClassOnly,
    Regression,
    Separated,
    fit_logistic,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.federation.memory import Outcome

    Change = Callable[[str, str, str, bytes], bytes]

SHARED = Path(
    os.environ.get("SHUXIN_DATA", Path(__file__).resolve().parents[4] / "shared" / "data")
)
shapes = st.sampled_from(
    [
        (400, (1, 1)),
        (501, (0, 2)),
        (400, (3, 4)),
        (601, (2, 1, 2)),
        (400, (0, 1, 1)),
        (500, (1, 1, 1, 1)),
        (400, (2, 0, 1)),
        (400, (1, 1, 0, 1)),
    ]
)


def joint(
    parts: list[np.ndarray], good: np.ndarray, folder: Path, **task: object
) -> tuple[RegressionKind, Outcome]:
    kind = RegressionKind(task_of(parts, **task), parts, good)
    return kind, run(kind, folder)


def fitted(
    parts: list[np.ndarray], good: np.ndarray, folder: Path, **task: object
) -> RegressionKind:
    kind, outcome = joint(parts, good, folder, **task)
    assert not outcome.failures
    return kind


def numbers(kind: RegressionKind) -> np.ndarray:
    assert kind.fit is not None
    return np.concatenate([[kind.fit.intercept], *kind.fit.coefficients])


def plain(fit: Regression) -> np.ndarray:
    return np.concatenate([[fit.intercept], fit.coefficients])


def within_reach(parts: list[np.ndarray], beta: np.ndarray) -> bool:
    columns = [design(parts[:1]), *parts[1:]]
    betas = np.split(beta, np.cumsum([x.shape[1] for x in columns])[:-1])
    most = 20 / sum(1 for x in columns if x.shape[1]) - 0.01
    return all(np.abs(x @ b).max() < most for x, b in zip(columns, betas, strict=True))


def failure(outcome: Outcome) -> BaseException:
    """The one that ended the job."""
    found = [one for one in outcome.failures.values() if not isinstance(one, OtherFailed)]
    assert len(found) == 1
    return found[0]


class TestFit:
    @given(shapes, st.integers(0, 10_000), st.sampled_from([0.0, 0.0, 5.0]))
    @settings(max_examples=14, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_equals_the_pooled_fit(
        self, tmp_path: Path, shape: tuple[int, tuple[int, ...]], seed: int, ridge: float
    ) -> None:
        parts, good = sample(seed, rows=shape[0], columns=shape[1])
        pooled = fit_logistic(features=np.hstack(parts), outcomes=good, ridge=ridge)
        assume(within_reach(parts, plain(pooled)))
        kind = fitted(parts, good, tmp_path, ridge=ridge)
        fit = kind.fit
        assert fit is not None
        assert fit.converged
        assert fit.standard_errors is not None
        assert fit.intercept_error is not None
        errors = np.concatenate([[fit.intercept_error], *fit.standard_errors])
        wanted = np.concatenate([[pooled.intercept_error], pooled.standard_errors])
        apart = np.abs(numbers(kind) - plain(pooled))
        assert (
            apart < 2e-5 + 3e-4 * wanted
        ).all()  # noise has 4e-5 of a standard error: seven times that
        assert errors == pytest.approx(wanted, rel=1e-3)
        assert [len(found) for found in fit.coefficients] == list(kind.task.columns)
        for number, holder in kind.task.present_holders:
            assert (kind.coefficients[holder] == fit.coefficients[number]).all()

    def test_neither_sends_to_nor_hears_of_a_holder_without_a_column(self, tmp_path: Path) -> None:
        """The others keep their numbers; the label party's own columns go to the first who is there."""
        parts, good = sample(4, rows=200, columns=(1, 0, 1))
        kind, outcome = joint(parts, good, tmp_path)
        assert not outcome.failures
        assert kind.coefficients.keys() == {HOLDERS[1]}
        assert not [key for key in outcome.messages if HOLDERS[0] in key]
        pairs = {name.partition("/")[0] for _, _, name in outcome.messages}
        assert pairs == {
            "fit", "fit.0-2", "fit.2-0", "fit.crossed.0-2", "fit.crossed.2-0", "fit.own.0-2", "fit.own.2-0",
        }  # fmt: skip

    def test_is_refused_to_a_holder_without_a_column(self, tmp_path: Path) -> None:
        task = task_of([np.zeros((3, 1)), np.zeros((3, 0)), np.zeros((3, 1))])
        with pytest.raises(ValueError, match="a holder a column"):
            hold_fit(work_of(HOLDERS[0], tmp_path, job=job_of(2)), task, np.zeros((3, 0)))

    def test_without_errors_needs_no_second_derivatives(self, tmp_path: Path) -> None:
        parts, good = sample(3, rows=700, columns=(2, 2))
        kind, outcome = joint(parts, good, tmp_path, errors=Errors.NONE)
        assert not outcome.failures
        assert kind.fit is not None
        assert kind.fit.standard_errors is kind.fit.intercept_error is None
        pooled = fit_logistic(features=np.hstack(parts), outcomes=good)
        assert numbers(kind) == pytest.approx(plain(pooled), abs=1e-3)
        assert not [name for _, _, name in outcome.messages if "weights" in name]

    @pytest.mark.parametrize("rows", [2, 3])
    def test_of_very_few_rows(self, tmp_path: Path, rows: int) -> None:
        x = np.array([[1.0], [-1.0], [0.5]])[:rows]
        good = np.array([True, False, True])[:rows]
        pooled = fit_logistic(features=np.hstack([x, x + 0.25]), outcomes=good, ridge=1.0)
        kind = fitted([x, x + 0.25], good, tmp_path, ridge=1.0)
        assert numbers(kind) == pytest.approx(plain(pooled), abs=1e-4)

    @pytest.mark.parametrize("rows", [1, 5])
    def test_of_outcomes_that_are_alike(self, tmp_path: Path, rows: int) -> None:
        x = np.zeros((rows, 1))
        for good in (np.ones(rows, bool), np.zeros(rows, bool)):
            _, outcome = joint([x, x], good, tmp_path)
            assert isinstance(failure(outcome), OneClassOnly)

    def test_of_columns_that_depend_on_those_of_another_party(self, tmp_path: Path) -> None:
        parts, good = sample(5, rows=300, columns=(2, 1))
        parts[1] = parts[0][:, :1] + 0.5
        parts = [np.round(part, 2) for part in parts]
        _, outcome = joint(parts, good, tmp_path)
        assert isinstance(failure(outcome), CharacteristicsCollinear)

    def test_that_runs_out_of_iterations_says_so(self, tmp_path: Path) -> None:
        parts, good = sample(6, rows=500, columns=(2, 2))
        kind = fitted(parts, good, tmp_path, iterations=2)
        assert kind.fit is not None
        assert not kind.fit.converged
        assert kind.fit.iterations == 2

    def test_that_tells_outcomes_without_error_is_no_fit(self, tmp_path: Path) -> None:
        """Coefficients without end leave the reach of the sums or the iterations."""
        x = np.linspace(-4, 4, 200)[:, None]
        kind, outcome = joint([np.zeros((200, 0)), x], x[:, 0] > 0.01, tmp_path)
        if outcome.failures:
            assert isinstance(failure(outcome), PartOutOfReach | Separated)
        else:
            assert kind.fit is not None
            assert not kind.fit.converged

    def test_one_party_beyond_its_reach_is_refused(self, tmp_path: Path) -> None:
        """The holder's columns alone say 16 and less: a clipped part would fit something else."""
        rng = np.random.default_rng(1)
        x = rng.choice([-8.0, -0.5, 0.5], size=(2000, 1))
        good = rng.random(2000) < 1 / (1 + np.exp(-2 * x[:, 0]))
        _, outcome = joint([np.zeros((2000, 0)), x], good, tmp_path)
        assert isinstance(failure(outcome), PartOutOfReach)


class TestAgain:
    @pytest.mark.parametrize("columns", [(1, 2), (1, 1, 1)])
    def test_sends_and_keeps_the_same_bytes(
        self, columns: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = memory.durable(monkeypatch)
        parts, good = sample(7, rows=200, columns=columns)
        first, seen = joint(parts, good, tmp_path)
        again, seen_again = joint(parts, good, tmp_path)
        assert not seen.failures
        assert seen.messages == seen_again.messages
        assert numbers(first).tolist() == numbers(again).tolist()
        assert first.fit is not None
        assert again.fit is not None
        assert first.fit.intercept_error == again.fit.intercept_error
        kept.clear()
        _, other = joint(parts, good, tmp_path)
        assert other.messages != seen.messages

    def test_another_last_bit_of_a_double_changes_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was decided before a kill is kept, even when the linear algebra of the second run differs a little."""
        from shuxin.federation.regression.optimiser import Optimiser

        memory.durable(monkeypatch)
        parts, good = sample(8, rows=200, columns=(1, 1))
        _, seen = joint(parts, good, tmp_path)
        step = Optimiser.step
        monkeypatch.setattr(Optimiser, "step", lambda *given: 3.0 * step(*given))
        _, again = joint(parts, good, tmp_path)
        assert not again.failures
        assert seen.messages == again.messages


class TestWhatPartiesLearn:
    @pytest.fixture
    def seen(self, tmp_path: Path) -> tuple[RegressionKind, Outcome]:
        parts, good = sample(9, rows=300, columns=(2, 2, 1))
        kind, outcome = joint(parts, good, tmp_path)
        assert not outcome.failures
        return kind, outcome

    def test_no_message_holds_a_column_or_the_outcomes(
        self, seen: tuple[RegressionKind, Outcome]
    ) -> None:
        """Any number of a column at any place: in uniform words by accident with less than 1e-6."""
        kind, outcome = seen
        secrets = [fixed(kind.task, part).astype(np.uint64) for part in kind.parts]
        places = sum(map(len, outcome.messages.values()))
        assert sum(map(np.size, secrets)) * places / 2**64 < 1e-6
        for content in outcome.messages.values():
            for words in secrets:
                assert not holds(content, words)
            assert kind.good.tobytes()[:16] not in content

    def test_coefficients_lie_on_the_declared_grids(
        self, seen: tuple[RegressionKind, Outcome]
    ) -> None:
        """Coarse while steps are large: 10 fractional bits, then 16."""
        _, outcome = seen
        for holder in HOLDERS[:2]:
            sent = [
                np.frombuffer(content[1:], "<i8")
                for (a, b, name), content in outcome.messages.items()
                if (a, b) == (LABEL, holder) and name.endswith("coefficients") and len(content) > 1
            ]
            assert len(sent) > 2
            assert not (sent[0] % (1 << (GRID - COARSE))).any()
            assert not (sent[1] % (1 << (GRID - COARSE))).any()
            assert (sent[-1] % (1 << (GRID - COARSE))).any()

    def test_shares_of_a_gradient_say_nothing_alone(self, tmp_path: Path) -> None:
        """A holder's share of the same gradient is another one in every job; the sum is the same."""
        parts, good = sample(10, rows=50, columns=(1, 2))
        shares = []
        for _ in range(2):  # salts differ
            _, outcome = joint(parts, good, tmp_path, iterations=1, errors=Errors.NONE)
            words = np.frombuffer(outcome.messages[HOLDERS[0], LABEL, "fit/0/shares"], "<u8")
            shares.append(words)
        assert not (shares[0] == shares[1]).any()

    def test_the_helper_deals_at_most_one_iteration_in_vain(
        self, seen: tuple[RegressionKind, Outcome]
    ) -> None:
        kind, outcome = seen
        assert kind.fit is not None
        counts = Counter(name.rsplit("/", 1)[-1] for _, _, name in outcome.messages)
        assert counts["shares"] == 2 * (
            kind.fit.iterations + 1
        )  # and those of the second derivatives
        assert kind.fit.iterations <= counts["sines"] <= kind.fit.iterations + 1


def random_instead(name: str) -> Change:
    def change(_s: str, _r: str, called: str, content: bytes) -> bytes:
        return np.random.default_rng(1).bytes(len(content)) if called == name else content

    return change


class TestFalseMessages:
    """Large errors are refused, for sums have bounds; a small one changes the fit and nothing shows it (the page)."""

    @pytest.fixture(autouse=True)
    def _without_chance(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dealt.secrets, "token_bytes", bytes)

    @pytest.mark.parametrize(
        "name",
        [
            "fit/gram",
            "fit.0-1/dealt",
            "fit.0-1/masked",
            "fit.0-1/0/masked",
            "fit/0/sines",
            "fit/0/shares",
            "fit/0/opened",
            "fit.1-0/masked",
            "fit.1-0/1/masked",
            "fit.1-0/dealt",
            "fit/weights/sines.0-1",
            "fit/weights/shares",
            "fit.crossed.0-1/dealt",
            "fit.own.1-0/masked",
        ],
    )
    def test_random_words_make_sums_that_cannot_be(self, tmp_path: Path, name: str) -> None:
        """One such sum passes by chance, at most once in 16 times its column's root mean square; seeds are fixed."""
        parts, good = sample(11, rows=400, columns=(2, 2))
        kind = RegressionKind(task_of(parts), parts, good)
        outcome = run(kind, tmp_path, change=random_instead(name))
        assert name in {key[2] for key in outcome.messages}
        assert isinstance(failure(outcome), GradientImpossible)

    def test_a_small_error_of_the_helper_is_not_seen(self, tmp_path: Path) -> None:
        parts, good = sample(12, rows=400, columns=(1, 1))

        def change(_s: str, _r: str, name: str, content: bytes) -> bytes:
            if not name.endswith("/sines") or "weights" in name:
                return content
            words = np.frombuffer(content, "<u8").reshape(400, -1).copy()
            words[:40, 0] += np.uint64(1 << 12)
            return words.tobytes()

        honest = fitted(parts, good, tmp_path)
        kind = RegressionKind(task_of(parts), parts, good)
        assert not run(kind, tmp_path, change=change).failures
        assert np.abs(numbers(kind) - numbers(honest)).max() > 1e-3

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("fit/0/coefficients", b"\x01" + bytes(8)),
            ("fit/0/coefficients", b"\x02" + bytes(16)),
            ("fit/0/coefficients", b""),
            ("fit/0/coefficients", b"\x01" + (1 << 40).to_bytes(8, "little") + bytes(8)),
            ("fit/final", bytes(8)),
            ("fit/final", b"\xff" * 7 + b"\x80" + bytes(8)),
            ("fit/gram", bytes(8)),
            ("fit/0/shares", bytes(8)),
            ("fit/0/ask", b""),
            ("fit/weights/shares", bytes(8)),
        ],
    )
    def test_what_is_not_as_declared_is_refused(
        self, tmp_path: Path, name: str, content: bytes
    ) -> None:
        parts, good = sample(13, rows=60, columns=(1, 2))
        kind = RegressionKind(task_of(parts), parts, good)
        outcome = run(
            kind, tmp_path, change=lambda _s, _r, called, kept: content if called == name else kept
        )
        assert isinstance(failure(outcome), RegressionMalformed)

    def test_more_iterations_than_declared_are_refused(self, tmp_path: Path) -> None:
        parts, good = sample(14, rows=60, columns=(1, 1))
        kind = RegressionKind(task_of(parts, iterations=1), parts, good)

        def change(_s: str, _r: str, name: str, content: bytes) -> bytes:
            return b"\x01" + bytes(8) if name == "fit/1/coefficients" else content

        outcome = run(kind, tmp_path, change=change)
        assert isinstance(failure(outcome), RegressionMalformed)


def table(path: Path) -> dict[str, list[str]]:
    if not path.is_file():
        pytest.skip(f"the data are not at {path} (set SHUXIN_DATA)")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [row[name] for row in rows] for name in rows[0]}


def evidence(values: list[str], good: np.ndarray) -> np.ndarray:
    """Weights of evidence of eight bins by quantiles, in hundredths."""
    found = np.array(values, float)
    bins = np.searchsorted(np.unique(np.quantile(found, np.arange(1, 8) / 8)), found, side="right")
    goods, bads = (np.bincount(bins, weights=side, minlength=8) + 0.5 for side in (good, ~good))
    woe = np.log(goods / good.sum()) - np.log(bads / (~good).sum())
    return np.asarray(np.round(woe[bins], 2))


@pytest.mark.real_data
class TestPublicData:
    def test_the_published_case_over_two_parties(self, tmp_path: Path) -> None:
        """Li, Mickel and Taylor (2018), see tests/scoring/card/test_regression.py. The event is the default."""
        rows = table(SHARED / "sba_case" / "SBAcase.11.13.17.csv")
        chosen = np.array(rows["Selected"]) == "1"
        columns = ("RealEstate", "Portion", "Recession")
        x = np.array([rows[name] for name in columns]).T[chosen].astype(float)
        default = np.array(rows["Default"])[chosen] == "1"
        kind = fitted([x[:, :1], x[:, 1:]], default, tmp_path)
        assert numbers(kind) == pytest.approx((1.393064, -2.128217, -2.987482, 0.504123), abs=1e-4)

    @pytest.mark.soak
    def test_default_credit_over_two_parties(self, tmp_path: Path) -> None:
        """30,000 clients, 13 columns of the bank and 10 of another party, as weights of evidence."""
        folder = SHARED / "fate_examples"
        guest = table(folder / "default_credit_hetero_guest.csv")
        host = table(folder / "default_credit_hetero_host.csv")
        place = {name: nth for nth, name in enumerate(host["id"])}
        order = [place[name] for name in guest["id"]]
        good = np.array(guest["y"]) != "1"
        own = [evidence(v, good) for n, v in guest.items() if n not in {"id", "y"}]
        held = [evidence([v[i] for i in order], good) for n, v in host.items() if n != "id"]
        parts = [np.column_stack(own), np.column_stack(held)]
        kind = fitted(parts, good, tmp_path)
        pooled = fit_logistic(features=np.hstack(parts), outcomes=good)
        assert kind.fit is not None
        assert kind.fit.converged
        assert numbers(kind) == pytest.approx(plain(pooled), abs=1e-4)
        errors = np.concatenate(kind.fit.standard_errors or ())
        assert errors == pytest.approx(pooled.standard_errors, rel=2e-3)
