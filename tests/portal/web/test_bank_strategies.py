"""Strategies on a bank's site: from a draft by its tables and values over back-test and two people to use and back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.portal.web.bank_market_site import Desk, desk_at

from shuxin.lending import running
from shuxin.lending.api import Running, standard_strategy, strategies
from shuxin.portal import background
from shuxin.portal.web.views import bank_backtests, bank_strategy_numbers, bank_strategy_shapes
from shuxin.portal.web.views.bank_strategies import party
from shuxin.portal.web.views.bank_strategy_diff import differences
from shuxin.portal.web.views.bank_strategy_grid import Grid, GridTooLarge, with_table
from shuxin.portal.web.views.bank_strategy_words import stages_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

pytestmark = pytest.mark.django_db
HISTORY = """application.amount_yuan,application.term_months,application.use,application.urgency,firm.borrower,\
firm.region,firm.size,open.dishonest,open.revoked,open.serious_illegal,open.abnormal,on,bad
200000,12,stock,days,enterprise,320594,micro,false,false,false,false,2025-03-01,0
300000,12,stock,month,enterprise,320594,small,true,false,false,false,2025-04-01,1
"""


def document() -> dict[str, Any]:
    return standard_strategy(service="service").model_dump(mode="json")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    def at_once(number: int) -> None:
        """In this process and on this connection: another one sees nothing of a test's transaction."""
        background.run(number, stop=lambda: False)

    monkeypatch.setattr("shuxin.infra.tasks.close_old_connections", lambda: None)
    monkeypatch.setattr("threading.Thread.start", lambda *_: None)
    monkeypatch.setattr("threading.Thread.join", lambda *_: None)
    monkeypatch.setattr(background, "spawn", at_once)
    return desk_at(tmp_path / "home", monkeypatch)


@pytest.fixture
def url(desk: Desk) -> str:
    """The page of a fresh draft of the standard strategy with a joint score."""
    file = SimpleUploadedFile("s.json", json.dumps(document()).encode())
    answer = desk.browser.post("/bank/strategies/new", {"do": "file", "key": "k", "file": file})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"]).partition("?")[0]


def typed(grid: Grid, act: str, **changed: str) -> dict[str, Any]:
    """The form of a table as a browser sends it."""
    cells = {
        f"cell-{r}-{c}": cell for r, row in enumerate(grid.lines) for c, cell in enumerate(row.when)
    }
    rest = {f"verdict-{r}": row.verdict for r, row in enumerate(grid.lines)}
    rest |= {f"code-{r}": row.code for r, row in enumerate(grid.lines)}
    head = {"name": grid.name, "hit": grid.hit, "input": list(grid.inputs), "rows": len(grid.lines)}
    return {**head, **cells, **rest, "do": act, **changed}


def seen(desk: Desk, page: str) -> str:
    """What the form of a page carries of the content that it shows."""
    found = re.search(r'name="seen" value="(\w{64})"', desk.browser.get(page).content.decode())
    assert found
    return found[1]


def first_table() -> Grid:
    stage = next(each for each in document()["stages"] if each["kind"] == "rules")
    return Grid.of(stage["tables"][0])


class TestGrid:
    def test_gives_back_every_table_as_it_was(self) -> None:
        whole = document()
        for stage in whole["stages"]:
            for table in stage.get("tables", ()):
                assert Grid.of(table).stated == table
                assert with_table(whole, Grid.of(table).stated) == whole

    def test_takes_and_gives_rows_and_inputs(self) -> None:
        grid = first_table()
        wider = grid.changed("add-input", wanted="firm.first_loan")
        assert wider.inputs[-1] == "firm.first_loan"
        assert {len(line.when) for line in wider.lines} == {len(grid.inputs) + 1}
        assert wider.changed(f"drop-input-{len(grid.inputs)}") == grid
        longer = grid.changed("add-row")
        assert longer.changed(f"drop-row-{len(grid.lines)}") == grid
        assert grid.changed("copy-row-0").lines[1] == grid.lines[0]

    def test_takes_no_more_than_a_form_can_carry(self) -> None:
        grid = first_table()
        with pytest.raises(GridTooLarge):
            for _ in range(2000):
                grid = grid.changed("add-row")
        assert len(grid.lines) * (len(grid.inputs) + 2) <= 1900

    def test_ignores_acts_that_it_does_not_know(self) -> None:
        grid = first_table()
        assert grid.changed("drop-everything") == grid
        assert grid.changed("up-row-0") == grid


class TestValues:
    def test_of_every_stage_come_back_from_the_form_as_they_were(self) -> None:
        from django.http import QueryDict

        for part in document()["stages"]:
            shape = bank_strategy_shapes.SHAPES[part["kind"]]
            sent = QueryDict(mutable=True)
            for one in bank_strategy_numbers.fields(shape, part):
                sent[one.name] = str(one.value)
            for one in bank_strategy_numbers.lists(shape, part):
                sent[f"{one.name}-lines"] = str(len(one.cells))
                sent.update({c.name: str(c.value) for line in one.cells for c in line})
            read = bank_strategy_numbers.read(shape, sent, before=part)
            assert not read.problems
            assert {k: v for k, v in read.stated.items() if k != "caps"} == {
                k: v for k, v in part.items() if k != "caps"
            }
            caps = sorted(map(str, read.stated.get("caps", ())))
            assert len(caps) == len(part.get("caps", ()))


