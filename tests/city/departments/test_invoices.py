from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.city.departments.invoices import TABLES, VALID, VOID

if TYPE_CHECKING:
    from shuxin.city.firms import City


class TestInvoices:
    def test_add_up_and_are_void_only_after_issue(self, city: City) -> None:
        for table in TABLES:
            place = {column.name: table.place(column.name) for column in table.columns}
            for row in table.rows(city):
                value = {name: row.values[at] for name, at in place.items()}
                assert value["net"] + value["tax"] == value["total"]
                assert value["status"] in {VALID, VOID}
                assert (value["status"] == VOID) == (value["status_changed_on"] is not None)
                if value["status"] == VOID:
                    assert value["issued_on"] <= value["status_changed_on"] < value["known_on"]

    def test_between_firms_of_the_city_stand_in_both_files(self, city: City) -> None:
        told = []
        for table in TABLES:
            number, net = table.place("invoice_no"), table.place("net")
            rows = [row for row in table.rows(city) if row.other]
            told.append({row.values[number]: row.values[net] for row in rows})
        assert told[0] == told[1]
        assert len(told[0]) > 5000
