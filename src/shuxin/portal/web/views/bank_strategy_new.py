"""How a draft of a strategy begins: from one that stands, the standard one with this bank's scores, or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Choice, Field
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.uploads import the_file
from shuxin.portal.web.views import bank_asking
from shuxin.portal.web.views.bank_strategies import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from shuxin.lending.api import Strategy, StrategyView

_LARGEST = 1 << 20
_STANDARD = "standard"
_NOTHING = Choice("none", Text(en="without", zh="不使用"))


def begun(request: HttpRequest, found: Sequence[StrategyView]) -> Strategy:
    """What the form wants to begin with. Raises FileNeeded, StrategyInvalid, NoSuchPage."""
    from shuxin.lending.api import (  # noqa: PLC0415 - heavy
        read_strategy,
        standard_strategy,
        strategy_kept,
    )

    given = request.POST
    if given.get("do") == "file":
        content: bytes = the_file(request, "file").read(_LARGEST + 1)
        return read_strategy(content)
    if given.get("base") == _STANDARD:
        card = _one_of(given.get("card", ""), _cards())
        service = _one_of(given.get("service", ""), _services())
        return standard_strategy(model=card, service=service)
    one = next((each for each in found if each.key == given.get("base")), None)
    if one is None:
        raise NoSuchPage
    return strategy_kept(one.digest)


def _one_of(typed: str, choices: Sequence[Choice]) -> str:
    return typed if typed in {one.value for one in choices} else ""


def fields(request: HttpRequest, found: Sequence[StrategyView]) -> dict[str, Field]:
    """By name: base, card and service of the standard one, file."""
    given = request.POST
    base = [
        Choice(
            _STANDARD, Text(en="the standard one for working capital", zh="流动资金信用贷标准策略")
        )
    ]
    base += [Choice(one.key, named(one)) for one in found if one.state != "dropped"]
    card, service = _cards(), _services()
    return {
        "base": Field(
            "base",
            Text(en="Begin with", zh="基于"),
            kind="choice",
            choices=base,
            value=given.get("base") or _STANDARD,
        ),
        "card": _scores(
            "card",
            Text(en="Its score card", zh="标准策略采用的评分卡"),
            card,
            given.get("card", ""),
        ),
        "service": _scores(
            "service",
            Text(en="Its joint score", zh="标准策略采用的联合评分"),
            service,
            given.get("service", ""),
        ),
        "file": Field(
            "file",
            Text(en="Strategy (JSON)", zh="策略文件（JSON）"),
            kind="file",
            accept=".json",
            hint=Text(en="As the page of a strategy gives it.", zh="由策略页面导出的文件。"),
        ),
    }


def _scores(name: str, label: Text, choices: Sequence[Choice], typed: str) -> Field:
    """The newest is offered first."""
    first = choices[0].value if choices else _NOTHING.value
    return Field(
        name,
        label,
        kind="choice",
        choices=[*choices, _NOTHING],
        value=typed or first,
        required=False,
    )


def _cards() -> list[Choice]:
    """Score cards of this bank, the newest first."""
    from shuxin.scoring.api import kept_models  # noqa: PLC0415 - heavy

    return [Choice(one.digest, f"{one.name} · {one.digest[:12]}") for one in kept_models()]


def _services() -> list[Choice]:
    """Open joint services of this bank; of a home without a node none."""
    try:
        found = bank_asking.services_to_ask(settings_from_environment(), now=now_in_china())
    except ShuxinError:
        return []
    return [Choice(one.job_id, one.title) for one in found]
