"""A node's own public categories: what its file may say, and what a joint card makes of them."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.memory import durable
from tests.federation.scorecard.world import (
    HOLDER,
    LABEL,
    Firms,
    firms_of,
    holder_card,
    joint_points,
    label_card,
    run_job,
)

from shuxin.federation.card.answers import Question, answer_bytes
from shuxin.federation.card.files import hash_of
from shuxin.federation.card.holder import answer
from shuxin.federation.card.label import begin, due, judge, took
from shuxin.federation.node.categories import (
    CATEGORIES_FILE,
    LONGEST_FILE,
    Categories,
    CategoriesBroken,
    categories_from,
    read_categories,
)
from shuxin.federation.scorecard.kind import OTHER, ScorecardKind
from shuxin.infra.api import Settings
from shuxin.portal.commands import node_setup
from shuxin.portal.display import console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.federation.card.label import JointScores
    from shuxin.federation.card.parts import CardPart, LabelPart
    from shuxin.federation.engine.channel import Work
    from shuxin.federation.product.ring import Words

TWO = """\
[tax_records]
en = "tax records"
zh = "纳税信息"
fields = ["arrears", "near"]

[trade]
en = "line of business"
zh = "行业"
fields = ["sector", "noise"]
"""
CODE = {"arrears": "tax_records", "near": "tax_records", "sector": "trade", "noise": "trade"}


def broken(text: str) -> str:
    with pytest.raises(CategoriesBroken) as caught:
        categories_from(text.encode())
    return str(caught.value.facts["field"])


class TestFile:
    def test_puts_features_into_categories_and_all_others_into_one(self) -> None:
        found = categories_from(TWO.encode())
        arrears, sector, noise, other = found.of(["arrears", "sector", "noise", "turnover"])
        assert (arrears.code, arrears.title.zh) == ("tax_records", "纳税信息")
        assert (sector.code, noise) == ("trade", sector)
        assert other == OTHER

    def test_may_say_what_all_others_are_called(self) -> None:
        more = TWO + '[other_institution]\nen = "tax office"\nzh = "税务局"\n'
        (other,) = categories_from(more.encode()).of(["turnover"])
        assert (other.code, other.title.en) == (OTHER.code, "tax office")

    def test_missing_is_one_category_and_it_is_read_anew(self, tmp_path: Path) -> None:
        assert read_categories(tmp_path) == Categories()
        assert read_categories(tmp_path).of(["a", "b"]) == (OTHER, OTHER)
        (tmp_path / CATEGORIES_FILE).write_text(TWO, encoding="utf-8")
        assert read_categories(tmp_path).of(["sector"])[0].code == "trade"
        (tmp_path / CATEGORIES_FILE).write_bytes(b"#" * (LONGEST_FILE + 1))
        with pytest.raises(CategoriesBroken):
            read_categories(tmp_path)
        (tmp_path / CATEGORIES_FILE).unlink()
        (tmp_path / CATEGORIES_FILE).mkdir()
        with pytest.raises(CategoriesBroken):
            read_categories(tmp_path)

    @pytest.mark.parametrize(
        ("old", "new", "field"),
        [
            ("[trade]", "[Trade]", "Trade.[key]"),
            ("[trade]", "[tax_records]", "TOML"),
            ('en = "tax records"', "", "tax_records.en"),
            ('en = "tax records"', 'en = "tax {code}"', "tax_records.en"),
            ('en = "tax records"', 'en = " tax"', "tax_records.en"),
            ('en = "tax records"', "en = 3", "tax_records.en"),
            ('zh = "行业"', 'zh = ""', "trade.zh"),
            ('zh = "行业"', f'zh = "{"行" * 61}"', "trade.zh"),
            ('zh = "行业"', 'zh = "行业"\nsilent = true', "trade.silent"),
            ('fields = ["arrears", "near"]', "", "tax_records.fields"),
            ('fields = ["arrears", "near"]', "fields = []", "tax_records.fields"),
            ('fields = ["arrears", "near"]', 'fields = "arrears"', "tax_records.fields"),
            ('fields = ["arrears", "near"]', 'fields = [" arrears"]', "tax_records.fields.0"),
            ('"noise"', '"arrears"', "trade.fields"),
            ('"noise"', '"sector"', "trade.fields"),
            ("[trade]", "[other_institution]", "other_institution.fields"),
            ("[trade]", "trade", "TOML"),
        ],
    )
    def test_that_is_wrong_is_refused_by_the_place(self, old: str, new: str, field: str) -> None:
        assert old in TWO
        assert broken(TWO.replace(old, new)) == field

    @given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
    def test_of_any_bytes_is_read_or_refused(self, text: bytes) -> None:
        try:
            found = categories_from(text)
        except CategoriesBroken:
            return
        assert found.of(["a"]) == (found.by_field.get("a", found.rest),)


class AtHolder:
    """A scorecard whose holder's node has this folder."""

    messages = ScorecardKind().messages

    def __init__(self, folder: Path) -> None:
        self.kind = ScorecardKind(categories_of=lambda names: read_categories(folder).of(names))

    def run(self, work: Work) -> None:
        self.kind.run(work)


