from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from tests.catalogue.conftest import power_bill

from shuxin.catalogue import api, models
from shuxin.kernel.text import Text

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
FINDING = api.Finding(
    code="code_unknown",
    field="kind",
    severity=api.Severity.WARNING,
    count=2,
    share=0.02,
    detail=Text("two codes", "两个代码"),
    example_lines=(3, 9),
)


def registered(contract: api.Contract | None = None) -> api.Registered:
    return api.register_contract(contract=contract or power_bill(), accepted_by="wang", now=NOW)


def new_load(**changed: object) -> api.NewLoad:
    given = {
        "dataset": "power_bill",
        "contract_version": "1.0.0",
        "source_file": "2026/电费.xlsx",
        "content_sha256": "a" * 64,
        "mapping_hash": "m" * 64,
        "known_time": NOW,
        "loaded_at": NOW,
        "rows_above": 2,
        "rows_read": 100,
        "rows_loaded": 98,
        "rows_rejected": 2,
        "store_name": "s1",
        "bytes_read": 4096,
    }
    return api.NewLoad(**(given | changed))  # type: ignore[arg-type]


class TestRegisterSource:
    def test_keeps_it_once(self) -> None:
        source = api.NewSource("power", "folder", "/data/power", "PWR")
        first = api.register_source(source=source, now=NOW)
        assert api.register_source(source=source, now=NOW + timedelta(days=1)) == first
        assert api.sources() == (first,)
        with pytest.raises(api.SourceDiffers):
            api.register_source(source=replace(source, department="WAT"), now=NOW)

    @pytest.mark.parametrize(
        "location",
        ["postgresql://user:secret@db/x", "host=db password=secret", "jdbc:x;PWD=secret"],
    )
    def test_refuses_a_password(self, location: str) -> None:
        with pytest.raises(api.SourceInvalid) as caught:
            api.NewSource("power", "database", location, "PWR")
        assert "secret" not in str(caught.value)


class TestRegisterContract:
    def test_accepts_the_same_content_once(self) -> None:
        assert registered() == api.Registered(version="1.0.0", changes=(), is_new=True)
        assert registered() == api.Registered(version="1.0.0", changes=(), is_new=False)
        assert models.ContractVersion.objects.count() == 1
        assert api.contract(dataset="power_bill") == power_bill()

    def test_demands_a_major_version_for_a_break(self) -> None:
        registered()
        broken = power_bill(key=("account",))
        for version in ("1.0.0", "1.1.0"):
            with pytest.raises(api.ContractVersionTooLow):
                registered(replace(broken, version=version))
        found = registered(replace(broken, version="2.0.0"))
        assert [change.kind for change in found.changes] == [api.ChangeKind.KEY]
        assert registered().is_new is False
        view = api.dataset(name="power_bill", now=NOW)
        assert [version.version for version in view.versions] == ["2.0.0", "1.0.0"]
        assert view.versions[0].changes == found.changes
        assert view.contract.key == ("account",)
        assert api.contract(dataset="power_bill", version="1.0.0").key == ("account", "month")

    def test_unknown_datasets_are_not_found(self) -> None:
        for ask in (
            lambda: api.contract(dataset="nothing"),
            lambda: api.dataset(name="nothing", now=NOW),
            lambda: api.record_load(load=new_load()),
        ):
            with pytest.raises(api.DatasetUnknown):
                ask()
        assert api.loads(dataset="nothing") == ()


class TestDatasets:
    def test_are_found_by_words_of_either_language(self) -> None:
        registered()
        registered(
            power_bill(
                dataset="tax_return",
                title="增值税申报",
                department="TAX 税务局",
                group=api.DataGroup.FINANCIAL,
            )
        )

        def names(**asked: object) -> list[str]:
            return [found.name for found in api.datasets(now=NOW, **asked)]  # type: ignore[arg-type]

        assert names() == ["power_bill", "tax_return"]
        assert names(search="值税") == ["tax_return"]
        assert names(search="POWER 户号") == ["power_bill"]
        assert names(search="ＴＡＸ") == ["tax_return"]
        assert names(search="户号") == ["power_bill", "tax_return"]
        assert names(search="100%_\x00") == []
        assert names(department="TAX 税务局") == ["tax_return"]
        assert names(group=api.DataGroup.PUBLIC) == ["power_bill"]
        (found,) = api.datasets(now=NOW, search="power")
        assert (found.highest_level, found.field_count, found.rows) == (api.Level.L3, 6, 0)
        assert found.freshness.state is api.Timeliness.UNKNOWN


