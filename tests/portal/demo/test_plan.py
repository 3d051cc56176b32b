"""What the demo finds in its folder, and what it leaves alone."""

from __future__ import annotations

import datetime as dt
import json
import socket
from typing import TYPE_CHECKING

import pytest

from shuxin.kernel.uscc import USCC
from shuxin.portal.demo.firms import Loan, held_out
from shuxin.portal.demo.homes import new_password
from shuxin.portal.demo.plan import (
    HIGHEST_PORT,
    HOST,
    LOGINS,
    LOWEST_PORT,
    MARK,
    NODES,
    SEATS,
    SITES,
    DemoFolderTaken,
    Found,
    Place,
    clear,
    examine,
    new_ports,
    site_url,
)
from shuxin.portal.demo.scales import SCALES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "demo")


def whole(place: Place, *, size: str = "tiny") -> None:
    """As a finished first start leaves it, as far as its folder tells."""
    clear(place)
    for seat in SEATS:
        place.home(seat).mkdir()
        (place.home(seat) / "holder.json").write_text("{}")
    place.accounts_file.write_text("{}")
    place.keep(ready=True, size=size, ports={})


class TestExamine:
    def test_nothing_and_an_empty_folder_are_free(self, place: Place) -> None:
        assert examine(place, size="tiny") is Found.NOTHING
        place.folder.mkdir()
        assert examine(place, size="tiny") is Found.NOTHING

    def test_a_foreign_folder_is_refused_and_left_alone(self, place: Place) -> None:
        place.folder.mkdir()
        (place.folder / "letters.txt").write_text("keep")
        with pytest.raises(DemoFolderTaken):
            examine(place, size="tiny")
        assert [file.name for file in place.folder.iterdir()] == ["letters.txt"]

    def test_a_file_in_its_place_is_refused(self, place: Place) -> None:
        place.folder.write_text("a file")
        with pytest.raises(DemoFolderTaken):
            examine(place, size="tiny")

    def test_a_finished_demo_is_whole(self, place: Place) -> None:
        whole(place)
        assert examine(place, size="tiny") is Found.WHOLE
        assert examine(place, size="") is Found.WHOLE

    @pytest.mark.parametrize("what", ["unready", "home", "accounts", "form", "text", "size", "old"])
    def test_what_is_half_made_or_of_another_version_is_made_anew(
        self, place: Place, what: str
    ) -> None:
        whole(place)
        mark = place.folder / MARK
        if what == "unready":
            place.keep(ready=False)
        elif what == "home":
            (place.home(SEATS[-1]) / "holder.json").unlink()
        elif what == "accounts":
            place.accounts_file.unlink()
        elif what == "form":
            mark.write_text(json.dumps(place.state() | {"form": 0}))
        elif what == "text":
            mark.write_text("{not json")
        elif what == "old":
            mark.write_text("")
        size = "town" if what == "size" else "tiny"
        assert examine(place, size=size) is Found.BROKEN
        clear(place)
        assert {file.name for file in place.folder.iterdir()} == {MARK, "logs"}
        assert place.folder.stat().st_mode & 0o077 == 0


class TestPlan:
    def test_every_institution_has_a_right_code_and_a_name_of_its_own(self) -> None:
        assert len({seat.name for seat in SEATS}) == len({seat.code for seat in SEATS}) == 8
        for seat in SEATS:
            USCC(seat.code)

    def test_accounts_have_names_of_their_own_and_one_role_each(self) -> None:
        assert len({login.name for login in LOGINS}) == len(LOGINS)
        assert {login.seat.name for login in LOGINS} == {seat.name for seat in SITES}
        assert all(len(login.roles) == 1 for login in LOGINS)

    def test_ports_are_free_and_different(self) -> None:
        ports = new_ports()
        assert len(set(ports.values())) == len(SITES) + len(NODES) == len(ports)
        assert all(LOWEST_PORT <= port < HIGHEST_PORT for port in ports.values())
        for port in ports.values():
            with socket.socket() as one:
                one.bind((HOST, port))
        assert site_url(ports, SITES[0]).endswith(str(ports[f"{SITES[0].name}-site"]))

    def test_passwords_are_long_and_never_the_same(self) -> None:
        made = {new_password() for _ in range(100)}
        assert len(made) == 100
        assert {len(one) for one in made} == {19}


class TestWindows:
    def test_features_are_older_than_the_loans_and_outcomes_were_known(self) -> None:
        """Bills of a month are known in the next; a year goes by until a loan's outcome is known."""
        for scale in SCALES.values():
            for window in filter(None, (scale.train, scale.held_out)):
                day = dt.date.fromisoformat(window.day)
                assert dt.date.fromisoformat(window.bills_to) <= day - dt.timedelta(days=28)
                assert dt.date.fromisoformat(window.until) <= dt.date(2025, 1, 1)
        town = SCALES["town"]
        assert town.held_out is not None
        assert town.train.until <= town.held_out.day

    def test_held_out_firms_are_those_that_had_no_loan_before(self) -> None:
        def loan(code: str, month: int, *, bad: bool = False) -> Loan:
            return Loan(code, f"名{code}", dt.date(2024, month, 1), bad, 1)

        found = held_out(
            [loan("A", 2), loan("A", 8), loan("B", 9, bad=True), loan("B", 8), loan("C", 12)],
            first=dt.date(2024, 7, 1),
            last=dt.date(2024, 12, 1),
        )
        assert {code: one.drawn_on.month for code, one in found.items()} == {"B": 8}
        assert not found["B"].is_bad
