"""What all pages of a node share: its services, names of parties, and the words for states, roles and kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.text import Text
from shuxin.portal.web.access import AUDITORS, NODE_OFFICERS, OPERATORS, Access
from shuxin.portal.web.parts import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shuxin.federation.api import JobLine, NodeServices
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.parties.api import accounts
    from shuxin.portal.web.parts.cells import Tone

SHORT = 12
NODE_READERS = Access(
    kinds=NODE_OFFICERS.kinds, roles=NODE_OFFICERS.roles | AUDITORS.roles, own=True
)
"""Officers and auditors of an institution with a node; auditors change nothing and see no subject."""
LOG_READERS = Access(kinds=NODE_READERS.kinds | OPERATORS.kinds, roles=NODE_READERS.roles, own=True)
"""An operator has a log too, and no node."""
_TONES: dict[str, Tone] = {
    "proposed": "busy",
    "waiting": "warn",
    "approved": "busy",
    "ready": "busy",
    "running": "busy",
    "done": "good",
    "refused": "bad",
    "stopped": "bad",
    "failed": "bad",
    "expired": "quiet",
}
_SEPARATOR = Text(en=", ", zh="、")


@dataclass(frozen=True, slots=True)
class Place:
    """This institution, and how it calls the others."""

    settings: Settings
    names: Mapping[str, str]

    def name(self, party: str) -> str:
        return self.names.get(party, party)


@dataclass(frozen=True, slots=True)
class Here(Place):
    """This institution's node, as a page of it sees it."""

    node: NodeServices

    @property
    def party(self) -> str:
        return self.node.party

    def listed(self, parties: Iterable[str], language: Language) -> str:
        return _SEPARATOR.say(language).join(self.name(one) for one in parties)


def here() -> Here:
    """Raises NotSetUp, NodeMissing, NodeConfigInvalid."""
    from shuxin.portal.node_services import names_of_parties, services  # noqa: PLC0415 - heavy

    settings = settings_from_environment()
    return Here(settings, names_of_parties(settings), services(settings))


def place() -> Place:
    """With or without a node. Raises NotSetUp."""
    from shuxin.portal.node_services import names_of_parties  # noqa: PLC0415 - heavy

    settings = settings_from_environment()
    return Place(settings, names_of_parties(settings))


def whole_id(text: str) -> str:
    """Of a job in an address. Raises JobUnknown."""
    from shuxin.federation.api import job_view  # noqa: PLC0415 - heavy

    return job_view(text).line.job_id


def by(person: accounts.Person) -> str:
    """Who acts, as words and log carry it: the account's name."""
    return person.name


def kind_text(kind: str) -> Text:
    from shuxin.federation.api import LABELS  # noqa: PLC0415 - heavy

    found = LABELS.get(kind)
    return Text(en=kind, zh=kind) if found is None else found.title


def choice_text(value: str) -> Text:
    """A role, ground, purpose, output or other choice of a job, in words."""
    from shuxin.federation.api import CHOICES  # noqa: PLC0415 - heavy

    return CHOICES.get(value) or Text(en=value, zh=value)


def job_state(line: JobLine) -> State:
    return State(line.state.text, _TONES[line.state.value])
