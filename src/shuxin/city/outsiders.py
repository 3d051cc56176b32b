"""Firms outside the city that its businesses trade with: a code and a name, nothing else is known."""

from __future__ import annotations

from dataclasses import dataclass

from shuxin.city.numbers import uscc_of
from shuxin.city.streams import one_of, stream
from shuxin.city.vocabulary import BRAND_FIRST, BRAND_SECOND, ENTERPRISE_FORMS, TRADES

PLACES = ("溪原", "岭栖", "汀阳")
_REGIONS = ("349931", "349942", "349953")
"""Codes that GB/T 2260 has assigned to nobody, of the same places."""
_PER_FIRM = 4


@dataclass(frozen=True, slots=True)
class Outsider:
    code: str
    name: str


def outsiders(*, firms: int, seed: int) -> tuple[Outsider, ...]:
    """Four for each firm of the city; their codes follow those of the ``firms`` and repeat none."""
    rng = stream(seed=seed, purpose="outsiders")
    trades = [trade for section in "CFGIL" for _, trade in TRADES[section]]
    forms = tuple(ENTERPRISE_FORMS)[:2]
    found = []
    for index in range(firms, firms * (1 + _PER_FIRM)):
        place = index % len(PLACES)
        code = uscc_of(index, category="91", region=_REGIONS[place], seed=seed)
        brand = one_of(BRAND_FIRST, rng=rng) + one_of(BRAND_SECOND, rng=rng)
        name = f"{PLACES[place]}{brand}{one_of(trades, rng=rng)}{one_of(forms, rng=rng)}"
        found.append(Outsider(str(code), name))
    return tuple(found)
