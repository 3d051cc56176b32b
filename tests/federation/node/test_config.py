"""``node.toml``: written once, read whole, every mistake named by its field."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from shuxin.federation.node.config import (
    CONFIG,
    NodeConfig,
    NodeConfigInvalid,
    NodeMissing,
    NodeSetUpAlready,
    read_config,
    write_config,
)

if TYPE_CHECKING:
    from pathlib import Path

PARTY = "uscc:91349900MA2BNK019J"
GOOD = NodeConfig.checked(
    listen="127.0.0.1:7101", address="https://bank.example:7101", operated_by=PARTY
)


class TestConfig:
    def test_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        write_config(tmp_path / "node", GOOD)
        assert read_config(tmp_path / "node") == GOOD
        assert (GOOD.host, GOOD.port, GOOD.record) == ("127.0.0.1", 7101, False)

    def test_explains_every_line_in_both_languages(self, tmp_path: Path) -> None:
        write_config(tmp_path, GOOD)
        lines = (tmp_path / CONFIG).read_text().splitlines()
        assert sum(" = " in line and line[0] != "#" for line in lines) >= 5
        for before, line in pairwise(lines):
            if line and line[0] != "#":
                assert before.startswith("#")

    def test_is_never_written_over(self, tmp_path: Path) -> None:
        write_config(tmp_path, GOOD)
        with pytest.raises(NodeSetUpAlready):
            write_config(tmp_path, GOOD)

    def test_that_is_missing_says_how_to_make_one(self, tmp_path: Path) -> None:
        with pytest.raises(NodeMissing) as raised:
            read_config(tmp_path)
        assert "shuxin node init" in raised.value.say("en")

    @pytest.mark.parametrize(
        ("line", "field"),
        [
            ('listen = "7101"', "listen"),
            ('listen = "a b:1"', "listen"),
            ('address = "http://bank.example:7101"', "address"),
            ('operated_by = "bank"', "operated_by"),
            ('record = "yes"', "record"),
            ("workers = 0", "workers"),
            ("workers = 17", "workers"),
            ("colour = 1", "colour"),
            ("= 1", "TOML"),
            ("x = '\udcff'", "TOML"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, tmp_path: Path, line: str, field: str) -> None:
        write_config(tmp_path, GOOD)
        file = tmp_path / CONFIG
        name = line.partition(" = ")[0]
        kept = [one for one in file.read_text().splitlines() if not one.startswith(f"{name} =")]
        text = "\n".join([*kept, line])
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(NodeConfigInvalid) as raised:
            read_config(tmp_path)
        assert f"node.toml: {field}" in raised.value.say("en")

    def test_of_an_ipv6_address_has_no_brackets_in_its_host(self) -> None:
        config = NodeConfig.checked(
            listen="[::1]:7101", address="https://[::1]:7101", operated_by=PARTY
        )
        assert (config.host, config.port) == ("::1", 7101)