class TestWords:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_of_a_strategy_name_every_stage(self, language: Any) -> None:
        strategy = standard_strategy(model="a" * 64, service="service")
        shown = stages_of(strategy, language)
        assert [one.id for one in shown] == [one.id for one in strategy.stages]

    def test_of_a_difference_name_its_place(self) -> None:
        before, after = document(), document()
        after["stages"][-1]["margin_bp"] += 5
        (change,) = differences(before, after, "en")
        assert "Price" in change.place
        assert "Margin" in change.place

    def test_of_a_row_that_was_put_in_leave_the_others_alone(self) -> None:
        before, after = document(), document()
        rows = after["stages"][0]["tables"][0]["rows"]
        rows.insert(1, {"when": ["[12..24)"], "verdict": "refer", "code": "term_long"})
        (change,) = differences(before, after, "en")
        assert change.before == ""
        assert "[12..24)" in change.after

    def test_of_the_same_strategy_there_are_none(self) -> None:
        assert differences(document(), document(), "zh") == []


class TestPage:
    def test_shows_stages_in_words_and_no_finding(self, desk: Desk, url: str) -> None:
        shown = desk.read(url)
        assert "Every cell is understood" in shown
        assert "Next: test it on history" in shown

    def test_gives_the_file_that_imports_as_the_same(self, desk: Desk, url: str) -> None:
        content = desk.browser.get(f"{url}/file.json").content
        sent = {"do": "file", "key": "k2", "file": SimpleUploadedFile("s.json", content)}
        answer = desk.browser.post("/bank/strategies/new", sent)
        assert answer.status_code == 302, answer.content.decode()
        newest, first = strategies(party=party())
        assert (newest.digest, newest.number) == (first.digest, 2)

    def test_without_any_score_people_decide_and_nothing_stands_against_it(
        self, desk: Desk
    ) -> None:
        sent = {"do": "copy", "base": "standard", "key": "k3"}
        answer = desk.browser.post("/bank/strategies/new", sent, follow=True)
        assert answer.status_code == 200
        assert "stand against publication" not in desk.text(answer)

    def test_says_what_is_wrong_with_a_file(self, desk: Desk) -> None:
        sent = {"do": "file", "key": "k", "file": SimpleUploadedFile("s.json", b'{"format": 1}')}
        answer = desk.browser.post("/bank/strategies/new", sent)
        assert "the strategy cannot be used" in desk.text(answer, 400).lower()

    def test_of_another_bank_is_not_there(self, desk: Desk, url: str, tmp_path: Path) -> None:
        holder = tmp_path / "home" / "holder.json"
        other = json.loads(holder.read_text()) | {"party": "uscc:91320594088140947F"}
        holder.write_text(json.dumps(other))
        desk.read(url, 403)


class TestTable:
    def test_a_malformed_cell_is_named_at_the_cell_and_kept(self, desk: Desk, url: str) -> None:
        grid = first_table()
        page = f"{url}/tables/{grid.id}"
        sent = typed(grid, "save", **{"cell-0-0": "<< 12 ("}, seen=seen(desk, page))
        assert desk.browser.post(f"{url}/tables/{grid.id}", sent).status_code == 302
        shown = desk.browser.get(f"{url}/tables/{grid.id}").content.decode()
        assert re.search(r'value="&lt;&lt; 12 \("[^>]*aria-invalid="true"', shown)
        assert "stand against publication: 1." in desk.read(url)

    def test_of_two_officers_the_second_is_told_and_keeps_what_was_typed(
        self, desk: Desk, url: str
    ) -> None:
        grid = first_table()
        page = f"{url}/tables/{grid.id}"
        opened = seen(desk, page)
        first = typed(grid, "save", **{"cell-0-0": "< 24"}, seen=opened)
        assert desk.browser.post(page, first).status_code == 302
        desk.who = "another"
        row_added = desk.browser.post(page, typed(grid, "add-row", seen=opened)).content.decode()
        assert f'name="seen" value="{opened}"' in row_added
        second = typed(grid, "save", **{"cell-0-0": "< 36"}, seen=opened)
        answer = desk.browser.post(page, second)
        shown = answer.content.decode()
        assert answer.status_code == 409
        assert "Changed by officer." in desk.text(answer, 409)
        assert f'<a href="{page}" target="_blank"' in shown
        assert 'value="&lt; 36"' in shown
        assert 'value="&lt; 24"' in desk.browser.get(page).content.decode()
        now = re.search(r'name="seen" value="(\w+)"', shown)
        assert now
        assert desk.browser.post(page, second | {"seen": now[1]}).status_code == 302
        assert 'value="&lt; 36"' in desk.browser.get(page).content.decode()

    def test_a_gap_is_found_before_it_is_saved(self, desk: Desk, url: str) -> None:
        grid = first_table()
        answer = desk.browser.post(f"{url}/tables/{grid.id}", typed(grid, "drop-row-0"))
        fewer = grid.changed("drop-row-0")
        assert f'name="rows" value="{len(fewer.lines)}"' in answer.content.decode()
        answer = desk.browser.post(f"{url}/tables/{grid.id}", typed(fewer, "check"))
        assert "no row holds for this case" in desk.text(answer)
        assert "Every cell is understood" in desk.read(url)

    def test_that_is_not_there_is_not_shown(self, desk: Desk, url: str) -> None:
        desk.read(f"{url}/tables/none", 404)


