from __future__ import annotations

import datetime as dt
import os
import signal
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.fusion.conftest import FIRST_DAY, Installation, rows_of_firms, uscc
from tests.permits import HOLDER, MemoryJournal, OwnData, sealed

from shuxin.catalogue.api import (
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    Sharing,
    contract,
    next_version,
    register_contract,
)
from shuxin.consent.api import ALL_SUBJECTS, Ground, Purpose, rights
from shuxin.fusion import erasing
from shuxin.fusion.erasing import remove_rows, took_place
from shuxin.fusion.features.computation import MANIFEST_FILE, ROWS_FILE, SUBJECTS_FILE
from shuxin.fusion.models import Entity, Mention
from shuxin.fusion.portrait import portrait
from shuxin.fusion.retained import negative_facts, rows_due
from shuxin.fusion.who import resolve_all
from shuxin.infra.api import Store, silent_progress
from shuxin.kernel.signing import Ed25519Key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GONE, STAYS = uscc(3), uscc(5)
NAME = "北京第3建材有限公司"
KEY = Ed25519Key(bytes([7] * 32))
LATER = FIRST_DAY + dt.timedelta(days=1)


def everything_stored(office: Installation) -> str:
    """Every file under the store, as it stands and unpacked."""
    pieces = []
    for path in sorted(office.settings.store.rglob("*")):
        if path.is_file():
            pieces.append(path.read_bytes().decode("utf-8", "replace"))
        if path.suffix == ".parquet":
            pieces.append(str(pq.read_table(path).to_pylist()))
    return "\n".join(pieces)


def stored_rows(office: Installation) -> list[list[dict[str, object]]]:
    """The rows of every whole Parquet file of the store, by path."""
    kept = office.settings.store / "kept"
    return [pq.read_table(path).to_pylist() for path in sorted(kept.rglob("*.parquet"))]


def resolve(office: Installation) -> None:
    permit = sealed(ALL_SUBJECTS, Purpose.ENTITY_RESOLUTION, at=office.now)
    resolve_all(permit=permit, settings=office.settings, now=office.now, progress=silent_progress)


def loaded(office: Installation, *, firms: int = 6) -> str:
    """One dataset whose firms are known by their codes; its name. Each has a rejected row, too."""
    rows = rows_of_firms(firms)
    office.put("penalties.csv", rows)
    office.run()
    office.accept()
    office.put("penalties.csv", rows + [[*row[:2], "2024-13-45", row[3]] for row in rows[1:]])
    (outcome,) = office.run()
    assert outcome.rejected == {"date_unreadable": firms}
    for code, name, *_ in rows[1:]:
        Entity.objects.create(identity=code, code=code, name=name, since=FIRST_DAY)
    return outcome.dataset


def approved(dataset: str, *, subject: str = GONE) -> str:
    number = rights.request_erasure(
        subject=subject, dataset=dataset, reason="withdrawn", by="first", now=FIRST_DAY
    )
    rights.approve_erasure(
        number, by="second", holder=HOLDER, journal=MemoryJournal(), now=FIRST_DAY
    )
    return number


def prove(office: Installation, number: str) -> None:
    rights.prove_erasure(
        number,
        took_place(number, settings=office.settings),
        holder=HOLDER,
        signer=KEY,
        journal=MemoryJournal(),
        now=FIRST_DAY,
    )


