"""Subjects that a department knows by a number of its own (内部编号), the same in all its datasets."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shuxin.fusion.resolution import Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.fusion.resolution import Placement, Resolution

_LONGEST, _SHOWN = 64, 43


def own_identity(*, department: str, number: str) -> str:
    """Identity of a subject known by a department's number only; at most 64 symbols.

    Where department and number cannot both be read off it, it ends in a digest of both.
    """
    plain = f"{department}:{number}"
    if len(plain) <= _LONGEST and ":" not in department:
        return plain
    digest = hashlib.sha256(f"{department}\x1f{number}".encode()).hexdigest()
    return f"{plain[:_SHOWN]}~{digest}"[:_LONGEST]


def _said(keys: list[str], placed: Mapping[str, Placement], way: Way) -> set[str]:
    """Codes of the entities with which these mentions were placed in this way."""
    return {placed[key].entity for key in keys if placed[key].way is way}


def by_own_number(resolved: Resolution, *, rows: dict[str, dict[str, Any]]) -> Resolution:
    """The resolution in which one number of one department is one entity.

    rows: by mention key ``department, number``. A number that goes with one credit code anywhere goes
    with it everywhere; with several codes, each mention stays where its code put it and the others
    get the number's own entity. A number that no row gives a code goes with the code of its names, where all of them
    that are somebody's very name are one firm's. Doubts about mentions that a number settles are dropped.
    """
    placed = {placement.mention: placement for placement in resolved.placements}
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for key, row in rows.items():
        if row["number"]:
            groups[row["department"], row["number"]].append(key)
    settled: dict[str, str] = {}
    for (department, number), keys in sorted(groups.items()):
        codes = _said(keys, placed, Way.CODE) or _said(keys, placed, Way.NAME)
        own = own_identity(department=department, number=number)
        target = next(iter(codes)) if len(codes) == 1 else own
        settled |= {key: target for key in keys if placed[key].way is not Way.CODE}
    placements = tuple(
        replace(p, entity=settled[p.mention], way=Way.NUMBER, explanation=None)
        if p.mention in settled
        else p
        for p in resolved.placements
    )
    return replace(
        resolved,
        placements=placements,
        reviews=tuple(r for r in resolved.reviews if not set(r.mentions) & settled.keys()),
        findings=tuple(f for f in resolved.findings if f.mention not in settled),
    )