class TestLoads:
    def test_are_recorded_once_with_their_findings(self) -> None:
        registered()
        with transaction.atomic():
            first = api.record_load(load=new_load(), findings=[FINDING])
        again = api.record_load(
            load=new_load(store_name="s2", loaded_at=NOW + timedelta(hours=1)), findings=[FINDING]
        )
        assert again == first
        view = api.dataset(name="power_bill", now=NOW)
        assert view.loads == (first,)
        assert view.findings == (api.LoadFinding(load_id=first.id, finding=FINDING),)
        assert api.all_store_names() == frozenset({"s1"})
        key = ("dataset", "source_file", "content_sha256", "mapping_hash", "contract_version")
        asked = {name: getattr(first, name) for name in key}
        assert api.find_load(**asked) == first
        assert api.find_load(**asked | {"mapping_hash": "n" * 64}) is None

    def test_a_newer_content_supersedes_from_its_known_time_on(self) -> None:
        registered()
        old = api.record_load(load=new_load(known_time=NOW - timedelta(days=30), store_name="s0"))
        new = api.record_load(load=new_load(content_sha256="b" * 64, rows_read=52, rows_loaded=50))
        other = api.record_load(load=new_load(source_file="other.csv", store_name="s3"))
        assert api.loads(dataset="power_bill") == (new, other)
        assert api.loads(dataset="power_bill", known_before=NOW) == (old,)
        assert api.loads(dataset="power_bill", known_before=old.known_time) == ()
        view = api.dataset(name="power_bill", now=NOW + timedelta(days=36))
        assert view.rows == 148
        assert view.loads == (other, new, old)
        assert view.freshness.state is api.Timeliness.ON_TIME
        (summary,) = api.datasets(now=NOW + timedelta(days=37))
        assert summary.rows == 148
        assert summary.freshness.state is api.Timeliness.LATE

    def test_an_old_file_that_arrives_late_does_not_supersede(self) -> None:
        registered()
        new = api.record_load(load=new_load())
        api.record_load(load=new_load(content_sha256="b" * 64, known_time=NOW - timedelta(days=9)))
        assert api.loads(dataset="power_bill") == (new,)

    def test_of_equal_known_time_the_last_recorded_is_current(self) -> None:
        registered()
        api.record_load(load=new_load())
        remapped = api.record_load(load=new_load(mapping_hash="n" * 64))
        assert api.loads(dataset="power_bill") == (remapped,)

    def test_lose_no_row_silently(self) -> None:
        with pytest.raises(ValueError):
            new_load(rows_loaded=97)

    def test_a_failed_transaction_of_the_caller_leaves_nothing(self) -> None:
        registered()
        with transaction.atomic():
            api.record_load(load=new_load(), findings=[FINDING])
            transaction.set_rollback(True)
        assert api.loads(dataset="power_bill") == ()


class TestFacts:
    def test_are_neither_changed_nor_deleted(self) -> None:
        registered()
        api.record_load(load=new_load())
        row = models.Load.objects.get()
        row.rows_loaded = 1
        for change in (
            row.save,
            row.delete,
            models.Load.objects.all().delete,
            lambda: models.Load.objects.update(rows_loaded=1),
            lambda: models.ContractVersion.objects.update(yaml=""),
        ):
            with pytest.raises(TypeError):
                change()
        assert models.Load.objects.get().rows_loaded == 98


class TestLineageRecords:
    def test_impact_follows_the_newest_lineage_and_keeps_the_older(self) -> None:
        def lineage(*columns: str) -> api.Lineage:
            return api.Lineage(
                columns=tuple(
                    api.ColumnLineage(
                        column=f"{column}_12m",
                        direct=frozenset({api.SourceColumn("power_bill", column)}),
                        indirect=frozenset({api.SourceColumn("power_bill", "month")}),
                    )
                    for column in columns
                )
            )

        for recorded in (lineage("amount", "kind"), lineage("amount"), lineage("amount")):
            api.record_lineage(derived="features", lineage=recorded, now=NOW)
        assert models.LineageRecord.objects.count() == 2
        assert api.lineages() == {"features": lineage("amount")}
        amount = api.SourceColumn("features", "amount_12m")
        assert api.impact(dataset="power_bill", field="amount") == (amount,)
        assert api.impact(dataset="power_bill", field="month") == (amount,)
        assert api.impact(dataset="power_bill", field="kind") == ()


class TestBreakers:
    def test_the_newest_of_a_column_holds(self) -> None:
        first = api.Breaker(
            column="owners",
            to_level=api.Level.L2,
            kind=api.BreakerKind.AGGREGATE,
            reason="at least 30",
            reviewer="li",
            valid_until=date(2027, 1, 1),
        )
        second = replace(first, to_level=api.Level.L1, to_personal=api.PersonalClass.NONE)
        for breaker in (first, second):
            api.record_breaker(dataset="features", breaker=breaker, now=NOW)
        assert api.breakers(dataset="features") == (second,)
        assert api.breakers(dataset="other") == ()


class TestAPI:
    def test_every_name_can_be_had(self) -> None:
        for name in api.__all__:
            assert getattr(api, name) is not None
        with pytest.raises(AttributeError):
            _ = api.nothing

    def test_importing_it_loads_nothing_heavy(self) -> None:
        program = (
            "import sys, shuxin.catalogue.api;"
            "heavy = {'ibis', 'pydantic', 'django', 'duckdb', 'yaml'} & sys.modules.keys();"
            "print(sorted(heavy))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "[]"
