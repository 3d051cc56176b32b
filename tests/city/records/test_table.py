from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from shuxin.city.catalogues import CATALOGUES, OUTSIDE, FieldKind, SourceKind
from shuxin.city.dirt.kinds import DirtKind
from shuxin.city.records.coded import recipes
from shuxin.city.records.columns import plain
from shuxin.city.records.damage import DATED_BACK, LATE, by_hand, may_be_dated_back
from shuxin.city.records.drawn import NO_DAY, NOTHING, Drawn, Names, blocks, person_name
from shuxin.city.records.table import Made, Table
from shuxin.city.records.times import DAY_SECONDS, LAST_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.drawn import Block, Recipe
    from shuxin.city.records.register import Register
    from shuxin.city.records.views import Views
    from shuxin.city.world.world import World

FEW = [one for one in (*CATALOGUES, *OUTSIDE) if one.rows.budget_millions < 2.5]


def made(
    register: Register, views: Views, catalogue: Catalogue, recipe: Recipe | None = None
) -> Made:
    table = Table(register=register, views=views, catalogue=catalogue, recipe=recipe)
    return table.block(blocks(register.world)[0])


class TestEveryCatalogue:
    @pytest.mark.parametrize("department", sorted({one.department for one in FEW}))
    def test_is_filled_as_it_is_declared(
        self, register: Register, views: Views, department: str
    ) -> None:
        for catalogue in FEW:
            if catalogue.department != department:
                continue
            batch = made(register, views, catalogue).batch
            batch.validate(full=True)
            for one in catalogue.fields:
                column = batch.column(one.name)
                if not one.nullable:
                    assert column.null_count == 0, (catalogue.slug, one.name)
                elif (
                    one.source.share < 1
                    and len(column) > 200
                    and one.source.kind is not SourceKind.AFTER
                ):
                    absent = column.null_count / len(column)
                    assert absent > 0, (catalogue.slug, one.name)
            for name in ("subject_code", "subject_name", "src_id", "batch_id", "known_time"):
                assert batch.column(name).null_count == 0

    def test_reads_no_quality_but_by_views(self, register: Register, views: Views) -> None:
        """With other qualities behind the same views, money and failures, every row is the same."""
        blind = replace(register.world, quality=np.full_like(register.world.quality, 99.0))
        other = replace(register, world=blind)
        views.make_all()
        for catalogue in FEW[::40]:
            one = made(register, views, catalogue).batch
            assert made(other, views, catalogue).batch.equals(one), catalogue.slug