def made(folder: Path, *, text: str) -> tuple[Firms, Any]:
    (folder / CATEGORIES_FILE).write_text(text, encoding="utf-8")
    firms, asked = firms_of(7, rows=400), {"contribution": "by_category", "most_categories": 2}
    return firms, run_job(firms, folder, kind=AtHolder(folder), **asked)[1]


def some_of(firms: Firms, party: str) -> dict[str, Any]:
    return {name: column[::7] for name, column in firms.features[party].items()}


def scored(label: LabelPart, part: CardPart, firms: Firms) -> tuple[JointScores, Words]:
    """Every seventh firm, and what the holder said of each."""
    tally = begin(label, rows=len(some_of(firms, HOLDER)["arrears"]))
    ((holders, rows),) = due(tally)
    question, everybody = Question("a" * 64, holders, len(rows)), np.ones(len(rows), np.bool_)
    said = answer(
        part, question=question, values=some_of(firms, HOLDER), known=everybody, secrets={}
    )
    data = answer_bytes(said, question=question, part=hash_of(part))
    answers, refused = {HOLDER: data}, {HOLDER: ~everybody}
    tally = took(tally, question=question, rows=rows, answers=answers, absent={}, refused=refused)
    return judge(tally, some_of(firms, LABEL)), said.words


class TestBrokenFile:
    def test_ends_a_job_before_the_alignment(self, tmp_path: Path) -> None:
        _, outcome = made(tmp_path, text="[trade]")
        failure = outcome.failures[HOLDER]
        assert isinstance(failure, CategoriesBroken)
        assert not [key for key in outcome.messages if key[0] == HOLDER]


@pytest.fixture(scope="module")
def lasting() -> Iterator[None]:
    """Every run is one more start of the same programs."""
    with pytest.MonkeyPatch.context() as patch:
        durable(patch)
        yield


@pytest.fixture(scope="module")
def done(lasting: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Firms, Any]:
    return made(tmp_path_factory.mktemp("categories"), text=TWO)


class TestScorecard:
    def test_by_category_tells_the_points_of_each(self, done: tuple[Firms, Any]) -> None:
        firms, outcome = done
        assert not outcome.failures
        label, part = label_card(outcome), holder_card(outcome, HOLDER)
        assert {one.code for one in part.categories} == {"tax_records", "trade"}
        assert label.seats[0].categories == part.categories
        values = some_of(firms, HOLDER)
        _, said = scored(label, part, firms)
        points, kept = joint_points(outcome), [one.shape for one in part.characteristics]
        for row, words in enumerate(said.astype("<i4").tolist()):
            each = {one.code: 0 for one in part.categories}
            for shape in kept:
                (place,) = shape.lookup.many(values[shape.name][row : row + 1])
                each[CODE[shape.name]] += points[HOLDER, shape.name][place]
            assert words == [*each.values()]

    def test_reasons_name_both_to_somebody_who_lost_points_by_both(
        self, done: tuple[Firms, Any]
    ) -> None:
        firms, outcome = done
        label, part = label_card(outcome), holder_card(outcome, HOLDER)
        scores, said = scored(label, part, firms)
        lowest = int(said.astype("<i4").max(axis=1).argmin())
        found = [one.text for one in scores.one(lowest).reasons if one.party == HOLDER]
        assert {one.zh for one in found} == {"纳税信息", "行业"}
        assert {one.en for one in found} == {"tax records", "line of business"}

    def test_that_changes_while_a_job_runs_changes_nothing_of_it(
        self, done: tuple[Firms, Any], tmp_path: Path
    ) -> None:
        """After a kill the holder makes the part of which the label party has heard."""
        _, again = made(tmp_path, text=TWO.replace("纳税信息", "其他"))
        assert again.kept == done[1].kept
        assert "纳税信息" in again.kept[HOLDER]["card"].decode()


@pytest.mark.django_db
class TestShown:
    def test_by_the_command_with_fields_that_no_dataset_has(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = Settings(home=tmp_path, database_url="")
        (tmp_path / "node").mkdir()
        (tmp_path / "node" / CATEGORIES_FILE).write_text(TWO, encoding="utf-8")
        monkeypatch.setattr(node_setup, "start", lambda: settings)
        monkeypatch.setattr(console, "_width", 200)
        with console.capture() as heard:
            assert node_setup.run(Namespace(act="categories"), "zh") == 0
        said = heard.get()
        for wanted in ("纳税信息", "sector, noise", "其余全部特征", "其他机构提供的信息"):
            assert wanted in said
        assert "本方数据集中没有以下字段：arrears, near, sector, noise" in said