@pytest.mark.django_db
class TestRemoveRows:
    def test_leaves_no_trace_of_the_subject_in_any_file_of_the_store(
        self, office: Installation
    ) -> None:
        dataset = loaded(office)
        before = everything_stored(office)
        assert GONE in before
        assert NAME in before
        replaced = remove_rows(approved(dataset), settings=office.settings, now=FIRST_DAY)
        after = everything_stored(office)
        assert GONE not in after
        assert NAME not in after
        assert sum(one.rows for one in replaced) == 2

    def test_leaves_everybody_else_as_they_were(self, office: Installation) -> None:
        dataset = loaded(office)
        before = office.table(dataset)
        remove_rows(approved(dataset), settings=office.settings, now=FIRST_DAY)
        after = office.table(dataset)
        assert before is not None
        assert after is not None
        code = before.column_names[0]
        kept = [row for row in before.to_pylist() if row[code] != GONE]
        assert after.to_pylist() == kept
        assert after.schema == before.schema

    def test_of_somebody_whom_nobody_knows_removes_nothing(self, office: Installation) -> None:
        dataset = loaded(office)
        resolve(office)
        Mention.objects.filter(entity__identity=STAYS).update(entity=None)
        before = everything_stored(office)
        number = approved(dataset, subject="nobody-here")
        assert remove_rows(number, settings=office.settings, now=FIRST_DAY) == []
        assert everything_stored(office) == before

    def test_earlier_loads_are_cleared_too(self, office: Installation) -> None:
        dataset = loaded(office)
        office.put("penalties.csv", rows_of_firms(4))
        office.run(now=LATER)
        remove_rows(approved(dataset), settings=office.settings, now=FIRST_DAY)
        assert GONE not in everything_stored(office)

    def test_removes_rows_that_name_the_subject_by_name_only(self, office: Installation) -> None:
        header, *rows = rows_of_firms(4)
        named = [["", NAME, "2024-02-02", "1"]]
        office.put("penalties.csv", [header, *rows, *named])
        (outcome,) = office.load()
        resolve(office)
        remove_rows(approved(outcome.dataset), settings=office.settings, now=FIRST_DAY)
        assert NAME not in everything_stored(office)

    def test_removes_kept_features_that_came_from_the_dataset(self, office: Installation) -> None:
        dataset = loaded(office)
        store = Store(office.settings.store)
        for name, read in (("feat1", dataset), ("feat2", "another")):
            with store.draft() as draft:
                rows = pa.table({"entity": [GONE, STAYS], "turnover": [1, 2]})
                pq.write_table(rows, draft.folder / ROWS_FILE)
                if name == "feat1":
                    pq.write_table(rows, draft.folder / SUBJECTS_FILE)
                text = f'{{"loads": [["{read}", "f", "h"]]}}'
                (draft.folder / MANIFEST_FILE).write_text(text)
                store.keep(draft, name=name)
        remove_rows(approved(dataset), settings=office.settings, now=FIRST_DAY)
        left = {
            (name, file): pq.read_table(store.folder(name) / file)["entity"].to_pylist()
            for name, file in (("feat1", ROWS_FILE), ("feat1", SUBJECTS_FILE), ("feat2", ROWS_FILE))
        }
        assert left == {
            ("feat1", ROWS_FILE): [STAYS],
            ("feat1", SUBJECTS_FILE): [STAYS],
            ("feat2", ROWS_FILE): [GONE, STAYS],
        }

    def test_without_a_second_person_nothing_is_touched(self, office: Installation) -> None:
        dataset = loaded(office)
        before = everything_stored(office)
        number = rights.request_erasure(
            subject=GONE, dataset=dataset, reason="", by="first", now=FIRST_DAY
        )
        with pytest.raises(rights.ErasureNotApproved):
            remove_rows(number, settings=office.settings, now=FIRST_DAY)
        assert everything_stored(office) == before

    def test_again_changes_nothing_and_needs_no_new_proof(self, office: Installation) -> None:
        number = approved(loaded(office))
        first = remove_rows(number, settings=office.settings, now=FIRST_DAY)
        prove(office, number)
        assert first
        assert remove_rows(number, settings=office.settings, now=FIRST_DAY) == []
        prove(office, number)
        assert len(rights.deletion_proofs(number)) == 1


