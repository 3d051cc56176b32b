"""Facts of a decision from this bank's own home: open lists, own features, joint scores; each under a recorded use."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import GateLimits, Purpose, UseRefused, entity_of
from shuxin.infra.api import development_facts, development_mode
from shuxin.kernel.errors import Conflict, NotPermitted
from shuxin.kernel.text import Text
from shuxin.lending.api import Fetched
from shuxin.portal.bootstrap import gate

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from shuxin.consent.api import Permit
    from shuxin.federation.api import Asking, Scoring
    from shuxin.infra.api import Settings

BY = "desk"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FEN_PER_YUAN = 100
_IN_YUAN = {
    "inv_out_amt_12m": "own.sales_12m_yuan",
    "inv_in_amt_12m": "own.purchases_12m_yuan",
}
_RENAMED = {"inv_out_active_12m": "own.active_months"}
_FEATURES = {fact: name for name, fact in (_IN_YUAN | _RENAMED).items()}
"""Names of the standard strategy for features of this platform; all features keep their own names beside them."""


class JointAuthorisationMissing(NotPermitted):
    code = "joint_authorisation_not_held"
    what = Text(
        en="no authorisation of the firm for this joint score is held here",
        zh="本行未持有该企业用于此联合评分的授权书",
    )
    mend = Text(en="Ask the firm for it", zh="请向企业申请授权")


class OwnDataNotUsable(Conflict):
    """No grant of the firm mends it: it objected to a record, or this lender's own basis is missing."""

    code = "own_data_not_usable"
    what = Text(
        en="this lender may not use what it holds of the firm for a decision now: {reasons}",
        zh="本行现不得将所持有的该企业数据用于授信决策：{reasons}",
    )
    mend = Text(
        en="A person decides; see the firm's objections and this lender's lawful basis",
        zh="转人工审批；请核对企业提出的异议及本行的合法性依据",
    )


@dataclass
class BankSources:
    """Fills ``lending.api.Sources``; one thread at a time. ``close`` it."""

    settings: Settings
    _asking: Asking | None = None
    _permit: tuple[tuple[str, dt.datetime], Permit] | None = None
    _noted: list[int] = field(default_factory=list)

    def open_facts(self, firm: str, now: dt.datetime) -> Fetched:
        """``open.<list>``: whether the firm stands in it; a dataset all of whose fields are open is a list.

        What the firm had withheld is unknown. Raises OwnDataNotUsable.
        """
        from shuxin.fusion.api import listed_in  # noqa: PLC0415 - heavy

        lists = open_lists(now=now)
        if not lists:
            return Fetched({})
        permit = self._own_permit(entity_of(firm), now)
        found = listed_in(entity_of(firm), datasets=lists, permit=permit)
        said: dict[str, list[bool | None]] = {}
        for dataset, name in lists.items():
            is_known = not permit.disputed(entity_of(firm), dataset)
            said.setdefault(f"open.{name}", []).append(dataset in found if is_known else None)
        facts = {
            name: any(each) or (None if None in each else False) for name, each in said.items()
        }
        return Fetched(facts, (permit.log_index,))

    def own_facts(self, firm: str, now: dt.datetime, *, names: Collection[str]) -> Fetched:
        """``own.<feature>`` of this bank's data until ``now``; of a firm that they do not mention nothing is known.

        In a demo the data end on a day of its own. Raises OwnDataNotUsable, NotSetUp.
        """
        from shuxin.fusion.api import (  # noqa: PLC0415 - heavy
            NoFeatureData,
            compute_features,
            names_of,
        )

        entity = entity_of(firm)
        permit = self._own_permit(entity, now)
        use = (permit.log_index,)
        if entity not in names_of([entity], permits=[permit]):
            return Fetched({}, use)
        try:
            table = compute_features(
                [(entity, self._as_of(now))],
                permits=[permit],
                settings=self.settings,
                now=now,
                names=[_FEATURES.get(name, name.removeprefix("own.")) for name in names],
            )
        except NoFeatureData:
            return Fetched({}, use)
        return Fetched(_named(table.to_pylist()[0]), use)

    def joint_score(self, firm: str, service: str, now: dt.datetime) -> Fetched:
        """Asked of all holders under the authorisations held here; the score is kept with its evidence.

        Raises JointAuthorisationMissing, and as ``Asking.score``.
        """
        from shuxin.portal.web.views.bank_scoring import held_for  # noqa: PLC0415 - heavy

        asks, entity = self._asks(), entity_of(firm)
        held = held_for(self.settings, asks.job(service), subject=entity, now=now)
        if not held.by_holder:
            raise JointAuthorisationMissing
        self._noted.clear()
        found = asks.score(service, subjects=[entity], words=held.words)
        evidence = found.score_ids[0] if found.score_ids else ""
        return Fetched(_joint(found, asks, service), tuple(self._noted), evidence=evidence)

    def warm(self) -> None:
        """Load now what the first decision would wait for; reads nothing."""
        from shuxin.fusion.api import warm_up  # noqa: PLC0415 - heavy

        warm_up()

    def close(self) -> None:
        if self._asking is not None:
            self._asking.close()
            self._asking = None

    def _as_of(self, now: dt.datetime) -> dt.date:
        """Today; in a demo the day on which its city's data end, when that has passed."""
        today = now.date()
        if not development_mode(self.settings):
            return today
        until = development_facts(self.settings).get("data_until", "")
        return min(dt.date.fromisoformat(until), today) if until else today

    def _own_permit(self, entity: str, now: dt.datetime) -> Permit:
        """One use for all that one decision reads of own data. Raises OwnDataNotUsable."""
        key = entity, now
        if self._permit is None or self._permit[0] != key:
            own = replace(gate(self.settings), reader=BY)
            try:
                permit = own.permit_own_each([entity], purpose=Purpose.CREDIT_DECISION, now=now)[0]
            except UseRefused as error:
                raise OwnDataNotUsable(reasons=error.in_words()["reasons"]) from error
            self._permit = key, permit
        return self._permit[1]

    def _asks(self) -> Asking:
        """Kept open between decisions."""
        if self._asking is None:
            from shuxin.portal.node_services import asking  # noqa: PLC0415 - heavy

            def own_gate() -> Any:
                own = replace(gate(self.settings, limits=GateLimits.batch()), reader=BY)
                return _Noting(own, self._noted)

            self._asking = replace(asking(self.settings), gate=own_gate)
        return self._asking


