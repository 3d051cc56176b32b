"""The whole way on the synthetic city: files in, entities out, a portrait, a review, judged by the truth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from tests.permits import OwnData

from shuxin.catalogue.api import DataGroup, Level, impact, loads
from shuxin.city.api import CityFiles, Truth, WorldSize, read_truth, write_messy_files
from shuxin.city.files import service as sending
from shuxin.city.files.offices import TABLES
from shuxin.consent.api import ALL_SUBJECTS, PermitTooNarrow, Purpose, uses_of
from shuxin.fusion.api import (
    Holder,
    Outcome,
    accept_all,
    find_entity,
    import_database_table,
    import_folder,
    open_reviews,
    portrait,
    resolve_all,
    say_same,
)
from shuxin.fusion.models import Entity, Mention, Review
from shuxin.fusion.portrait import EnterpriseUnknown
from shuxin.infra.api import Settings, now_in_china, silent_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.consent.api import Permit

pytestmark = pytest.mark.django_db
LARGE = frozenset({"invoice_out", "invoice_in", "bank_flow"})
"""Nine in ten rows, and firms that the others name too: tests of long runs import them."""
HOLDER = Holder(department="", place="city", group=DataGroup.PUBLIC, level=Level.L1)


def policy() -> OwnData:
    return OwnData(reader="tester", purposes=frozenset(Purpose), highest_level=3)


def permit_for(subject: str) -> Permit:
    return policy().permit(subject=subject, purpose=Purpose.ENTITY_RESOLUTION, now=now_in_china())


@dataclass(frozen=True)
class City:
    files: CityFiles
    truth: Truth
    settings: Settings
    outcomes: list[Outcome]
    counts: dict[str, int]

    def import_again(self) -> list[Outcome]:
        return run_import(self.files, self.settings)


def run_import(files: CityFiles, settings: Settings) -> list[Outcome]:
    work = {
        "holder": HOLDER,
        "settings": settings,
        "by": "tester",
        "language": "en",
        "progress": silent_progress,
    }
    outcomes = import_folder(files.imports, **work)
    for table in files.database_tables:
        outcomes += import_database_table(url=files.database_url, table=table.table, **work)
    return outcomes


@pytest.fixture(scope="module")
def city(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: object,
) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:  # type: ignore[attr-defined]
        patch.setattr(sending, "TABLES", [one for one in TABLES if one.dataset not in LARGE])
        files = write_messy_files(folder / "city", size=WorldSize.TINY, seed=20260101)
        settings = Settings(home=folder / "home", database_url="")
        run_import(files, settings)
        accept_all(settings=settings, by="tester")
        outcomes = run_import(files, settings)
        counts = resolve_all(
            permit=permit_for(ALL_SUBJECTS),
            settings=settings,
            now=now_in_china(),
            progress=silent_progress,
        )
        yield City(files, read_truth(files.truth.parent), settings, outcomes, counts)
        call_command("flush", verbosity=0, interactive=False)


class TestImport:
    def test_every_table_is_loaded_and_every_row_accounted_for(self, city: City) -> None:
        assert {outcome.state for outcome in city.outcomes} == {"loaded"}
        assert len(city.outcomes) == len(city.files.files) + len(city.files.database_tables)
        for outcome in city.outcomes:
            assert outcome.rows_read == outcome.rows_loaded + sum(outcome.rejected.values())

    def test_hardly_a_row_of_data_is_rejected(self, city: City) -> None:
        furniture = {"blank_row", "total_row", "note_row", "repeated_header"}
        lost = sum(
            n for o in city.outcomes for why, n in o.rejected.items() if why not in furniture
        )
        assert lost <= 0.005 * sum(outcome.rows_read for outcome in city.outcomes)

    def test_the_same_files_again_change_nothing(self, city: City) -> None:
        again = city.import_again()
        assert {outcome.state for outcome in again} == {"unchanged"}


class TestWhoIsWho:
    def placed(self, city: City) -> list[tuple[str, str]]:
        """(true entity, identity it was placed with) of every mention of a subject in the files."""
        identity: dict[tuple[str, str], str] = {}
        for m in Mention.objects.select_related("entity").exclude(entity=None).order_by("pk"):
            identity.setdefault((m.code_text, m.name_text), m.entity.identity)
        rows = city.truth.mentions.to_pylist()
        named = [
            (row["entity"], (row["code"].strip(), row["name"].strip()))
            for row in rows
            if row["role"] == "subject"
        ]
        return [(true, identity[written]) for true, written in named if written in identity]

    def test_mentions_of_one_firm_come_together_and_of_two_stay_apart(self, city: City) -> None:
        placed = self.placed(city)
        firms_of: dict[str, set[str]] = {}
        for true, identity in placed:
            firms_of.setdefault(identity, set()).add(true)
        main = {true: max(ids, key=ids.count) for true, ids in _grouped(placed).items()}
        together = sum(main[true] == identity for true, identity in placed) / len(placed)
        mixed = sum(1 for true, identity in placed if len(firms_of[identity]) > 1) / len(placed)
        assert together >= 0.97
        assert mixed <= 0.02

    def test_resolving_again_changes_nothing(self, city: City) -> None:
        before = set(Mention.objects.values_list("key", "entity__identity"))
        again = resolve_all(
            permit=permit_for(ALL_SUBJECTS),
            settings=city.settings,
            now=now_in_china(),
            progress=silent_progress,
        )
        assert again == city.counts
        assert set(Mention.objects.values_list("key", "entity__identity")) == before

    def test_needs_a_permit_for_all(self, city: City) -> None:
        with pytest.raises(PermitTooNarrow):
            resolve_all(
                permit=permit_for("91349901MA2N0A1B5M"),
                settings=city.settings,
                now=now_in_china(),
                progress=silent_progress,
            )

    def test_a_verdict_is_obeyed_at_the_next_resolution(self, city: City) -> None:
        mention = Mention.objects.filter(basis="alone").exclude(name_text="").first()
        target = Entity.objects.exclude(code="").first()
        assert mention is not None
        assert target is not None
        review = Review.objects.create(
            mention=mention, entity=target, bits=0.0, posterior=0.5, why="weight"
        )
        waiting = open_reviews(permit=permit_for(ALL_SUBJECTS), limit=1000)
        assert review.pk in {item.number for item in waiting}
        say_same(review.pk, by="tester", now=now_in_china())
        resolve_all(
            permit=permit_for(ALL_SUBJECTS),
            settings=city.settings,
            now=now_in_china(),
            progress=silent_progress,
        )
        mention.refresh_from_db()
        assert mention.entity == target
        assert mention.basis == "person"

    def test_lineage_of_the_mentions_names_the_file_columns(self, city: City) -> None:
        load = next(o for o in city.outcomes if o.rows_loaded > 100)
        from shuxin.catalogue.api import contract

        subject = next(
            f.name for f in contract(dataset=load.dataset).fields if f.meaning == "subject_name"
        )
        reached = impact(dataset=load.dataset, field=subject)
        assert any(column.table.startswith("entity_mentions.") for column in reached)


def _grouped(placed: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for true, identity in placed:
        grouped.setdefault(true, []).append(identity)
    return grouped


class TestPortrait:
    def busiest(self) -> str:
        mention = (
            Mention.objects.exclude(entity__code="").order_by("-rows").select_related("entity")[0]
        )
        assert mention.entity is not None
        return mention.entity.identity

    def test_shows_every_source_with_place_and_times(self, city: City) -> None:
        identity = self.busiest()
        found = portrait(identity, permit=permit_for(identity), settings=city.settings)
        assert found.chapters
        assert {alias.dataset for alias in found.aliases} == {c.dataset for c in found.chapters}
        for chapter in found.chapters:
            files = {load.source_file for load in loads(dataset=chapter.dataset)}
            expected = sum(a.rows for a in found.aliases if a.dataset == chapter.dataset)
            assert len(chapter.facts) == expected
            assert all(f.file in files and f.line > 1 and f.known.tzinfo for f in chapter.facts)

    def test_is_found_by_name_too(self, city: City) -> None:
        identity = self.busiest()
        name = Entity.objects.get(identity=identity).name
        assert find_entity(name, permit=permit_for(ALL_SUBJECTS)) == identity
        assert find_entity(f" {identity.lower()} ", permit=permit_for(ALL_SUBJECTS)) == identity

    def test_refuses_a_permit_for_somebody_else(self, city: City) -> None:
        with pytest.raises(PermitTooNarrow):
            portrait(
                self.busiest(), permit=permit_for("91349901MA2N0A1B5M"), settings=city.settings
            )

    def test_a_search_needs_a_permit_for_all(self, city: City) -> None:
        with pytest.raises(PermitTooNarrow):
            find_entity("任何名称", permit=permit_for("91349901MA2N0A1B5M"))

    def test_an_unknown_name_is_said_to_be_unknown(self, city: City) -> None:
        with pytest.raises(EnterpriseUnknown):
            find_entity("查无此人有限公司", permit=permit_for(ALL_SUBJECTS))

    def test_the_use_was_recorded_before_the_permit_existed(self, city: City) -> None:
        identity = self.busiest()
        permit = permit_for(identity)
        ((at, reader, purpose), *_) = uses_of(subject=identity)
        assert (at, reader, purpose) == (permit.issued_at, "tester", "entity_resolution")

    def test_fields_above_the_permit_are_not_read(self, city: City) -> None:
        identity = self.busiest()
        narrow = replace(permit_for(identity), highest_level=0).with_seal()
        found = portrait(identity, permit=narrow, settings=city.settings)
        assert all(not fact.values for chapter in found.chapters for fact in chapter.facts)
        assert all(chapter.withheld for chapter in found.chapters)

    def test_nothing_is_known_before_it_was_loaded(self, city: City) -> None:
        identity = self.busiest()
        before = now_in_china() - dt.timedelta(days=1)
        found = portrait(
            identity, permit=permit_for(identity), settings=city.settings, known_before=before
        )
        assert found.chapters == ()