@pytest.mark.django_db
class TestTombstone:
    def own(self, office: Installation) -> OwnData:
        return OwnData(reader="clerk")

    def test_the_portrait_has_no_chapter_of_what_was_erased(self, office: Installation) -> None:
        dataset = loaded(office)
        resolve(office)
        remove_rows(approved(dataset), settings=office.settings, now=FIRST_DAY)
        for subject, chapters in ((GONE, []), (STAYS, [dataset])):
            permit = self.own(office).permit(
                subject=subject, purpose=Purpose.OWN_CUSTOMER_VIEW, now=FIRST_DAY
            )
            found = portrait(subject, permit=permit, settings=office.settings)
            assert [chapter.dataset for chapter in found.chapters] == chapters

    def test_rows_that_a_later_import_brings_back_are_not_read_and_go_again(
        self, office: Installation
    ) -> None:
        dataset = loaded(office)
        number = approved(dataset)
        remove_rows(number, settings=office.settings, now=FIRST_DAY)
        prove(office, number)
        office.put("penalties.csv", rows_of_firms(7))
        office.run(now=LATER)
        resolve(office)
        permit = self.own(office).permit(subject=GONE, purpose=Purpose.OWN_CUSTOMER_VIEW, now=LATER)
        assert portrait(GONE, permit=permit, settings=office.settings).chapters == ()
        assert GONE in everything_stored(office)
        remove_rows(number, settings=office.settings, now=LATER)
        prove(office, number)
        assert GONE not in everything_stored(office)
        assert [proof.body["rows"] for proof, _, _ in rights.deletion_proofs(number)] == [2, 1]

    def test_the_same_file_again_brings_nothing_back(self, office: Installation) -> None:
        dataset = loaded(office)
        remove_rows(approved(dataset), settings=office.settings, now=FIRST_DAY)
        office.run(now=LATER)
        assert GONE not in everything_stored(office)


class Stopped(BaseException):
    """What a kill looks like to the database."""


MOMENTS = {
    "before the new file is written": "_write_without",
    "before the replacement is recorded": "_hash",
    "after it is recorded, before it is durable": "_sync",
    "before the name is given": "_replace",
}