class TestSources:
    def test_fen_follow_the_money_of_the_month(
        self, register: Register, views: Views, small: World, by_slug: Mapping[str, Catalogue]
    ) -> None:
        catalogue = by_slug["retail_sales_reports"]
        one = next(
            f
            for f in catalogue.fields
            if f.source.kind is SourceKind.ACTIVITY and f.kind is FieldKind.FEN
        )
        rows, seen = made(register, views, catalogue), {}

        def recipe(world: World, block: Block) -> Drawn:
            return Drawn(
                firm=np.array([3, 5], np.int32),
                day=np.array([19_000, 19_000], np.int32),
                month=np.array([14, 14], np.int16),
            )

        seen = made(register, views, catalogue, recipe).batch.column(one.name).to_pylist()[:2]
        money = getattr(small.money, one.source.column)[[3, 5], 14]
        for value, base in zip(seen, money, strict=True):
            assert one.source.low * base * 0.4 <= value <= one.source.high * base * 2.5 + 1
        assert len(rows.batch) > 0

    def test_a_recipe_has_the_last_word(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        catalogue = by_slug["news_sentiment"]

        def recipe(world: World, block: Block) -> Drawn:
            return Drawn(
                firm=np.array([1, 1, 2], np.int32),
                day=np.array([19_000, 19_001, 19_002], np.int32),
                month=np.array([14, 14, 14], np.int16),
                known=np.array([19_001, 19_002, LAST_DAY + 1], np.int64) * 86_400,
                values={
                    "polarity": np.array([0.25, np.nan, 0.5]),
                    "topic": np.array([1, 0, 2], np.int8),
                    "source": pa.array(["甲", "乙", "丙"]),
                    "credibility": np.array([5, NOTHING, 6], np.int64),
                    "uscc_list": np.array([7, -1, 8], np.int32),
                },
            )

        batch = made(register, views, catalogue, recipe).batch.slice(0, 2)
        assert batch.column("polarity").to_pylist() == [0.25, None]
        assert batch.column("topic").to_pylist() == ["lawsuit", "default"]
        assert batch.column("source").to_pylist() == ["甲", "乙"]
        assert batch.column("credibility").to_pylist() == [5, None]
        assert batch.column("uscc_list").to_pylist() == [register.uscc[7].as_py(), None]

    def test_names_of_firms_persons_and_others(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        catalogue = by_slug["shareholders"]
        names = Names(
            place=np.array([4, int(person_name(np.array([9]))[0]), -1], np.int32),
            words=pa.array([None, None, "某基金"], pa.string()),
        )

        def recipe(world: World, block: Block) -> Drawn:
            return Drawn(
                firm=np.zeros(3, np.int32),
                day=np.full(3, 19_000, np.int32),
                month=np.full(3, 14, np.int16),
                values={
                    "holder_name": names,
                    "valid_to": np.array([NO_DAY, 19_100, NO_DAY], np.int32),
                    "holder_id_hmac": np.array([-1, 9, -1], np.int32),
                },
            )

        batch = made(register, views, catalogue, recipe).batch.slice(0, 3)
        person = register.person_names(np.array([9]))[0].as_py()
        assert batch.column("holder_name").to_pylist() == [
            register.name[4].as_py(),
            person,
            "某基金",
        ]
        assert [day is None for day in batch.column("valid_to").to_pylist()] == [True, False, True]
        codes = batch.column("holder_id_hmac").to_pylist()
        assert codes[0] is None
        assert codes[1] == register.person_codes(np.array([9]))[0].as_py()

    def test_an_end_is_seen_only_after_it_came(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        for slug, name in (("abnormal_taxpayers", "lifted_on"), ("credit_repairs", "decided_on")):
            batch = made(register, views, by_slug[slug]).batch
            ends, known = batch.column(name), batch.column("known_time")
            early = pc.less_equal(ends, pc.cast(known, pa.date32()))
            assert pc.all(pc.fill_null(early, fill_value=True)).as_py()

    @pytest.mark.parametrize(
        ("slug", "end"), [("abnormal_taxpayers", "lifted_on"), ("credit_blacklists", "left_on")]
    )
    def test_who_is_taken_off_a_list_has_the_same_row_again_with_its_end(
        self,
        slug: str,
        end: str,
        register: Register,
        views: Views,
        by_slug: Mapping[str, Catalogue],
    ) -> None:
        table = Table(register=register, views=views, catalogue=by_slug[slug], recipe=None)
        clean = table.clean(blocks(register.world)[0])
        over = np.asarray(clean.columns[end].is_valid())
        serial = next(
            one.name for one in by_slug[slug].fields if one.source.kind is SourceKind.SERIAL
        )
        number = np.array(clean.columns[serial].to_pylist())
        first, again = number[: len(np.unique(number))], number[len(np.unique(number)) :]
        assert len(again) > 10
        assert len(np.unique(first)) == len(first)
        assert over[len(first) :].all()
        place = np.array([np.flatnonzero(first == one)[0] for one in again])
        assert not over[place].any()
        assert (clean.known[len(first) :] > clean.known[place]).all()
        for name, column in clean.columns.items():
            if name != end:
                assert column.slice(len(first)).equals(column.take(pa.array(place))), name

    def test_a_register_shows_the_name_of_the_time(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        table = Table(
            register=register,
            views=views,
            catalogue=by_slug["enterprise_registration"],
            recipe=recipes()["enterprise_registration"],
        )
        clean = table.clean(blocks(register.world)[0])
        renamed = register.renamed[clean.firm]
        before = (clean.known // DAY_SECONDS < renamed) & (renamed < LAST_DAY)
        assert before.sum() > 20
        shown = clean.columns["name"]
        former = register.former.take(pa.array(clean.firm))
        now = register.name.take(pa.array(clean.firm))
        assert shown.filter(pa.array(before)).equals(former.filter(pa.array(before)))
        assert shown.filter(pa.array(~before)).equals(now.filter(pa.array(~before)))

    def test_accounts_are_the_same_in_all_tables_of_a_department(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        known: dict[str, set[str]] = {}
        for slug in ("water_bills", "water_connections"):
            batch = made(register, views, by_slug[slug]).batch
            rows = zip(
                batch.column("subject_code").to_pylist(),
                batch.column("subject_name").to_pylist(),
                strict=True,
            )
            for code, name in rows:
                known.setdefault(code, set()).add(name[:3])
        bills = made(register, views, by_slug["water_bills"]).batch
        connections = made(register, views, by_slug["water_connections"]).batch
        shared = set(bills.column("subject_code").to_pylist()) & set(
            connections.column("subject_code").to_pylist()
        )
        assert len(shared) > 100

    def test_employers_of_persons_are_their_own(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        catalogue = by_slug["medical_person_years"]
        batch = made(register, views, catalogue).batch
        assert batch.column("subject_code").equals(batch.column("person_hmac"))
        pairs = set(
            zip(
                batch.column("person_hmac").to_pylist(),
                batch.column("insured_unit").to_pylist(),
                strict=True,
            )
        )
        assert len(pairs) == len(set(batch.column("person_hmac").to_pylist()))

    def test_lists_have_subjects_of_their_own(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        codes = made(register, views, by_slug["regions"]).batch.column("subject_code").to_pylist()
        assert set(codes) == {f"34990{n}" for n in range(1, 8)}


class TestDamage:
    @pytest.fixture
    def harmed(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> tuple[Catalogue, Made]:
        catalogue = by_slug["consumer_complaints"]
        return catalogue, made(register, views, catalogue)

    def test_truth_tells_every_wrong_code_and_name(
        self, harmed: tuple[Catalogue, Made], register: Register
    ) -> None:
        _, one = harmed
        many = len(one.batch) - one.doubled
        codes = np.array(one.batch.column("subject_code").to_pylist(), object)[:many]
        truth = [
            (int(row), before, after, int(firm))
            for part in one.damage
            if part.column == "subject_code"
            for row, before, after, firm in zip(
                part.row, part.before.to_pylist(), part.after.to_pylist(), part.firm, strict=True
            )
        ]
        right = set(register.uscc.to_pylist())
        wrong = {row for row in range(many) if codes[row] not in right}
        assert {row for row, *_ in truth} == wrong
        assert all(codes[row] == after for row, _, after, _ in truth)
        assert all(before == register.uscc[firm].as_py() for _, before, _, firm in truth)

    def test_rates(self, harmed: tuple[Catalogue, Made]) -> None:
        _, one = harmed
        many = len(one.batch) - one.doubled
        counted = {
            start: sum(len(part.row) for part in one.damage if part.kind.startswith(start))
            for start in ("code_", "name_", LATE)
        }
        # 13,000 rows: five standard errors
        for start, rate in (("code_", 0.008), ("name_", 0.05), (LATE, 0.03)):
            assert abs(counted[start] / many - rate) < 5 * (rate / many) ** 0.5
        assert abs(one.doubled / many - 0.005) < 5 * (0.005 / many) ** 0.5

    def test_second_copies_stand_last_and_are_known_later(
        self, harmed: tuple[Catalogue, Made]
    ) -> None:
        _, one = harmed
        many = len(one.batch) - one.doubled
        told = next(part for part in one.damage if part.kind == "doubled_row")
        for copy, first in zip(told.row.tolist(), told.before.to_pylist(), strict=True):
            assert copy >= many
            a, b = one.batch.slice(int(first), 1), one.batch.slice(copy, 1)
            assert a.column("src_id").equals(b.column("src_id"))
            assert a.column("known_time")[0].as_py() < b.column("known_time")[0].as_py()
            assert a.column("topic").equals(b.column("topic"))

    def test_amounts_by_hand_slip_by_a_hundred(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        catalogue = by_slug["hpf_unit_months"]
        assert by_hand(catalogue)
        one = made(register, views, catalogue)
        slips = [part for part in one.damage if part.kind == DirtKind.UNIT_SLIP.value]
        assert slips
        for part in slips:
            column = one.batch.column(part.column)
            for row, before in zip(part.row.tolist(), part.before.to_pylist(), strict=True):
                assert column[row].as_py() == int(before) // 100

    def test_some_events_are_dated_back_and_the_truth_keeps_the_day(
        self, register: Register, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        catalogue = by_slug["spot_checks"]
        assert may_be_dated_back(catalogue)
        one = made(register, views, catalogue)
        (told,) = (part for part in one.damage if part.kind == DATED_BACK)
        assert told.column == catalogue.event.name
        assert 0.001 < len(told.row) / len(one.batch) < 0.006
        written = one.batch.column(told.column)
        for row, before, after in zip(
            told.row.tolist(), told.before.to_pylist(), told.after.to_pylist(), strict=True
        ):
            assert written[row].as_py() == after
            assert 20 <= (before - after).days < 365

    def test_what_machines_write_or_periods_are_not_dated_back(
        self, by_slug: Mapping[str, Catalogue]
    ) -> None:
        for slug in ("invoices_out", "bank_flows", "vat_returns", "power_days"):
            assert not may_be_dated_back(by_slug[slug])

    def test_machines_do_not_slip(self, by_slug: Mapping[str, Catalogue]) -> None:
        assert not by_hand(by_slug["invoices_out"])
        assert not by_hand(by_slug["bank_flows"])

    def test_a_name_from_before_is_no_damage(
        self, harmed: tuple[Catalogue, Made], register: Register
    ) -> None:
        _, one = harmed
        former = set(register.former.to_pylist())
        wrong = {int(row) for part in one.damage if part.kind == "name_former" for row in part.row}
        names = one.batch.column("subject_name").to_pylist()
        old = [row for row, name in enumerate(names) if name in former and row not in wrong]
        assert old
        codes = dict(zip(register.uscc.to_pylist(), range(register.count), strict=False))
        known = pc.cast(one.batch.column("known_time"), pa.date32()).cast(pa.int32()).to_pylist()
        for row in old:
            firm = codes.get(one.batch.column("subject_code")[row].as_py())
            if firm is not None:
                assert known[row] < register.renamed[firm]


class TestTypes:
    def test_dictionaries_are_plain_on_disk(self) -> None:
        assert plain(pa.dictionary(pa.int16(), pa.string())) == pa.string()
        assert plain(pa.int64()) == pa.int64()
