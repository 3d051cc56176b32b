"""Rankings as they are kept (匹配记录): with all they rest on, so that each can be computed again, bit for bit."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from shuxin.infra.api import CHINA
from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import Conflict
from shuxin.kernel.machine import StepImpossible
from shuxin.kernel.text import Text
from shuxin.market.acting import THE_OPERATOR, of_platform
from shuxin.market.demands import demand
from shuxin.market.domain.lives import DEMAND
from shuxin.market.domain.terms import DemandTerms, FirmFacts, ProductTerms
from shuxin.market.match_models import MatchingRow, ShelfRow, ShownRow
from shuxin.market.matching.bands import bands_of
from shuxin.market.matching.exploration import seldom_shown
from shuxin.market.matching.learning import (
    answers_of_lenders,
    learn_daily,
    model_in_use,
    shown_of_lenders,
)
from shuxin.market.matching.parts import Answers
from shuxin.market.matching.policy import policy_from
from shuxin.market.matching.ranking import Ranked, RankingContext, rank
from shuxin.market.matching.rules import ranking_policy
from shuxin.market.moves import locked_demand, move_demand
from shuxin.market.products import on_the_shelf, products
from shuxin.market.shelf_models import DemandRow, ProductVersionRow
from shuxin.market.steps import ThingUnknown
from shuxin.market.wire import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.market.demands import DemandView
    from shuxin.market.products import ProductView
    from shuxin.market.steps import Doer

_MATCHABLE = ("published", "matched")
_UNNAMED = ("party", "name")
_AT_ONCE, _PERMILLE = 500, 1000


class MatchingDiffers(Conflict):
    code = "matching_differs"
    what = Text(
        en="computed again, this ranking comes out differently", zh="重新计算的排序与存档记录不一致"
    )
    mend = Text(
        en="It was made by another version of the software, or the record was changed: compare the hashes",
        zh="可能由其他版本的软件生成，或记录被改动，请核对哈希值",
    )


@dataclass(frozen=True, slots=True)
class Matching:
    """One ranking (匹配结果). digest: SHA-256 of the whole record; the log has it with the step ``match``.

    inputs, policy: hashes of what it rests on. agrees: computed again just now it was the same. is_estimated: chances
    of approval entered.
    """

    demand: str
    digest: str
    inputs: str
    policy: str
    policy_version: str
    at: dt.datetime
    ranked: tuple[Ranked, ...]
    agrees: bool
    is_estimated: bool

    @property
    def possible(self) -> tuple[Ranked, ...]:
        return tuple(one for one in self.ranked if one.place)

    @property
    def excluded(self) -> tuple[Ranked, ...]:
        return tuple(one for one in self.ranked if not one.place)


def match_demand(key: str, *, doer: Doer, now: dt.datetime) -> Matching:
    """Rank what is online, keep the ranking, and call the demand matched where anything is possible.

    Nothing new is kept when nothing has changed since, the demand neither. Raises ThingUnknown, StepImpossible.
    """
    wanted = demand(key, viewer=THE_OPERATOR)
    if wanted.state not in _MATCHABLE:
        raise DEMAND.impossible("match", wanted.state, actor=doer.actor)
    shelf = products()
    said, ranking = _ranked_now(wanted, shelf, now=now)
    kept = _record(said, ranking)
    with transaction.atomic():
        row = locked_demand(key)
        newest = MatchingRow.objects.filter(demand=key).order_by("-pk").first()
        if newest is None or newest.inputs != kept["inputs"] or newest.at < row.changed_at:
            newest = MatchingRow(demand=key, shelf=said["shelf"], at=now, **kept)
            newest.save()
            _note_shown(ranking, places=said["policy"]["explore_place"], now=now)
        if row.state == "published" and any(one.place for one in ranking):
            move_demand(row, "match", doer=of_platform(doer), now=now, evidence=newest.digest)
    return _matching(newest, said, ranking, agrees=True)


def match_waiting(*, doer: Doer, now: dt.datetime) -> Counter[str]:
    """Match every published demand that was not yet, or for which other products are online now; learn once a day.

    For the platform's background work. Counts: matched, none (nothing is possible), gone.
    """
    learn_daily(now=now)
    counted: Counter[str] = Counter()
    for key in demands_to_match():
        try:
            counted["matched" if match_demand(key, doer=doer, now=now).possible else "none"] += 1
        except (StepImpossible, ThingUnknown):  # withdrawn meanwhile
            counted["gone"] += 1
    return counted


def demands_to_match() -> list[str]:
    """Keys of those, the oldest first."""
    waiting = list(DemandRow.objects.filter(state="published").order_by("pk"))
    if not waiting:
        return []
    rows = MatchingRow.objects.filter(demand__in=[row.key for row in waiting]).order_by("pk")
    last = {key: (shelf, at) for key, shelf, at in rows.values_list("demand", "shelf", "at")}
    shelf = content_hash([list(one) for one in on_the_shelf()])
    never = ("", dt.datetime.min.replace(tzinfo=dt.UTC))
    return [
        row.key
        for row in waiting
        if last.get(row.key, never)[0] != shelf or last[row.key][1] < row.changed_at
    ]


def matching_of(demand_key: str, *, viewer: str) -> Matching | None:
    """The newest, None before the first. The firm and the operator see all; a lender its own products, no chance.

    Raises ThingUnknown, also of what is not for this viewer.
    """
    seen = demand(demand_key, viewer=viewer)
    row = MatchingRow.objects.filter(demand=demand_key).order_by("-pk").first()
    if row is None:
        return None
    whole = _again(row)
    if viewer in {THE_OPERATOR, _firm_of(demand_key)}:
        return whole
    mine = (_for_lender(one) for one in whole.ranked if one.lender == viewer)
    return replace(whole, demand=seen.key, ranked=tuple(mine))


def replay_matching(digest: str) -> Matching:
    """Compute a kept ranking again from its inputs. Raises ThingUnknown, MatchingDiffers."""
    row = MatchingRow.objects.filter(digest=digest).order_by("-pk").first()
    if row is None:
        raise ThingUnknown(kind="matching")
    matching = _again(row)
    if not matching.agrees:
        raise MatchingDiffers
    return matching


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """Where a product stood in a kept ranking. points: of each part of the score, millionths of it."""

    product: str
    place: int
    points: Mapping[str, int]


def best_places(demand_keys: Sequence[str], *, own: frozenset[str]) -> dict[str, KeptPlace]:
    """The best place of one of the ``own`` products in the newest ranking of each demand, as kept. For this room."""
    found: dict[str, KeptPlace] = {}
    for start in range(0, len(demand_keys), _AT_ONCE):
        part = demand_keys[start : start + _AT_ONCE]
        rows = MatchingRow.objects.filter(demand__in=part).order_by("pk")
        contents = dict(rows.values_list("demand", "content"))
        for key, content in contents.items():
            mine = (one for one in json.loads(content)["result"] if one[0] in own)
            best = min(mine, key=lambda one: one[1], default=None)
            if best is not None:
                points = {code: value * weight for code, value, weight in best[-1]}
                found[key] = KeptPlace(best[0], best[1], points)
    return found


@dataclass(frozen=True, slots=True)
class _Wanted:
    key: str
    firm: FirmFacts
    terms: DemandTerms


@dataclass(frozen=True, slots=True)
class _Offered:
    key: str
    lender: str
    version: int
    terms: ProductTerms
    digest: str


def _ranked_now(
    wanted: DemandView, shelf: Sequence[ProductView], *, now: dt.datetime
) -> tuple[dict[str, Any], list[Ranked]]:
    """All inputs as JSON, and the ranking from them."""
    policy, model = ranking_policy(), model_in_use()
    today = now.astimezone(CHINA).date()
    firm = {k: v for k, v in to_json(wanted.firm).items() if k not in _UNNAMED}
    chance = {}
    if model and wanted.terms.may_estimate:
        for one in shelf:
            bands = bands_of(wanted.firm, wanted.terms, one.terms, today=today)
            chance[one.key] = model.chance_bp(one.lender, bands)
    online = {one.lender for one in shelf}
    seldom = seldom_shown(shown_of_lenders(now=now), online, policy=policy)
    answers = answers_of_lenders(now=now)
    said: dict[str, Any] = {
        "demand": wanted.key,
        "terms": to_json(wanted.terms),
        "firm": firm,
        "today": today.isoformat(),
        "policy": json.loads(policy.content),
        "shelf": _keep_shelf(shelf),
        "model": model.digest if chance and model else "",
        "answers": {lender: [one.in_time, one.all] for lender, one in sorted(answers.items())},
        "seldom": sorted(seldom),
        "chance": chance,
    }
    ranking = rank(_wanted(said), shelf, context=_context(said))
    possible = {one.product for one in ranking if one.place}
    said["chance"] = {key: chance[key] for key in sorted(possible & set(chance))}
    return said, ranking


def _record(said: dict[str, Any], ranking: Sequence[Ranked]) -> dict[str, str]:
    whole = {**said, "result": _numbers(ranking)}
    return {
        "content": canonical_json(whole).decode(),
        "digest": content_hash(whole),
        "inputs": content_hash(said),
        "result": content_hash(whole["result"]),
    }


def _numbers(ranking: Sequence[Ranked]) -> list[list[Any]]:
    """What is compared: everything but the sentences."""
    return [
        [
            one.product,
            one.place,
            one.score,
            one.explored,
            one.cost.apr_bp if one.cost else None,
            [[part.code, part.value, part.weight] for part in one.parts],
        ]
        for one in ranking
        if one.place
    ]


def _again(row: MatchingRow) -> Matching:
    said = json.loads(row.content)
    said.pop("result")
    ranking = rank(_wanted(said), _shelf(said["shelf"]), context=_context(said))
    record = _record(said, ranking)
    agrees = record == {name: getattr(row, name) for name in record}
    return _matching(row, said, ranking, agrees=agrees)


def _matching(
    row: MatchingRow, said: dict[str, Any], ranking: Sequence[Ranked], *, agrees: bool
) -> Matching:
    return Matching(
        demand=row.demand,
        digest=row.digest,
        inputs=row.inputs,
        policy=content_hash(said["policy"]),
        policy_version=said["policy"]["version"],
        at=row.at,
        ranked=tuple(ranking),
        agrees=agrees,
        is_estimated=bool(said["model"]),
    )


def _wanted(said: dict[str, Any]) -> _Wanted:
    firm = from_json(FirmFacts, {**dict.fromkeys(_UNNAMED, ""), **said["firm"]})
    return _Wanted(said["demand"], firm, from_json(DemandTerms, said["terms"]))


def _context(said: dict[str, Any]) -> RankingContext:
    return RankingContext(
        today=dt.date.fromisoformat(said["today"]),
        policy=policy_from(said["policy"]),
        chance=said["chance"],
        answers={lender: Answers(*counts) for lender, counts in said["answers"].items()},
        seldom=frozenset(said["seldom"]),
    )


def _listed(shelf: Sequence[ProductView]) -> list[list[Any]]:
    return [[one.key, one.version, one.lender, one.digest] for one in shelf]


def _keep_shelf(shelf: Sequence[ProductView]) -> str:
    """The digest under which these products are kept together."""
    content = canonical_json(_listed(shelf))
    digest = content_hash(_listed(shelf))
    if not ShelfRow.objects.filter(digest=digest).exists():
        try:
            with transaction.atomic():
                ShelfRow(digest=digest, content=content.decode()).save()
        except IntegrityError:  # another worker was first
            pass
    return digest


@lru_cache(maxsize=4)
def _shelf(digest: str) -> tuple[_Offered, ...]:
    """The products as they were; each version's terms never change. Raises ThingUnknown."""
    row = ShelfRow.objects.filter(digest=digest).first()
    if row is None:
        raise ThingUnknown(kind="matching")
    listed = json.loads(row.content)
    versions = ProductVersionRow.objects.filter(product__key__in=[one[0] for one in listed])
    terms = {(v[0], v[1]): v[2] for v in versions.values_list("product__key", "number", "terms")}
    return tuple(
        _Offered(key, lender, version, from_json(ProductTerms, terms[key, version]), digest)
        for key, version, lender, digest in listed
    )


def _note_shown(ranking: Sequence[Ranked], *, places: int, now: dt.datetime) -> None:
    first = [one for one in ranking if 0 < one.place <= places]
    ShownRow.objects.bulk_create(
        ShownRow(lender=one.lender, place=one.place, at=now) for one in first
    )


def _firm_of(key: str) -> str:
    return str(DemandRow.objects.values_list("firm", flat=True).get(key=key))


def _for_lender(one: Ranked) -> Ranked:
    parts = tuple(part for part in one.parts if part.code != "chance")
    shown = sum(part.points for part in parts) // _PERMILLE  # the rest would tell the chance
    return replace(one, parts=parts, score=shown, chance_bp=None)
