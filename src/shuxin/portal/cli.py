"""The command line. Heavy rooms are imported by the commands that need them, not here."""

from __future__ import annotations

import argparse
import importlib
import itertools
import os
import sys
from typing import TYPE_CHECKING

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.commandline import (
    consent,
    data,
    federation,
    holder,
    ledger,
    lending,
    linking,
    market,
    parties,
    rights,
    verification,
    web,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.kernel.text import Language

_HELP = Text(en="Let data establish credit, and credit obtain the loan.", zh="以数定信、以信换贷。")
COMMANDS = {
    **holder.COMMANDS,
    **data.COMMANDS,
    **parties.COMMANDS,
    **consent.COMMANDS,
    **rights.COMMANDS,
    **verification.COMMANDS,
    **ledger.COMMANDS,
    **federation.COMMANDS,
    **linking.COMMANDS,
    **market.COMMANDS,
    **lending.COMMANDS,
    **web.COMMANDS,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run one command, translate failures. Returns the exit status: 0, 1 failure, 2 usage."""
    language = _language(arguments if arguments is not None else sys.argv[1:])
    options = _parser(language).parse_args(arguments)
    module = importlib.import_module(f"shuxin.portal.commands.{COMMANDS[options.command].module}")
    from shuxin.infra.api import database_failures_explained

    try:
        with database_failures_explained():
            return int(module.run(options, language))
    except ShuxinError as error:
        print(f"{error.code}: {error.say(language)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _language(arguments: Sequence[str]) -> Language:
    """``--lang``, else SHUXIN_LANG, else the machine's locale; English when none says Chinese."""
    for name, value in itertools.pairwise(arguments):
        if name == "--lang":
            return "zh" if value.startswith("zh") else "en"
    wanted = os.environ.get("SHUXIN_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    return "zh" if wanted.startswith("zh") else "en"


def _parser(language: Language) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shuxin", description=_HELP.say(language))
    parser.add_argument("--lang", choices=("en", "zh"), help="language of messages / 消息语言")
    parser.add_argument("--home", help="folder of this installation (SHUXIN_HOME)", type=_set_home)
    made = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        text = command.help.say(language)
        added = made.add_parser(name, help=text, description=text)
        added.add_argument("--lang", choices=("en", "zh"), default=argparse.SUPPRESS)
        command.arguments(added)
    return parser


def _set_home(value: str) -> str:
    os.environ["SHUXIN_HOME"] = value
    return value
