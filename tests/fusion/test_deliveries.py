from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from tests.fusion.claims.conftest import fines, parquet
from tests.fusion.conftest import FIRST_DAY, HOLDER, Installation, only, refused, rows_of_firms

from shuxin.fusion.deliveries import delivery_of
from shuxin.fusion.ingest import Importer
from shuxin.fusion.outcome import State
from shuxin.infra.api import silent_progress

pytestmark = pytest.mark.django_db
LATER = FIRST_DAY + dt.timedelta(days=2)


def manifest(*listed: Any) -> str:
    return json.dumps({"kind": "shuxin-city", "catalogues": list(listed)})


class TestAFileThatDoesNotCome:
    def test_is_told_by_name_and_the_others_load(self, office: Installation) -> None:
        office.put("a.csv", rows_of_firms(20))
        office.put("b.csv", rows_of_firms(30))
        office.load()
        (office.inbox / "a.csv").unlink()
        office.put("b.csv", rows_of_firms(40))
        before = office.table("a")
        loaded, missing = office.run(now=LATER)
        assert (loaded.file, loaded.state) == ("b.csv", State.LOADED)
        assert (missing.file, missing.state, missing.dataset) == ("a.csv", State.MISSING, "a")
        assert missing.error is not None
        assert missing.error.code == "import_file_missing"
        assert "a.csv" in missing.error.say("zh")
        assert "市场监管局" in missing.error.say("en")
        assert office.table("a") == before

    def test_is_not_asked_for_when_one_file_alone_is_imported(self, office: Installation) -> None:
        office.put("a.csv", rows_of_firms(20))
        path = office.put("b.csv", rows_of_firms(30))
        office.load()
        (office.inbox / "a.csv").unlink()
        importer = Importer(office.settings, "tester", LATER, "en", silent_progress)
        outcome = only(importer.run(office.inbox, holder=HOLDER, only=path))
        assert outcome.state is State.UNCHANGED

    def test_is_there_where_any_file_fits_a_pattern(self, office: Installation) -> None:
        office.put("2024-01.csv", rows_of_firms(20))
        office.run()
        office.edit_text(old="file: 2024-01.csv", new="file: 2024-*.csv")
        office.accept()
        office.put("2024-02.csv", rows_of_firms(25))
        (office.inbox / "2024-01.csv").unlink()
        assert only(office.run(now=LATER)).state is State.LOADED
        (office.inbox / "2024-02.csv").unlink()
        missing = only(office.run(now=LATER))
        assert (missing.file, missing.state) == ("2024-*.csv", State.MISSING)

    def test_is_known_by_the_manifest_before_it_ever_came(self, office: Installation) -> None:
        office.put("a.csv", rows_of_firms(20))
        office.put("manifest.json", manifest({"file": "a.csv"}, {"file": "税务/b.csv"}))
        proposed, missing = office.run()
        assert proposed.state is State.PROPOSED
        assert (missing.file, missing.state) == ("税务/b.csv", State.MISSING)


class TestAManifest:
    def test_says_which_files_are_read(self, office: Installation) -> None:
        """What else lies in the folder, such as the truth of a synthetic city, is no part of the delivery."""
        office.put("a.csv", rows_of_firms(20))
        office.put("truth/labels.csv", rows_of_firms(20))
        office.put("manifest.json", manifest({"file": "a.csv", "rows": 20}))
        assert [one.file for one in office.run()] == ["a.csv"]

    def test_is_held_against_the_rows_that_came(self, office: Installation) -> None:
        office.put("fines.parquet", parquet(fines(30)))
        office.put("manifest.json", manifest({"file": "fines.parquet", "rows": 31}))
        assert refused(office.run()) == "delivery_short"
        office.put("manifest.json", manifest({"file": "fines.parquet", "rows": 30}))
        assert only(office.run()).state is State.PROPOSED

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "[]",
            "{}",
            "{",
            "[" * 100_000,
            json.dumps({"catalogues": 7}),
            json.dumps({"catalogues": [{}]}),
            json.dumps({"catalogues": [{"file": "../x.csv"}, {"file": "/etc/passwd"}]}),
            json.dumps({"catalogues": [{"file": ".hidden"}, {"file": ""}, {"file": "a\\b"}]}),
        ],
    )
    def test_of_another_form_is_none(self, office: Installation, content: str) -> None:
        office.put("manifest.json", content)
        assert delivery_of(office.inbox) is None

    def test_counts_only_whole_numbers_of_rows(self, office: Installation) -> None:
        listed = [{"file": str(n), "rows": rows} for n, rows in enumerate((3, -1, True, "3", 2.0))]
        office.put("manifest.json", manifest(*listed))
        found = delivery_of(office.inbox)
        assert found is not None
        assert found.rows == {"0": 3, "1": None, "2": None, "3": None, "4": None}