@pytest.mark.django_db
class TestKill:
    def test_at_any_point_every_file_is_the_old_or_the_new_one(
        self, office: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cases = [(step, nth) for step in MOMENTS.values() for nth in (1, 2)]
        dataset = loaded(office, firms=len(cases))
        for serial, (step, nth) in enumerate(cases, start=1):
            number = approved(dataset, subject=uscc(serial))
            before = stored_rows(office)
            with monkeypatch.context() as patched:
                patched.setattr(erasing, step, stopping(getattr(erasing, step), nth))
                with pytest.raises(Stopped):
                    remove_rows(number, settings=office.settings, now=FIRST_DAY)
            halfway = stored_rows(office)
            replaced = remove_rows(number, settings=office.settings, now=FIRST_DAY)
            for old, seen, new in zip(before, halfway, stored_rows(office), strict=True):
                assert seen in (old, new)
            assert uscc(serial) not in everything_stored(office)
            assert sum(one.rows for one in replaced) == 2


class TestReplace:
    @pytest.mark.parametrize(("nth", "left"), [(1, b"old"), (2, b"old"), (3, b"new")])
    def test_a_real_kill_leaves_the_old_file_or_the_new_one_whole(
        self, tmp_path: Path, nth: int, left: bytes
    ) -> None:
        fresh, kept = tmp_path / "draft" / "rows", tmp_path / "kept" / "rows"
        for path, content in ((fresh, b"new"), (kept, b"old")):
            path.parent.mkdir()
            path.write_bytes(content)
        child = os.fork()
        if not child:
            erasing._sync = stopping(  # type: ignore[assignment]
                lambda _: None, nth, by=lambda: os.kill(os.getpid(), signal.SIGKILL)
            )
            erasing._replace(fresh, kept)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert kept.read_bytes() == left


def stop() -> None:
    raise Stopped


def stopping(
    real: Callable[..., object], nth: int, *, by: Callable[[], None] = stop
) -> Callable[..., object]:
    """The function, until its nth call."""
    calls = iter(range(1, 1000))

    def call(*args: object) -> object:
        if next(calls) == nth:
            by()
        return real(*args)

    return call


@pytest.mark.django_db
class TestRetained:
    def terms(self, office: Installation, *extra: str) -> str:
        """A dataset of penalties whose contract says so."""
        office.put("penalties.csv", rows_of_firms(6))
        office.run()
        lines = "".join(
            f"- property: {name}\n  value: '{value}'\n"
            for name, value in (pair.split("=") for pair in extra)
        )
        (name,) = (path.name for path in office.settings.proposals.iterdir())
        contract = next((office.settings.proposals / name).glob("*contract*"))
        text = contract.read_text(encoding="utf-8")
        place = text.rindex("\ncustomProperties:\n") + len("\ncustomProperties:\n")
        contract.write_text(text[:place] + lines + text[place:], encoding="utf-8")
        office.accept()
        (outcome,) = office.run()
        resolve(office)
        return outcome.dataset

    def test_old_rows_and_expired_facts_are_counted_each_by_its_rule(
        self, office: Installation
    ) -> None:
        dataset = self.terms(office, "retention=1 year", "negative=dishonest")
        permit = sealed(ALL_SUBJECTS, Purpose.DATA_QUALITY, at=FIRST_DAY)
        facts = negative_facts(permit=permit, settings=office.settings, now=FIRST_DAY)
        assert {fact.subject for fact in facts} == {uscc(n) for n in range(1, 7)}
        assert {fact.standing for fact in facts} == {rights.Standing.ACTIVE}
        for year, counts in (
            (2024, set()),
            (2025, {("old_rows", dataset, 2)}),
            (2026, {("old_rows", dataset, 6), ("expired_facts", dataset, 2)}),
        ):
            day = dt.datetime(year, 1, 4, 12, tzinfo=FIRST_DAY.tzinfo)
            found = rows_due(permit=permit, settings=office.settings, now=day)
            assert {(due.what, due.reference, due.count) for due in found} == counts

    def told(self, office: Installation, dataset: str, **changed: Any) -> set[str]:
        """Whose facts a permit for another party lets through."""
        plain: dict[str, Any] = {
            "ground": Ground.AUTHORISATION,
            "catalogues": frozenset({dataset}),
            "data_from": dt.date(2024, 1, 1),
            "data_to": dt.date(2024, 2, 1),
            "personal": False,
        }
        permit = replace(sealed(ALL_SUBJECTS, Purpose.REPORT, at=FIRST_DAY), **plain | changed)
        facts = negative_facts(permit=permit.with_seal(), settings=office.settings, now=FIRST_DAY)
        return {fact.subject for fact in facts}

    def test_facts_outside_the_permits_period_are_not_told(self, office: Installation) -> None:
        dataset = self.terms(office, "negative=penalty")
        assert self.told(office, dataset) == {uscc(n) for n in range(1, 7)}
        third = {"data_from": dt.date(2024, 1, 4), "data_to": dt.date(2024, 1, 5)}
        assert self.told(office, dataset, **third) == {uscc(3)}
        assert self.told(office, dataset, catalogues=frozenset({"other"})) == set()

    def test_no_fact_is_told_of_which_a_part_may_not_be_read(self, office: Installation) -> None:
        dataset = self.terms(office, "negative=penalty")
        base = contract(dataset=dataset)
        amount = next(one.name for one in base.fields if one.type is FieldType.MONEY)
        arisen = next(one.name for one in base.fields if one.meaning is Meaning.EVENT_TIME)
        base = replace(base, extra=(*base.extra, ("negative_amount", amount)))
        everybody = {uscc(n) for n in range(1, 7)}
        cases: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
            ({"level": Level.L4}, {"highest_level": 4}),
            ({"personal": PersonalClass.C2}, {"personal": True}),
            ({"sharing": Sharing.WITHHELD}, {"ground": Ground.BASIS}),
        )
        for field, (marked, enough) in product((arisen, amount), cases):
            fields = (replace(f, **marked) if f.name == field else f for f in base.fields)
            changed = replace(base, fields=tuple(fields))
            version = next_version(old=contract(dataset=dataset), new=changed)
            changed = replace(changed, version=version)
            register_contract(contract=changed, accepted_by="tester", now=LATER)
            assert self.told(office, dataset) == set()
            assert self.told(office, dataset, **enough) == everybody

    def test_an_erased_subject_has_no_negative_facts(self, office: Installation) -> None:
        dataset = self.terms(office, "negative=penalty")
        approved(dataset)
        permit = OwnData(reader="clerk").permit(
            subject=ALL_SUBJECTS, purpose=Purpose.DATA_QUALITY, now=FIRST_DAY
        )
        facts = negative_facts(permit=permit, settings=office.settings, now=FIRST_DAY)
        assert GONE not in {fact.subject for fact in facts}
        assert STAYS in {fact.subject for fact in facts}
