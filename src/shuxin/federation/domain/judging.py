"""Whether a node takes a job (任务审查): job, policy, cards, what was spent, the moment -> reasons to refuse; pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlsplit

from shuxin.consent.api import HOLDERS_OWN
from shuxin.federation.domain.figures import figures_of
from shuxin.federation.domain.job import Role
from shuxin.federation.domain.parameters import (
    AligningParameters,
    Learn,
    RehearsalParameters,
    ScorecardParameters,
    ServiceParameters,
)
from shuxin.federation.domain.policy import KindName, NodeFacts, Policy, Spent, offered
from shuxin.federation.domain.refusal import JobReason, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shuxin.federation.domain.job import Job

MOST_AHEAD = dt.timedelta(minutes=5)
"""How far the proposer's clock may be ahead."""
MOST_CELLS = 1 << 31
"""Of the matrices of a rehearsal, which lie on the disk as files: 8 or 16 GB."""
KNOWN_VERSIONS = frozenset({1})
KNOWN_KINDS = frozenset(get_args(KindName))
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def not_understood(body: Mapping[str, object]) -> tuple[Refusal, ...]:
    """Reasons before a job's text is read as one: a version or kind of a later program."""
    found = []
    version, parameters = body.get("version"), body.get("parameters")
    if isinstance(version, int) and version not in KNOWN_VERSIONS:
        known = ", ".join(str(one) for one in sorted(KNOWN_VERSIONS))
        found.append(Refusal(JobReason.VERSION_UNKNOWN, f"{version}; {known}"))
    kind = parameters.get("kind") if isinstance(parameters, dict) else None
    if isinstance(kind, str) and kind not in KNOWN_KINDS:
        plain = kind if kind.isascii() and kind.replace("_", "").isalnum() else ""
        found.append(Refusal(JobReason.KIND_UNKNOWN, plain[:40]))
    return tuple(found)


def judge_job(
    job: Job,
    policy: Policy,
    *,
    me: str,
    nodes: Mapping[str, NodeFacts],
    spent: Spent | None,
    now: dt.datetime,
) -> tuple[Refusal, ...]:
    """Every reason to refuse, sorted; empty when nothing speaks against it.

    nodes: what the cards of the parties say, this node's own too. spent: of the version that this node's
    dataset has now; None when it has no such dataset.
    """
    here = _Case(job, policy, me, nodes, now)
    found = chain(
        _against_parties(here),
        _against_use(here),
        _against_input(here, spent),
        _against_parameters(here),
        _against_time(here),
    )
    return tuple(sorted(set(found)))


@dataclass(frozen=True, slots=True)
class _Case:
    job: Job
    policy: Policy
    me: str
    nodes: Mapping[str, NodeFacts]
    now: dt.datetime


def _against_parties(here: _Case) -> Iterator[Refusal]:
    job, policy = here.job, here.policy
    if job.role_of(here.me) is None:
        yield Refusal(JobReason.NOT_A_PARTY)
    if job.proposer not in {here.me, *policy.proposers}:
        yield Refusal(JobReason.PROPOSER_NOT_ACCEPTED, job.proposer)
    for seat in job.parties:
        if seat.party not in here.nodes:
            yield Refusal(JobReason.PARTY_UNKNOWN, seat.party)
    if job.helper is not None:
        if job.helper not in {here.me, *policy.helpers}:
            yield Refusal(JobReason.HELPER_NOT_ACCEPTED, job.helper)
        yield from _against_helper(job.helper, here)


def _against_helper(helper: str, here: _Case) -> Iterator[Refusal]:
    """Neither the helper nor who runs it is, runs, or shares the node of a data party (FEDERATION.md section 1)."""
    own, behind = here.nodes.get(helper), _behind(helper, here.nodes)
    for party in here.job.data_parties:
        node = here.nodes.get(party)
        shared = own is not None and node is not None and _meet(own, node)
        if behind & _behind(party, here.nodes) or shared:
            yield Refusal(JobReason.HELPER_IS_DATA_PARTY, party)


def _behind(party: str, nodes: Mapping[str, NodeFacts]) -> set[str]:
    """A party, who runs its node, who runs theirs, and so on."""
    found: set[str] = set()
    while party not in found:
        found.add(party)
        node = nodes.get(party)
        party = party if node is None else node.operated_by
    return found


def _meet(one: NodeFacts, other: NodeFacts) -> bool:
    """Whether they stand at one host; a loopback address is everybody's own, for trials on one machine."""
    here, there = urlsplit(one.address), urlsplit(other.address)
    own_machine = here.hostname in _LOOPBACK
    return here.hostname == there.hostname and (here.port == there.port or not own_machine)


def _against_use(here: _Case) -> Iterator[Refusal]:
    job, kind = here.job, here.job.parameters.kind
    if kind not in here.policy.kinds:
        yield Refusal(JobReason.KIND_NOT_ALLOWED, kind)
    elif job.purpose not in here.policy.kinds[kind]:
        yield Refusal(JobReason.PURPOSE_NOT_ALLOWED, job.purpose)
    if job.purpose in HOLDERS_OWN:
        yield Refusal(JobReason.PURPOSE_OF_HOLDER_ONLY, job.purpose)


