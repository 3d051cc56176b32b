"""The door of fusion: files in, datasets and entities out.

Every function that returns a subject's data takes a permit. A name's module is imported when the name is
first asked for, so that a command that needs none of the heavy parts starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shuxin.fusion.rejects import REASONS, Reason

if TYPE_CHECKING:
    from shuxin.fusion.acceptance import Waiting, accept, accept_all, waiting_proposals
    from shuxin.fusion.ingest import Outcome, State, import_database_table, import_folder
    from shuxin.fusion.portrait import Alias, Portrait, best_known, find_entity, portrait
    from shuxin.fusion.proposals import Holder
    from shuxin.fusion.reading_back import RejectedRow, rejects
    from shuxin.fusion.review import OpenReview, open_reviews, say_different, say_same
    from shuxin.fusion.who import resolve_all

_LATER = {
    "acceptance": ("Waiting", "accept", "accept_all", "waiting_proposals"),
    "ingest": ("Outcome", "State", "import_database_table", "import_folder"),
    "portrait": ("Alias", "Portrait", "best_known", "find_entity", "portrait"),
    "proposals": ("Holder",),
    "reading_back": ("RejectedRow", "rejects"),
    "review": ("OpenReview", "open_reviews", "say_different", "say_same"),
    "who": ("resolve_all",),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"shuxin.fusion.{_HOME[name]}"), name)


__all__ = [
    "REASONS",
    "Alias",
    "Holder",
    "OpenReview",
    "Outcome",
    "Portrait",
    "Reason",
    "RejectedRow",
    "State",
    "Waiting",
    "accept",
    "accept_all",
    "best_known",
    "find_entity",
    "import_database_table",
    "import_folder",
    "open_reviews",
    "portrait",
    "rejects",
    "resolve_all",
    "say_different",
    "say_same",
    "waiting_proposals",
]
