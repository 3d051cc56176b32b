"""The one place where a load is judged before it comes into force (装载质检): its own rules, drift, other datasets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuxin.catalogue.api import (
    Agrees,
    Check,
    Cycle,
    Dimension,
    Gaps,
    Identity,
    Orphans,
    OwnerRules,
    Severity,
    Timeliness,
    contract,
    datasets,
    datasets_whose_rules_read,
    distribution_of,
    findings_of_load,
    freshness,
    hold_of,
    load_history,
    loads,
    read_owner_rules,
    stated,
)
from shuxin.fusion.cross_rules import Setting, code_field, cross_check, row_check, unjudged
from shuxin.fusion.distributions import distributions, drift_checks
from shuxin.fusion.findings import checks_of, notices_of
from shuxin.fusion.history import BACKFILL
from shuxin.fusion.loading import ROWS_FILE
from shuxin.fusion.standard_rules import standard_rules
from shuxin.infra.api import CHINA, Store
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import (
        Contract,
        DatasetRule,
        Finding,
        Hold,
        LoadView,
        Measured,
        NewLoad,
    )
    from shuxin.consent.api import Permit
    from shuxin.fusion.rows import Tally
    from shuxin.infra.api import Settings

    OwnReading = Callable[[], Permit]
    """Asks the gate for the holder's own reading of all its data, for data quality; recorded before it answers."""

