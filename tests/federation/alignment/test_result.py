import json
import shutil
from pathlib import Path

import pytest
from tests.federation.alignment.cases import HOLDER, LABEL, align, job_of, kept, universe

from shuxin.federation.alignment.refusal import ResultDamaged
from shuxin.federation.alignment.result import aligned_codes, read_aligned

POOL = universe(40)


@pytest.fixture
def blind(tmp_path: Path) -> Path:
    """A label party's folder of a holder-blind alignment."""
    outcome = align(job_of(learn="one"), [set(POOL[:30]), set(POOL[10:])], tmp_path)
    kept(outcome, LABEL, tmp_path)
    return next(tmp_path.glob("results-*"))


def changed_summary(folder: Path, **values: object) -> None:
    said = json.loads((folder / "summary").read_bytes())
    (folder / "summary").write_text(json.dumps(said | values))


class TestReadAligned:
    def test_knows_sizes_and_count(self, blind: Path) -> None:
        found = read_aligned(blind)
        assert (found.party, found.label, found.holders) == (LABEL, LABEL, (HOLDER,))
        assert (found.count, dict(found.sizes)) == (20, {LABEL: 30, HOLDER: 30})
        assert found.order is None

    @pytest.mark.parametrize("name", ["rows", "aligned", "summary"])
    @pytest.mark.parametrize("how", ["cut", "empty", "gone", "noise"])
    def test_damage_is_found(self, blind: Path, name: str, how: str) -> None:
        content = (blind / name).read_bytes()
        (blind / name).unlink()
        if how != "gone":
            left = {"cut": content[:-3], "empty": b"", "noise": b"\xff" * len(content)}[how]
            (blind / name).write_bytes(left)
        with pytest.raises(ResultDamaged):
            read_aligned(blind)

    @pytest.mark.parametrize(
        "values",
        [
            {"count": 19}, {"count": None}, {"count": "20"}, {"count": -1}, {"count": 1 << 50},
            {"party": "uscc:x"}, {"holders": []}, {"holders": 3}, {"learn": "all"}, {"learn": "both"},
            {"sizes": {}}, {"sizes": {LABEL: 31, HOLDER: 30}}, {"sizes": {LABEL: 30, HOLDER: 2}},
            {"sizes": []}, {"engine": 1},
        ],
    )  # fmt: skip
    def test_a_summary_that_does_not_fit_is_found(
        self, blind: Path, values: dict[str, object]
    ) -> None:
        changed_summary(blind, **values)
        with pytest.raises(ResultDamaged):
            read_aligned(blind)

    def test_a_row_twice_is_found(self, blind: Path) -> None:
        content = (blind / "aligned").read_bytes()
        (blind / "aligned").write_bytes(content[4:8] + content[4:])
        with pytest.raises(ResultDamaged):
            read_aligned(blind)

    def test_another_folder_is_found(self, blind: Path, tmp_path: Path) -> None:
        shutil.rmtree(blind)
        with pytest.raises(ResultDamaged):
            read_aligned(blind)

    def test_a_party_that_does_not_know_the_rows_has_no_codes_of_them(self, tmp_path: Path) -> None:
        outcome = align(job_of(learn="one"), [set(POOL[:30]), set(POOL[10:])], tmp_path)
        with pytest.raises(ValueError, match="does not learn"):
            aligned_codes(kept(outcome, HOLDER, tmp_path))