class TestStage:
    def test_values_are_changed(self, desk: Desk, url: str) -> None:
        price = document()["stages"][-1]
        shape = bank_strategy_shapes.SHAPES["price"]
        sent = {one.name: one.value for one in bank_strategy_numbers.fields(shape, price)}
        for one in bank_strategy_numbers.lists(shape, price):
            sent[f"{one.name}-lines"] = str(len(one.cells))
            sent |= {c.name: c.value for line in one.cells for c in line}
        page = f"{url}/stages/{price['id']}"
        sent["seen"] = seen(desk, page)
        answer = desk.browser.post(page, {**sent, "margin_bp": "many"})
        assert "A whole number" in desk.text(answer, 400)
        assert desk.browser.post(page, {**sent, "margin_bp": "77"}).status_code == 302
        kept = json.loads(desk.browser.get(f"{url}/file.json").content)
        assert kept["stages"][-1] == {**price, "margin_bp": 77}
        late = desk.browser.post(page, {**sent, "margin_bp": "88"})
        assert "Changed by officer." in desk.text(late, 409)
        assert 'value="88"' in late.content.decode()


class TestJourney:
    def test_from_draft_to_use_with_a_second_person_and_back(self, desk: Desk, url: str) -> None:
        self._tested(desk, url)
        assert "Report" in desk.read(f"{url}/back-test")
        self._step(desk, url, "approve", role="champion", share="")
        assert "another person must publish it" in desk.read(url)
        answer = desk.browser.post(f"{url}/steps/publish", {"key": self._digest(desk, url)})
        assert answer.status_code in {403, 409}
        desk.who = "second officer"
        self._step(desk, url, "publish")
        listed = desk.read("/bank/strategies")
        assert "What decides now" in listed
        assert "in use" in listed
        answer = desk.browser.post(
            "/bank/strategies/roll-back", {"roll-back-kind": "tax", "roll-back-reason": "why"}
        )
        assert "no strategy ran before" in desk.text(answer, 409).lower()

    def test_what_was_changed_meanwhile_is_not_approved(self, desk: Desk, url: str) -> None:
        self._tested(desk, url)
        answer = desk.browser.post(f"{url}/steps/approve", {"key": "0" * 64, "role": "champion"})
        assert answer["Location"].endswith("?meanwhile=1")
        assert strategies(party=party())[0].state == "tested"

    def test_is_compared_with_one_champion_or_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where kinds of products have different champions, none of them decides the whole history."""
        first, second = (Running("tax", standard_strategy(service=name)) for name in ("one", "two"))
        runs = {"tax": first, "flow": first, "credit": second}
        monkeypatch.setattr(
            running, "running_strategy", lambda kind, *, party: runs.get(kind) if party else None
        )
        for kinds, found in (
            (["tax", "flow"], first.champion),
            (["tax", "credit"], None),
            (["tax", "invoice"], None),
            (["invoice"], None),
        ):
            assert bank_backtests.champion_of(kinds, party="bank:a") == found

    def test_a_history_that_is_no_table_is_refused(self, desk: Desk, url: str) -> None:
        answer = self._back_test(desk, url, b"\xff\xfe")
        assert "not a table in CSV" in desk.text(answer, 400)

    def _back_test(self, desk: Desk, url: str, content: bytes) -> Any:
        bands = {"amount_least": "5", "amount_most": "300", "rate_least": "3", "rate_most": "9"}
        file = SimpleUploadedFile("history.csv", content)
        sent = {"key": "t", "source": "file", "kind": "tax", "file": file, **bands}
        return desk.browser.post(f"{url}/back-test", sent)

    def _tested(self, desk: Desk, url: str) -> None:
        answer = self._back_test(desk, url, HISTORY.encode())
        assert answer.status_code == 302, desk.text(answer)
        assert desk.browser.get(answer["Location"])["Location"] == f"{url}/back-test"
        assert list(bank_backtests.folder().iterdir()) == []

    def _digest(self, desk: Desk, url: str) -> str:
        key = url.rpartition("/")[2]
        return next(one.digest for one in strategies(party=party()) if one.key == key)

    def _step(self, desk: Desk, url: str, event: str, **said: str) -> None:
        answer = desk.browser.post(f"{url}/steps/{event}", {"key": self._digest(desk, url), **said})
        assert answer.status_code == 302, desk.text(answer)
        assert answer["Location"].endswith(f"?done={event}")
