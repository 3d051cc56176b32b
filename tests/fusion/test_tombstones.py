"""A subject whose rows were erased or disputed, and what resolution makes of it afterwards."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fusion.conftest import FIRST_DAY, Installation, csv_text, rows_of_firms, uscc
from tests.permits import HOLDER, MemoryJournal, OwnData, sealed

from shuxin.consent.api import ALL_SUBJECTS, Purpose, rights
from shuxin.consent.models import Hold
from shuxin.fusion import tombstones
from shuxin.fusion.erasing import remove_rows
from shuxin.fusion.models import Entity, EntityEvent, Mention
from shuxin.fusion.portrait import EnterpriseUnknown, find_entity, portrait
from shuxin.fusion.resolution import entity_events
from shuxin.fusion.tombstones import follow_since, forget_names
from shuxin.fusion.who import resolve_all
from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME, CODE = "北京第77建材有限公司", uscc(77)
DAY = dt.timedelta(days=1)
ENTITIES = "abcd"
PLACEMENTS = st.dictionaries(st.integers(0, 5), st.sampled_from(ENTITIES), min_size=1)


@pytest.fixture
def days() -> Iterator[dt.datetime]:
    return (FIRST_DAY + nth * DAY for nth in count(1))


def resolve(office: Installation, *, now: dt.datetime) -> None:
    permit = sealed(ALL_SUBJECTS, Purpose.ENTITY_RESOLUTION, at=now)
    resolve_all(permit=permit, settings=office.settings, now=now, progress=silent_progress)


def penalties(office: Installation, *extra: list[str]) -> str:
    """Penalties of three coded firms and of one that is known by its name only; the dataset's name."""
    header, *rows = rows_of_firms(3)
    office.put("penalties.csv", [header, *rows, ["", NAME, "2024-02-02", "1"], *extra])
    return office.load()[0].dataset


def licences(office: Installation, *, now: dt.datetime) -> None:
    """Another file, in which the name has a code, as often as makes it more than hearsay."""
    for file in ("licences.csv", "register.csv"):
        rows = [[CODE, NAME, f"2024-03-{day:02}"] for day in range(1, 9)]
        office.put(file, csv_text([["统一社会信用代码", "企业名称", "许可日期"], *rows]))
        office.load(now=now)


def by_name() -> str:
    return str(Mention.objects.get(name_text=NAME, code_text="").entity.identity)


def approved(dataset: str, *, subject: str, requested: dt.datetime, now: dt.datetime) -> str:
    number = rights.request_erasure(
        subject=subject, dataset=dataset, reason="", by="first", now=requested
    )
    rights.approve_erasure(number, by="second", holder=HOLDER, journal=MemoryJournal(), now=now)
    return number


def rows_seen(office: Installation, subject: str, dataset: str, *, now: dt.datetime) -> int:
    permit = OwnData(reader="clerk").permit(
        subject=subject, purpose=Purpose.OWN_CUSTOMER_VIEW, now=now
    )
    found = portrait(subject, permit=permit, settings=office.settings)
    return sum(len(one.facts) for one in found.chapters if one.dataset == dataset)


@pytest.mark.django_db
class TestKeepHolds:
    def test_a_tombstone_follows_a_name_to_its_code(
        self, office: Installation, days: Iterator[dt.datetime]
    ) -> None:
        dataset = penalties(office)
        resolve(office, now=next(days))
        subject = by_name()
        licences(office, now=next(days))
        now = next(days)
        approved(dataset, subject=subject, requested=now, now=now)
        resolve(office, now=next(days))
        assert by_name() == CODE
        assert rows_seen(office, CODE, dataset, now=next(days)) == 0

    def test_rows_that_come_again_under_a_code_are_not_read(
        self, office: Installation, days: Iterator[dt.datetime]
    ) -> None:
        dataset = penalties(office)
        resolve(office, now=next(days))
        now = next(days)
        remove_rows(
            approved(dataset, subject=by_name(), requested=now, now=now),
            settings=office.settings, now=now,
        )  # fmt: skip
        licences(office, now=next(days))
        resolve(office, now=next(days))
        header, *rows = rows_of_firms(4)
        office.put("penalties.csv", [header, *rows, ["", NAME, "2024-02-02", "1"]])
        office.run(now=next(days))
        resolve(office, now=next(days))
        assert by_name() == CODE
        assert rows_seen(office, CODE, dataset, now=next(days)) == 0
        assert rows_seen(office, uscc(1), dataset, now=next(days)) == 1

    def test_a_resolution_between_request_and_approval_loses_nothing(
        self, office: Installation, days: Iterator[dt.datetime]
    ) -> None:
        dataset = penalties(office)
        resolve(office, now=next(days))
        subject, requested = by_name(), next(days)
        licences(office, now=next(days))
        resolve(office, now=next(days))
        now = next(days)
        number = approved(dataset, subject=subject, requested=requested, now=now)
        remove_rows(number, settings=office.settings, now=now)
        assert rows_seen(office, CODE, dataset, now=next(days)) == 0

    @given(PLACEMENTS, PLACEMENTS, st.sampled_from(ENTITIES))
    def test_every_mention_of_a_held_entity_is_held_wherever_it_goes(
        self, before: dict[int, str], after: dict[int, str], held: str
    ) -> None:
        first = {str(mention): entity for mention, entity in before.items()}
        then = {str(mention): entity for mention, entity in after.items()}
        events = entity_events(before=first, after=then, at=FIRST_DAY)
        moves = set(tombstones._moves(events, ()))
        went = {then[m] for m, entity in first.items() if entity == held and m in then}
        assert {a for b, a in moves if b == held} | {held} == went | {held}