OWNER_FILE = "quality.toml"
_REGISTER = "register"
_PROMISED = frozenset({"key_repeated", "required_missing"})
_LATE = Text(
    en="the newest row is {days} days old; {allowed} are agreed",
    zh="最新一行距今 {days} 天，约定不超过 {allowed} 天",
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is recorded beside a load: findings, figures, the counts for the next one, and whether it is held."""

    findings: tuple[Finding, ...]
    measured: tuple[Measured, ...]
    distribution: dict[str, Any]
    hold: Hold | None


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the loads of one import run. ``reading`` None: what needs other rows than the new ones is not judged."""

    settings: Settings
    connection: Backend
    reading: OwnReading | None

    def judge(
        self, load: NewLoad, *, agreed: Contract, tally: Tally, declared: bool = False
    ) -> Judgement:
        """Of a load that stands in the store and is not recorded yet. declared: its sender wrote the contract, so that
        even a first load is kept aside where it breaks what this promises. Raises QualityFileInvalid, and what the gate
        raises when it does not let the holder read.
        """
        owner = owner_rules(self.settings)
        rows_file = Store(self.settings.store).folder(load.store_name) / ROWS_FILE
        before = load_before(load)
        counted = {} if before is None else dict(distribution_of(load=before.id))
        own, compared = distributions(rows_file, contract=agreed, before=counted)
        found = [
            *checks_of(
                rows_file, contract=agreed, tally=tally, owner=owner, connection=self.connection
            ),
            *drift_checks(contract=agreed, owner=owner, before=counted, compared=compared),
            *_timely(rows_file, load, agreed),
            *self._of_rows(load, agreed),
            *self._across(load, agreed, owner),
        ]
        told = [one.finding for one in found if one.judged and one.finding is not None]
        standing = None if before is None else findings_of_load(load=before.id)
        held = hold_of(findings=told, standing=standing, fewest=owner.fewest_rows)
        if held is None and before is None and declared:
            broken = [one for one in told if _is_promised(one)]
            held = hold_of(findings=broken, standing=(), fewest=owner.fewest_rows)
        return Judgement(
            findings=(*told, *notices_of(tally)),
            measured=tuple(one.measured for one in found),
            distribution=own,
            hold=held,
        )

    def _of_rows(self, load: NewLoad, agreed: Contract) -> list[Check]:
        rules = [
            *(rule for rule in agreed.rules if isinstance(rule, Identity)),
            *standard_rules(agreed),
        ]
        setting = Setting(self.connection, self.settings, load)
        return [row_check(rule, setting=setting, agreed=agreed) for rule in rules]

    def _across(self, load: NewLoad, agreed: Contract, owner: OwnerRules) -> list[Check]:
        """The rules of this dataset, and those of others that this one is held against."""
        rules = [*_own_rules(agreed, owner), *_rules_of_others(agreed, owner, now=load.known_time)]
        if not rules:
            return []
        if self.reading is None:
            return [unjudged(rule) for rule, _ in rules]
        permit = self.reading()
        setting = Setting(self.connection, self.settings, load)
        return [
            cross_check(rule, setting=setting, agreed=of, permit=permit)
            if permit.reads(of.dataset)
            else unjudged(rule)
            for rule, of in rules
        ]


def _is_promised(finding: Finding) -> bool:
    """Whether a finding is of what the contract itself states, and not of the owner's limits."""
    return finding.code in _PROMISED or finding.code.startswith("rule_")


def owner_rules(settings: Settings) -> OwnerRules:
    """What the file ``quality.toml`` of the home states, else the defaults. Raises QualityFileInvalid."""
    file = settings.home / OWNER_FILE
    return read_owner_rules(file.read_bytes()) if file.is_file() else OwnerRules()


def load_before(load: NewLoad) -> LoadView | None:
    """The load in force that a new one follows: of its file, else the newest of its dataset.

    None where there is none, and for a new file while the history of its dataset is still being brought in.
    """
    current = loads(dataset=load.dataset)
    same = [one for one in current if one.source_file == load.source_file]
    if same or not current:
        return same[0] if same else None
    first = load_history(dataset=load.dataset)[0].known_time
    newest = max(current, key=lambda one: (one.known_time, one.id))
    return newest if load.known_time > first + BACKFILL else None


def _own_rules(agreed: Contract, owner: OwnerRules) -> list[tuple[DatasetRule, Contract]]:
    rules: list[DatasetRule] = [
        rule for rule in agreed.rules if isinstance(rule, Gaps | Orphans | Agrees)
    ]
    register = _register_rule(agreed, owner)
    return [(rule, agreed) for rule in (*rules, *([register] if register else []))]


def _register_rule(agreed: Contract, owner: OwnerRules) -> Orphans | None:
    """The owner's own, for every dataset with credit codes that declares none."""
    declared = any(isinstance(rule, Orphans) for rule in agreed.rules)
    if not owner.register or declared or agreed.dataset == owner.register:
        return None
    if not code_field(agreed):
        return None
    return Orphans(name=_REGISTER, register=owner.register, at_least=owner.orphan)


def _rules_of_others(
    agreed: Contract, owner: OwnerRules, *, now: dt.datetime
) -> Iterator[tuple[DatasetRule, Contract]]:
    """Rules of other datasets that read this one; where this one is the owner's register, of all with credit codes."""
    for name in datasets_whose_rules_read(dataset=agreed.dataset):
        other = contract(dataset=name)
        for rule in other.rules:
            if agreed.dataset in rule.reads:
                yield rule, other
    if agreed.dataset == owner.register:
        for one in datasets(now=now):
            other = contract(dataset=one.name)
            rule_of_owner = _register_rule(other, owner) if one.rows else None
            if rule_of_owner is not None:
                yield rule_of_owner, other


def _timely(rows_file: Path, load: NewLoad, agreed: Contract) -> list[Check]:
    """Whether the newest row is as new as cycle and lag promise; only where the rows say when they were known."""
    newest = _newest_known(rows_file, agreed)
    if newest is None or agreed.cycle is Cycle.EVENT:
        return []
    state = freshness(
        cycle=agreed.cycle, lag_days=agreed.lag_days, newest=newest, now=load.known_time
    )
    days, allowed = max(state.days_since or 0, 0), state.allowed_days or 0
    late = state.state is Timeliness.LATE
    return [
        Check(
            rule="timely",
            code="late",
            dimension=Dimension.TIMELINESS,
            kept=allowed / days if late else 1.0,
            figure=float(days),
            limit=float(allowed),
            failed=int(late),
            of=1,
            severity=Severity.WARNING if late else None,
            says=stated(_LATE, days=days, allowed=allowed),
        )
    ]


def _newest_known(rows_file: Path, agreed: Contract) -> dt.datetime | None:
    own = agreed.known_time_field
    if not own:
        return None
    with pq.ParquetFile(rows_file) as source:
        if own not in source.schema_arrow.names or not source.metadata.num_rows:
            return None
        found = [pc.max(batch.column(0)) for batch in source.iter_batches(columns=[own])]
    told = [one.as_py() for one in found if one.is_valid]
    if not told:
        return None
    newest = max(told)
    if isinstance(newest, dt.datetime):
        return newest if newest.tzinfo else newest.replace(tzinfo=CHINA)
    return dt.datetime.combine(newest, dt.time(), tzinfo=CHINA)
