"""The commands of this room, run as the command line runs them."""

from __future__ import annotations

import argparse
import importlib
import os
from typing import TYPE_CHECKING
from unittest import mock

from shuxin.kernel.errors import ShuxinError
from shuxin.portal.commandline.ledger import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def run(arguments: Sequence[object], *, home: Path | None = None) -> int:
    """The exit status, with ``home`` as the installation; failures are printed by their code."""
    parser = argparse.ArgumentParser()
    parts = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        command.arguments(parts.add_parser(name))
    options = parser.parse_args([str(one) for one in arguments])
    module = importlib.import_module(f"shuxin.portal.commands.{COMMANDS[options.command].module}")
    with mock.patch.dict(os.environ, {"SHUXIN_HOME": str(home)} if home else {}):
        try:
            return int(module.run(options, "en"))
        except ShuxinError as error:
            print(error.code, error.say("en"))  # noqa: T201 - what the command line does
            return 1
