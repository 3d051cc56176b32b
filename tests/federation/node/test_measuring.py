"""A card in service, measured: against the worth of the rows that the parts themselves make."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from tests.consent.world import NOW
from tests.federation.card.samples import HOLDERS, LABEL, World, scored, summing
from tests.federation.card.test_scores import worlds
from tests.federation.node import service_world
from tests.federation.node.measuring_world import (
    CARD_JOB,
    ROWS,
    Place,
    known_world,
    own_card_of,
    place_of,
    slow_own,
)
from tests.federation.node.test_asking import (
    SERVICE,
    desk_of,
    down,
    subjects_of,
    word_of,
)
from tests.federation.scorecard import world as scorecard_world

from shuxin.federation.alignment.forms import little
from shuxin.federation.card.calibration import (
    CalibrationOfOtherPart,
    calibration_of,
    read_calibration,
    with_calibration,
)
from shuxin.federation.card.files import file_of
from shuxin.federation.card.gathering import chosen
from shuxin.federation.card.worth import MOST_SOURCES, TooManySources, known_rows, worth
from shuxin.federation.node import measuring
from shuxin.federation.node.asking import NotTheLabelParty
from shuxin.federation.node.calibrating import (
    CALIBRATION,
    calibrated,
    calibration_in,
    keep_calibration,
)
from shuxin.federation.node.measuring import (
    BatchTooLarge,
    NobodyAnsweredAbout,
    ask,
    bad_outcomes,
    batch_of,
    own_points,
    require_answered,
    require_countable,
    worth_of,
)
from shuxin.federation.node.outcomes import KnownFirms
from shuxin.federation.service.kind import CARD
from shuxin.kernel.canonical import canonical_json
from shuxin.scoring.api import OneClassOnly, card_hash
from shuxin.scoring.card.sealed import CardAltered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.federation.node.measuring import Answered
    from shuxin.ledger.api import Entry


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_of(known_world(), tmp_path) as found:
        yield found


class TestWorthOf:
    def test_is_that_of_the_rows_by_the_parts(self, place: Place) -> None:
        """Values, points and worth from the world, none of them over the line."""
        world = place.desk.world
        own = own_points(place.desk.asking, place.batch())
        assert own is not None
        answered = place.answered()
        found = worth_of(answered, alone=own.points, acceptance=0.4, seed=7, resamples=20)
        rows = known_rows(
            scored(world, {}), outcomes=place.firms.bad, alone=slow_own(world), first=place.firms.first
        )  # fmt: skip
        rng = np.random.default_rng(7)
        assert found == worth(rows, acceptance=0.4, rng=rng, resamples=20)
        assert own.card == card_hash(own_card_of(world))
        assert answered.kept.all()

    def test_reads_the_own_cards_fields_under_a_permit_of_its_own(self, place: Place) -> None:
        batch = place.batch()
        own_points(place.desk.asking, batch)
        (permit,) = place.desk.permits
        assert permit["fields"] == {
            each.name for each in own_card_of(place.desk.world).characteristics
        }
        assert (permit["catalogue"], permit["basis_id"]) == ("loans", "own-1")
        assert place.questions() == 0

    def test_without_a_card_of_its_own_has_no_own_points(self, place: Place) -> None:
        (place.folder / CARD_JOB / "alone").unlink()
        assert own_points(place.desk.asking, place.batch()) is None
        assert place.desk.permits == []


class TestAsk:
    def test_goes_in_batches_each_with_the_words_of_its_firms(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(measuring, "MOST_SUBJECTS", 25)
        seen: list[tuple[int, int]] = []
        batch = place.batch()
        found = ask(
            place.desk.asking, batch, progress=lambda done, total, _: seen.append((done, total))
        )
        assert seen == [(25, ROWS), (50, ROWS), (ROWS, ROWS)]
        for holder in place.desk.holders.values():
            assert [one.subjects for one in holder.seen] == [
                list(batch.firms.codes[start : start + 25]) for start in (0, 25, 50)
            ]
            for one in holder.seen:
                assert one.words == [w.dump() for s in one.subjects for w in batch.words[s]]
        assert (found.scores.totals == scored(place.desk.world, {}).totals).all()

    def test_leaves_out_whom_a_holder_was_silent_about_and_keeps_whom_it_lacks(
        self, place: Place
    ) -> None:
        world, codes = place.desk.world, place.firms.codes
        first, second = HOLDERS[:2]
        place.desk.holders[first].refuses = frozenset({codes[4], codes[9]})
        place.desk.holders[first].reasons = ["authorisation_missing"]
        place.desk.holders[second].refuses = frozenset({codes[9]})
        found = place.answered()
        kept = [nth for nth in range(ROWS) if nth not in {4, 9}]
        assert np.flatnonzero(found.kept).tolist() == kept
        assert found.silent == {first: 2, second: 1}
        assert found.lacking == {
            party: int((~world.known[party][kept]).sum()) for party in (first, second)
        }
        assert sum(found.lacking.values()) > 0
        assert found.firms.codes == tuple(codes[nth] for nth in kept)
        assert (found.firms.bad == place.firms.bad[kept]).all()
        wanted = chosen(scored(world, {}), np.array(kept))
        assert (found.scores.totals == wanted.totals).all()
        assert {(why.party, why.code) for why in found.because} == {
            (first, "authorisation_missing")
        }

    def test_of_a_holder_that_is_down_leaves_nobody(self, place: Place) -> None:
        party = HOLDERS[0]
        place.desk.holders[party].always = down(party)
        found = place.answered()
        assert found.silent[party] == ROWS
        assert len(found.because) == 1
        with pytest.raises(NobodyAnsweredAbout, match=str(ROWS)):
            require_answered(found)

    def test_wants_both_outcomes_among_those_who_are_left(self, place: Place) -> None:
        codes = np.array(place.firms.codes)[place.firms.bad]
        place.desk.holders[HOLDERS[0]].refuses = frozenset(codes.tolist())
        with pytest.raises(OneClassOnly):
            require_answered(place.answered())


class TestBatchOf:
    @settings(max_examples=15)
    @given(world=worlds())
    def test_costs_no_more_uses_than_it_says(
        self, world: World, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """A subject that is asked about with its word is one use."""
        folder = tmp_path_factory.mktemp("cost")
        codes = subjects_of(world.rows)
        with desk_of(world, folder) as desk:
            firms = KnownFirms(codes, np.arange(len(codes)) % 2 == 0)
            words = [word_of(code, tuple(world.parts)) for code in codes[:-1]]
            batch = batch_of(desk.asking, SERVICE, firms=firms, words=words)
            ask(desk.asking, batch, progress=lambda *_: None)
        told = {each.holder: each for each in batch.costs()}
        assert told.keys() == world.parts.keys()
        for party, holder in desk.holders.items():
            spent = Counter(code for one in holder.seen for code in one.subjects)
            assert sum(n for code, n in spent.items() if code != codes[-1]) <= told[party].uses
            assert told[party].without == 1

    def test_counts_words_that_name_the_holder_and_its_data(self, place: Place) -> None:
        one, other = HOLDERS[:2]
        codes = place.firms.codes
        place.words = [
            word_of(codes[0], (one, other)),
            word_of(codes[0], (one,)),
            word_of(codes[1], (one,)),
            word_of(codes[2], (other,), catalogues=("bills",)),
            word_of(subjects_of(ROWS + 1)[-1], (one,)),
        ]
        assert [(c.holder, c.uses, c.without) for c in place.batch().costs()] == [
            (one, 2, ROWS - 2),
            (other, 1, ROWS - 1),
        ]

    def test_of_what_cannot_be_measured_asks_nobody(self, tmp_path: Path) -> None:
        world = known_world()
        with place_of(world, tmp_path, per_day=ROWS - 1) as place:
            with pytest.raises(BatchTooLarge, match=str(ROWS - 1)):
                place.batch()
            place.firms = KnownFirms(place.firms.codes[:9], np.zeros(9, np.bool_))
            with pytest.raises(OneClassOnly):
                place.batch()
            place.desk.asking.party = HOLDERS[0]
            with pytest.raises(NotTheLabelParty):
                place.batch()
            assert place.questions() == 0

    def test_of_more_holders_than_can_be_told_apart_is_refused_before_unless_only_their_sum_is_known(
        self, tmp_path: Path
    ) -> None:
        world = known_world()
        with place_of(world, tmp_path) as place:
            batch = place.batch()
        many = replace(batch.part, seats=batch.part.seats[:1])
        seats = tuple(
            replace(many.seats[0], party=f"{LABEL[:-2]}{nth}X")
            for nth in range(1, MOST_SOURCES + 2)
        )
        with pytest.raises(TooManySources):
            require_countable(replace(batch, part=replace(many, seats=seats)))
        require_countable(replace(batch, part=replace(many, seats=seats[:-1])))
        open_sum = replace(many, seats=seats, contract=summing(at_least=2))
        require_countable(replace(batch, part=open_sum))

    def test_counts_the_firms_that_the_card_was_made_from(self, place: Place) -> None:
        assert place.batch().trained == 0
        held = [*subjects_of(ROWS + 20)[ROWS - 10 :]]
        folder, places = place.folder / CARD_JOB, np.arange(2, 30, dtype=np.uint32)
        summary = {
            "party": LABEL, "label": LABEL, "holders": [HOLDERS[0]], "engine": "tags", "learn": "both",
            "sizes": {LABEL: 30, HOLDERS[0]: 30}, "count": 28, "digest": hashlib.sha256().hexdigest(),
        }  # fmt: skip
        (folder / "rows").write_bytes("".join(sorted(held)).encode())
        (folder / "aligned").write_bytes(little(places))
        (folder / "summary").write_bytes(canonical_json(summary))
        common = sorted(held)[2:30]
        assert place.batch().trained == len(set(common) & set(place.firms.codes)) > 0


@pytest.mark.django_db
class TestBadOutcomes:
    def test_are_those_of_the_scorecard_job(self) -> None:
        firms = scorecard_world.firms_of(1, rows=60)
        card = service_world.recorded(scorecard_world.job_of(firms, bad=["no", "late"]))
        label, parts = service_world.card_of(service_world.BY_HOLDER, service_world.HOLDER)
        here = service_world.recorded(
            service_world.service_job(label, parts, asked={"scorecard": card})
        )
        gone = service_world.recorded(service_world.service_job(label, parts))
        assert bad_outcomes(here, now=service_world.NOW) == ("no", "late")
        assert bad_outcomes(gone, now=service_world.NOW) == ()


class TestKeepCalibration:
    def test_is_scorings_line_of_what_was_answered_and_used_from_then_on(
        self, place: Place
    ) -> None:
        asking, answered = place.desk.asking, place.answered()
        assert calibration_in(place.folder / SERVICE) is None
        kept = keep_calibration(asking, place.batch(), answered)
        wanted = calibration_of(
            scored(place.desk.world, {}), outcomes=place.firms.bad, made_on=NOW.date().isoformat()
        )
        assert kept.calibration == wanted
        found = calibration_in(place.folder / SERVICE)
        assert found == kept.calibration
        before = place.desk.score(words=place.words)
        after = calibrated(before, found)
        assert (after.scores.pd == with_calibration(before.scores, kept.calibration).pd).all()
        assert (after.scores.points == before.scores.points).all()
        assert calibrated(before, None) is before

    def test_replaces_the_one_before_whose_hash_stays_in_the_log(self, place: Place) -> None:
        asking, answered = place.desk.asking, place.answered()
        one = keep_calibration(asking, place.batch(), answered)
        other = keep_calibration(asking, place.batch(), flipped(answered))
        assert (one.replaced, other.replaced) == ("", one.hash)
        assert one.hash != other.hash
        file = (place.folder / SERVICE / CALIBRATION).read_bytes()
        assert read_calibration(file, part=place.desk.world.label) == other.calibration
        assert json.loads(file)["sha256"] == other.hash
        said = [each for each in place.desk.entries if each.kind == "joint-calibration"]
        assert [each.facts["calibration"] for each in said] == [one.hash, other.hash]
        assert said[1].facts["replaced"] == one.hash
        assert said[0].facts.items() >= {
            "service": SERVICE, "part": one.calibration.part, "firms": ROWS,
            "bads": int(place.firms.bad.sum()),
        }.items()  # fmt: skip

    def test_that_is_not_in_the_log_is_not_kept(self, place: Place) -> None:
        def full(entry: Entry) -> None:
            raise OSError(entry.kind)

        answered, batch = place.answered(), place.batch()
        place.desk.asking.log = full
        with pytest.raises(OSError, match="joint-calibration"):
            keep_calibration(place.desk.asking, batch, answered)
        assert calibration_in(place.folder / SERVICE) is None

    def test_of_another_card_or_damaged_is_refused(self, place: Place) -> None:
        keep_calibration(place.desk.asking, place.batch(), place.answered())
        folder = place.folder / SERVICE
        other = replace(place.desk.world.label, cut_off=1)
        (folder / CARD).write_bytes(file_of(other))
        with pytest.raises(CalibrationOfOtherPart):
            calibration_in(folder)
        file = folder / CALIBRATION
        file.write_bytes(file.read_bytes().replace(b'"rows":60', b'"rows":61'))
        with pytest.raises(CardAltered):
            calibration_in(folder)


def flipped(answered: Answered) -> Answered:
    """With one outcome other."""
    bad = answered.firms.bad.copy()
    bad[0] = not bad[0]
    return replace(answered, firms=replace(answered.firms, bad=bad))