@dataclass(frozen=True, slots=True)
class _Noting:
    """A gate whose permits' places in the log are noted."""

    within: Any
    noted: list[int]

    def permit_own_part(self, **asked: Any) -> Permit:
        permit: Permit = self.within.permit_own_part(**asked)
        self.noted.append(permit.log_index)
        return permit


def open_lists(*, now: dt.datetime) -> Mapping[str, str]:
    """Loaded datasets of this home whose fields are all shared without condition, and how facts name them."""
    from shuxin.catalogue.api import Sharing, contract, datasets  # noqa: PLC0415 - needs the database

    found = {}
    for one in datasets(now=now):
        agreed = contract(dataset=one.name)
        is_open = all(each.sharing is Sharing.UNCONDITIONAL for each in agreed.fields)
        name = one.name.rsplit(".", 1)[-1].replace("-", "_")
        if is_open and one.freshness.days_since is not None and _NAME.fullmatch(name):
            found[one.name] = name
    return found


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, value in row.items():
        if name in {"entity", "as_of"}:
            continue
        facts[f"own.{name}"] = value
        if name in _RENAMED:
            facts[_RENAMED[name]] = value
        if name in _IN_YUAN and value is not None:
            facts[_IN_YUAN[name]] = value // _FEN_PER_YUAN
    return facts


def _joint(found: Scoring, asks: Asking, service: str) -> dict[str, Any]:
    """Points, PD calibrated where the service has a calibration, and whether every holder answered."""
    import numpy as np  # noqa: PLC0415 - heavy

    from shuxin.federation.api import calibration_in  # noqa: PLC0415 - heavy

    score = found.scores.one(0)
    calibration = calibration_in(asks.results(service))
    pd = score.pd
    if calibration is not None:
        pd = float(calibration.pd(np.array([score.points]), part=asks.part(service))[0])
    complete = all(share.standing.name == "ANSWERED" for share in score.shares)
    return {"joint.points": score.points, "joint.pd": pd, "joint.complete": complete}