def _against_input(here: _Case, spent: Spent | None) -> Iterator[Refusal]:
    """About this node's own data, if any enter."""
    own, policy = here.job.input_of(here.me), here.policy
    if own is None:
        return
    if own.ground not in policy.grounds:
        yield Refusal(JobReason.GROUND_NOT_ACCEPTED, own.ground)
    if own.level > policy.level_max:
        yield Refusal(JobReason.LEVEL_TOO_HIGH, own.dataset)
    if not offered(own.dataset, policy.datasets):
        yield Refusal(JobReason.DATASET_NOT_OFFERED, own.dataset)
    elif spent is None:
        yield Refusal(JobReason.DATASET_UNKNOWN, own.dataset)
    else:
        yield from over_budget(here.job, policy, me=here.me, spent=spent)


def over_budget(job: Job, policy: Policy, *, me: str, spent: Spent) -> Iterator[Refusal]:
    """Whether this job would take more of the dataset's version than is left; ``spent`` is without this job.

    A service takes nothing of it: each answer is counted under its own authorisation and the service's limits.
    """
    if not job.enters_rows:
        return
    own = job.input_of(me)
    name = "" if own is None else own.dataset
    if spent.figures + figures_of(job, party=me) > policy.released_figures_per_dataset_version:
        yield Refusal(JobReason.BUDGET_SPENT, name)
    for partner in job.data_parties:
        done = spent.jobs_with.get(partner, 0)
        if partner != me and done >= policy.joint_jobs_per_dataset_version:
            yield Refusal(JobReason.JOBS_TOO_SIMILAR, partner)


def _against_parameters(here: _Case) -> Iterator[Refusal]:
    job, policy, parameters = here.job, here.policy, here.job.parameters
    rows = job.limits.rows
    if isinstance(parameters, RehearsalParameters):
        rows = parameters.rows
        if rows * (parameters.left + parameters.right * parameters.products) > MOST_CELLS:
            yield Refusal(JobReason.ROWS_TOO_MANY, f"{MOST_CELLS} cells")
    if rows > policy.max_rows and not isinstance(parameters, ServiceParameters):
        yield Refusal(JobReason.ROWS_TOO_MANY, str(policy.max_rows))
    if job.limits.wait_seconds > policy.wait_seconds_max:
        yield Refusal(JobReason.WAIT_TOO_LONG, str(policy.wait_seconds_max))
    if figures_of(job, party=here.me) > policy.released_figures_per_job:
        yield Refusal(JobReason.FIGURES_TOO_MANY, str(policy.released_figures_per_job))
    if isinstance(parameters, AligningParameters):
        yield from _against_aligning(parameters, here)
    if isinstance(parameters, ServiceParameters):
        yield from _against_service(parameters, here)


def _against_aligning(asked: AligningParameters, here: _Case) -> Iterator[Refusal]:
    policy = here.policy
    if asked.engine not in policy.engines:
        yield Refusal(JobReason.ENGINE_NOT_ALLOWED, asked.engine)
    if asked.learn not in policy.learn:
        yield Refusal(JobReason.LEARN_NOT_ALLOWED, asked.learn)
    if here.job.role_of(here.me) is Role.HELPER:
        return
    least = policy.smallest("count" if asked.learn is Learn.COUNT else "aligned")
    if asked.min_size < least:
        yield Refusal(JobReason.MIN_SIZE_TOO_SMALL, str(least))
    if isinstance(asked, ScorecardParameters):
        yield from _against_bins(asked, policy)


def _against_bins(asked: ScorecardParameters, policy: Policy) -> Iterator[Refusal]:
    for name, found, least in (
        ("min_rows", asked.min_rows, policy.min_bin_rows),
        ("min_good", asked.min_good, policy.min_bin_class),
        ("min_bad", asked.min_bad, policy.min_bin_class),
    ):
        if found < least:
            yield Refusal(JobReason.MIN_SIZE_TOO_SMALL, f"{name} {least}")


def _against_service(asked: ServiceParameters, here: _Case) -> Iterator[Refusal]:
    policy = here.policy
    if asked.until - here.job.proposed_at > dt.timedelta(days=policy.service_days_max):
        yield Refusal(JobReason.SERVICE_TOO_LONG, str(policy.service_days_max))
    for found, most in (
        (asked.subjects_per_day, policy.service_subjects_per_day_max),
        (asked.times_per_day, policy.service_times_per_day_max),
    ):
        if found > most:
            yield Refusal(JobReason.SERVICE_TOO_MUCH, str(most))
    if asked.status_seconds > policy.service_status_seconds_max:
        yield Refusal(JobReason.STATUS_TOO_OLD, str(policy.service_status_seconds_max))


def _against_time(here: _Case) -> Iterator[Refusal]:
    if here.job.proposed_at > here.now + MOST_AHEAD:
        yield Refusal(JobReason.NOT_YET_VALID)
    if here.now >= here.job.valid_to:
        yield Refusal(JobReason.EXPIRED)