@pytest.mark.django_db
class TestFollowSince:
    def happened(self, *moves: tuple[int, str, str]) -> None:
        EntityEvent.objects.bulk_create(
            EntityEvent(change="renamed", before=[b], after=[a], at=FIRST_DAY + n * DAY)
            for n, b, a in moves
        )

    def followed(self, *, since: dt.datetime) -> set[str]:
        Hold.objects.create(
            subject="a", dataset="d", field="*", why="erased", since=since, reference="r"
        )
        follow_since("a", since=since, now=since)
        return set(Hold.objects.values_list("subject", flat=True))

    def test_goes_from_resolution_to_resolution(self) -> None:
        self.happened((1, "a", "b"), (2, "b", "c"), (2, "x", "y"))
        assert self.followed(since=FIRST_DAY) == {"a", "b", "c"}

    def test_forgets_what_was_before(self) -> None:
        self.happened((1, "a", "b"), (3, "a", "c"))
        assert self.followed(since=FIRST_DAY + 2 * DAY) == {"a", "c"}

    def test_two_moves_of_one_resolution_are_no_chain(self) -> None:
        self.happened((1, "a", "b"), (1, "b", "c"))
        assert self.followed(since=FIRST_DAY) == {"a", "b"}


@pytest.mark.django_db
class TestForgetNames:
    def find(self, who: str) -> str:
        permit = sealed(ALL_SUBJECTS, Purpose.ENTITY_RESOLUTION, at=FIRST_DAY)
        return find_entity(who, permit=permit)

    def name(self, subject: str) -> str:
        return Entity.objects.get(identity=subject).name

    def test_who_only_erased_data_name_has_no_name_and_is_found_by_none(
        self, office: Installation, days: Iterator[dt.datetime]
    ) -> None:
        dataset = penalties(office)
        resolve(office, now=next(days))
        subject, now = uscc(2), next(days)
        spelled = self.name(subject)
        assert self.find(spelled) == subject
        number = approved(dataset, subject=subject, requested=now, now=now)
        remove_rows(number, settings=office.settings, now=now)
        assert self.name(subject) == ""
        with pytest.raises(EnterpriseUnknown):
            self.find(spelled)
        assert self.name(uscc(1)) != ""
        assert self.find(self.name(uscc(1))) == uscc(1)

    def test_nor_when_the_rows_come_again_and_are_resolved(
        self, office: Installation, days: Iterator[dt.datetime]
    ) -> None:
        dataset = penalties(office)
        resolve(office, now=next(days))
        subject, now = uscc(2), next(days)
        spelled = self.name(subject)
        remove_rows(
            approved(dataset, subject=subject, requested=now, now=now),
            settings=office.settings, now=now,
        )  # fmt: skip
        office.put("penalties.csv", rows_of_firms(4))
        office.run(now=next(days))
        resolve(office, now=next(days))
        assert Mention.objects.filter(entity__identity=subject).exists()
        assert self.name(subject) == ""
        with pytest.raises(EnterpriseUnknown):
            self.find(spelled)

    def test_the_name_is_what_the_other_data_say_most(self) -> None:
        entity = Entity.objects.create(identity="a", code="", name="erased", since=FIRST_DAY)
        for nth, (dataset, name, rows) in enumerate(
            [("gone", "erased", 9), ("d", "rare", 1), ("d", "common", 3), ("e", "", 5)]
        ):
            Mention.objects.create(
                key=str(nth), dataset=dataset, name_text=name, name_key=name, rows=rows,
                first_known=FIRST_DAY, last_known=FIRST_DAY, entity=entity,
            )  # fmt: skip
        Hold.objects.create(
            subject="a", dataset="gone", field="*", why="erased", since=FIRST_DAY, reference="r"
        )
        forget_names(now=FIRST_DAY)
        entity.refresh_from_db()
        assert (entity.name, entity.gone_at) == ("common", None)
        assert set(Mention.objects.values_list("name_key", flat=True)) == {"", "rare", "common"}
