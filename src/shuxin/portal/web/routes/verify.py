"""The page on which anybody checks a document in the browser; it needs no account and sees no file.

Beside it this site offers its own list of trust, in the form of a trust file of the verification room: the anchors
of this home, what is kept about keys of institutions, and the logs of ``trusted-logs.json`` in the home
(``{"logs": [keys], "witnesses": [keys], "threshold": number}``), without that file this node's own log, and those that
holders named when they answered it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.statements import parse_json
from shuxin.kernel.text import Text
from shuxin.portal.web.access import PUBLIC, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.routes import Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Language

NAVIGATION = (Link("/verify", Text(en="Verify a document", zh="核验文件"), access=PUBLIC),)
LOGS_FILE = "trusted-logs.json"
SECONDS_KEPT = 60


@require_safe
@open_to(PUBLIC)
def verify(request: HttpRequest) -> HttpResponse:
    language = language_of(request)
    return page(
        request,
        "verify/verify.html",
        reasons=failures_said(language),
        evidence_words=evidence_said(language),
    )


_STATES = {
    "holds": Text(en="Holds", zh="成立"),
    "told": Text(en="Told, not proven", zh="仅为陈述"),
    "broken": Text(en="Broken", zh="不成立"),
    "open": Text(en="Not checked", zh="未核验"),
}
_VERDICTS = {
    "holds": Text(en="Every link of the chain holds.", zh="证据链各环节均成立。"),
    "told": Text(
        en="Every link that can be proven holds. What is only told is marked below.",
        zh="可证明的环节均成立；仅为陈述、无从证明的环节已在下方标明。",
    ),
    "broken": Text(
        en="Do not rely on this file. The first broken link: {link}.",
        zh="请勿采信该文件。首个不成立的环节：{link}。",
    ),
    "open": Text(
        en="Undecided: what this browser cannot check is named below.",
        zh="未能得出结论：本浏览器无法核验的环节见下。",
    ),
}


def evidence_said(language: Language) -> dict[str, dict[str, str]]:
    """What the links of an evidence file are called, and every sentence about them."""
    from shuxin.federation.api import CODES, HOLDS, NAMES  # noqa: PLC0415 - loads the room

    stop = "。" if language == "zh" else "."
    names = {name.value: text.say(language) for name, text in NAMES.items()}
    return {
        "names": {name: text[0].upper() + text[1:] for name, text in names.items()},
        "holds": {name.value: _sentence(text, language, stop) for name, text in HOLDS.items()},
        "codes": {code: _sentence(text, language, stop) for code, text in CODES.items()},
        "states": {name: text.say(language) for name, text in _STATES.items()},
        "verdicts": {name: text.say(language, link="{link}") for name, text in _VERDICTS.items()},
    }


def _sentence(text: Text, language: Language, stop: str) -> str:
    said = text.say(language)
    return said[0].upper() + said[1:] + stop


def failures_said(language: Language) -> dict[str, str]:
    """Why a check can fail, as whole sentences, by code."""
    from shuxin.verification.api import Check, CheckName, Reason  # noqa: PLC0415 - loads the room

    stop = "。" if language == "zh" else "."
    said = {reason: Check(CheckName.CONTENT, reason).say(language) for reason in Reason}
    return {reason.value: text[0].upper() + text[1:] + stop for reason, text in said.items()}


@require_safe
@open_to(PUBLIC)
def trust(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's form
    """Made anew at most once a minute, so a revocation shows here at most a minute after it is kept."""
    offered = cache.get_or_set("verify-trust", _offered_here, SECONDS_KEPT)
    return JsonResponse(offered)


def _offered_here() -> dict[str, Any]:
    from shuxin.parties.api import kept_statements  # noqa: PLC0415 - needs the database

    return offered_trust(settings_from_environment(), statements=kept_statements())


def offered_trust(settings: Settings, *, statements: Iterable[Statement]) -> dict[str, Any]:
    """Raises StatementInvalid, PartyStatementUnreadable, TrustInvalid when a file of the home is damaged."""
    from shuxin.parties.api import read_trust  # noqa: PLC0415 - loads the room

    return {
        "log": _trusted_logs(settings),
        "parties": {
            "anchors": json.loads(read_trust(settings.home).dump()),
            "statements": [each.as_json() for each in of_institutions(statements)],
            "checkpoints": [],
        },
    }


def of_institutions(statements: Iterable[Statement]) -> list[Statement]:
    """What is said of institutions' keys: who enterprises and persons are is nobody's business here."""
    from shuxin.parties.api import PartyKind  # noqa: PLC0415 - loads the room

    institutions = {kind.value for kind in PartyKind if kind.is_institution}
    known = list(statements)
    parties = {each.body.get("party") for each in known if each.body.get("kind") in institutions}
    return [each for each in known if each.body.get("party") in parties]


def _trusted_logs(settings: Settings) -> dict[str, Any]:
    from shuxin.ledger.api import LogTrust, own_log_key  # noqa: PLC0415 - loads the room

    file = settings.home / LOGS_FILE
    if file.is_file():
        stated: dict[str, Any] = parse_json(file.read_bytes())
        LogTrust.of(stated)
        return stated
    own = own_log_key(settings)
    logs = [own.text] if own else []
    return {"logs": [*logs, *_logs_named(logs)], "witnesses": [], "threshold": 0}


def _logs_named(known: list[str]) -> list[str]:
    """Those that holders of joint cards named in what they signed for this party, when their answers were checked."""
    from shuxin.federation.api import logs_named  # noqa: PLC0415 - needs the database

    return [one for one in logs_named() if one not in known]


urlpatterns = [path("verify", verify), path("verify/trust.json", trust)]
