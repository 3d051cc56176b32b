"""Models of an installation: kept once, found by hash, carried to another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.scoring.conftest import NOW
from tests.scoring.samples import bundle

from shuxin.kernel.text import Text
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.sealed import CardAltered
from shuxin.scoring.models import TrainedModel
from shuxin.scoring.registry import (
    ModelMissing,
    keep_evaluation,
    keep_model,
    kept_models,
    last_evaluation,
    model_in_use,
)
from shuxin.scoring.report.content import Measured

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scoring.conftest import Office

    from shuxin.scoring.bundle import Bundle

ELSEWHERE = """
import sys, json
from pathlib import Path
from shuxin.portal.cli import main
if main(["model", "--import", sys.argv[1]]):
    sys.exit(1)
import numpy as np
from shuxin.scoring.api import model_in_use
from shuxin.scoring.card.compiled import CompiledCard
bundle = model_in_use()
columns = dict(np.load(sys.argv[2]))
points = CompiledCard.of(bundle.card).score_many(columns).tolist()
rows = [dict(zip(columns, row)) for row in zip(*(c.tolist() for c in columns.values()))]
known = [{k: None if v != v else v for k, v in row.items()} for row in rows]
chances = [bundle.rating.probabilities(points=p, features=f) for p, f in zip(points, known)]
Path(sys.argv[3]).write_text(json.dumps([bundle.digest, points, chances]))
"""


def keep(made: Bundle, *, minutes: int = 0) -> None:
    now = NOW.replace(minute=minutes)
    keep_model(made, origin="imported", snapshot="", facts={}, by="tester", now=now)


@pytest.mark.django_db
class TestRegistry:
    def test_the_newest_is_in_use(self, office: Office) -> None:
        assert model_in_use() == office.made.bundle
        keep(bundle(), minutes=1)
        assert model_in_use() == bundle()
        keep(office.made.bundle, minutes=2)
        assert model_in_use() == office.made.bundle
        assert [model.digest for model in kept_models()] == [
            office.made.bundle.digest,
            bundle().digest,
        ]

    def test_is_found_by_the_beginning_of_its_hash(self, office: Office) -> None:
        digest = office.made.bundle.digest
        keep(bundle(), minutes=1)
        assert model_in_use(digest[:6]).digest == model_in_use(digest).digest == digest
        for unknown in ("0" * 64, digest[:5], "%"):
            with pytest.raises(ModelMissing):
                model_in_use(unknown)

    def test_an_altered_row_is_not_used(self, office: Office) -> None:
        row = TrainedModel.objects.get(content_hash=office.made.bundle.digest)
        for content in (row.content.replace("office", "Office"), bundle().content.decode()):
            row.content = content
            row.save()
            with pytest.raises(CardAltered):
                model_in_use()

    def test_what_was_measured_last_is_told(self, office: Office) -> None:
        digest = office.made.bundle.digest
        assert last_evaluation(digest) == ((), ())
        measured = (Measured(Text(en="AUC", zh="区分度"), 0.7, 0.6, 0.8, "corrected t"),)
        cautions = (Text(en="few", zh="少"),)
        for minutes in (1, 2):
            keep_evaluation(
                digest, measured=measured[: minutes - 1], cautions=cautions, by="tester",
                now=NOW.replace(minute=minutes),
            )  # fmt: skip
        ((found,), said) = last_evaluation(digest)
        assert (found.name, found.value, found.low, found.high) == (measured[0].name, 0.7, 0.6, 0.8)
        assert said == cautions


@pytest.mark.django_db
class TestElsewhere:
    """Export here, import in another installation, in a process of its own."""

    def taken(self, tmp_path: Path, content: bytes, office: Office) -> subprocess.CompletedProcess:
        (tmp_path / "model.json").write_bytes(content)
        np.savez(tmp_path / "rows.npz", **office.rows.columns)
        files = [str(tmp_path / name) for name in ("model.json", "rows.npz", "found.json")]
        home = {"SHUXIN_HOME": str(tmp_path / "elsewhere"), "SHUXIN_DATABASE_URL": ""}
        return subprocess.run(
            [sys.executable, "-c", ELSEWHERE, *files],
            env=os.environ | home,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_every_row_gets_the_same_points_and_chances(
        self, office: Office, tmp_path: Path
    ) -> None:
        made = office.made.bundle
        done = self.taken(tmp_path, made.content, office)
        assert done.returncode == 0, done.stderr
        digest, points, chances = json.loads((tmp_path / "found.json").read_text())
        own = CompiledCard.of(made.card).score_many(office.rows.columns).tolist()
        assert (digest, points) == (made.digest, own)
        for place, found in enumerate(chances):
            known = made.rating.probabilities(
                points=own[place], features=office.rows.features(place)
            )
            assert tuple(found) == known

    def test_a_changed_byte_is_refused_with_the_code(self, office: Office, tmp_path: Path) -> None:
        content = office.made.bundle.content.replace(b'"points":5', b'"points":6', 1)
        assert content != office.made.bundle.content
        done = self.taken(tmp_path, content, office)
        assert done.returncode == 1
        assert done.stderr.startswith("card_altered: ")
