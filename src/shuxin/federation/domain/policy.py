"""A holder's own policy for joint jobs (本地策略): what it allows at all, and what needs no person.

It has the last word. A node without a readable policy refuses every job.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shuxin.consent.api import Purpose
from shuxin.federation.domain.job import Ground, Job
from shuxin.federation.domain.parameters import MOST_ROWS, Engine, Learn, PartyId
from shuxin.federation.domain.policy_text import DEFAULT_POLICY
from shuxin.kernel.errors import InvalidInput, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

POLICY_FILE = "policy.toml"
LONGEST_POLICY = 1 << 18
ANY = "*"
KindName = Literal["alignment", "rehearsal", "scorecard", "service"]
Purposes = Annotated[tuple[Annotated[Purpose, Field(strict=False)], ...], Field(strict=False)]
Parties = Annotated[tuple[PartyId, ...], Field(strict=False, max_length=1000)]
Names = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
    Field(strict=False, max_length=10_000),
]


class PolicyMissing(Unavailable):
    code = "node_policy_missing"
    what = Text(en="this node has no policy.toml", zh="本节点没有 policy.toml")
    mend = Text(
        en="Restore the file from your backup, or take another node's as a pattern; until then every job is refused",
        zh="请从备份恢复该文件，或参照其他节点的策略文件重写；在此之前拒绝所有任务",
    )


class PolicyBroken(InvalidInput):
    code = "node_policy_broken"
    what = Text(en="policy.toml: {field}: {reason}", zh="policy.toml 有误：{field}:{reason}")
    mend = Text(
        en="Correct the line; until then every job is refused",
        zh="请更正该行；在此之前拒绝所有任务",
    )


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Standing(_Closed):
    """A standing approval (常设批准): a job that fits it wholly needs no person here."""

    kind: KindName
    proposer: PartyId
    purposes: Annotated[Purposes, Field(min_length=1)]
    datasets: Names = ()
    helpers: Parties = ()
    partners: Parties | None = None
    """Data parties that the job may have beside this one and the proposer; None for any as further holders.

    The label party, to whom things are released, is the proposer unless it is listed.
    """
    until: AwareDatetime

    def fits(self, job: Job, *, me: str, now: dt.datetime) -> bool:
        own = job.input_of(me)
        return (
            job.parameters.kind == self.kind
            and job.proposer == self.proposer
            and job.purpose in self.purposes
            and (own is None or offered(own.dataset, self.datasets))
            and (own is None or self._admits(job, me=me))
            and (job.helper in {None, me} or job.helper in self.helpers)
            and now < self.until
        )

    def _admits(self, job: Job, *, me: str) -> bool:
        """Whether this party's rows may meet those of the job's other data parties."""
        known = {me, job.proposer, *(self.partners or ())}
        return job.label in known and (self.partners is None or known.issuperset(job.data_parties))


class Policy(_Closed):
    """What this node allows (本地策略). Lists that are empty allow nobody and nothing."""

    version: Literal[1]
    kinds: Annotated[dict[KindName, Purposes], Field(strict=False)]
    """Kinds of job, and the purposes that each may serve here."""
    proposers: Parties
    helpers: Parties
    datasets: Names
    """By exact catalogue name; ``*`` for all."""
    grounds: Annotated[
        tuple[Annotated[Ground, Field(strict=False)], ...], Field(strict=False, max_length=8)
    ]
    engines: Annotated[
        tuple[Annotated[Engine, Field(strict=False)], ...], Field(strict=False, max_length=8)
    ]
    learn: Annotated[
        tuple[Annotated[Learn, Field(strict=False)], ...], Field(strict=False, max_length=8)
    ]
    level_max: Annotated[int, Field(ge=1, le=3)]
    min_set_size: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 1000
    """Fewest subjects that an aligned set may have."""
    min_count: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 1000
    """Smallest count that may be released as a figure."""
    min_bin_rows: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 20
    """Fewest rows of a bin that is counted jointly."""
    min_bin_class: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 5
    """Fewest goods, and fewest bads, of a bin whose WOE is told."""
    max_told_share_percent: Annotated[int, Field(ge=0, le=100)] = 50
    """Most of the values of own characteristics that answers of a part of a card may tell for certain; 100 for all."""
    max_rows: Annotated[int, Field(ge=0, le=MOST_ROWS)] = 1_000_000
    wait_seconds_max: Annotated[int, Field(ge=5, le=86_400)] = 3600
    released_figures_per_job: Annotated[int, Field(ge=0, le=1 << 40)] = 100
    released_figures_per_dataset_version: Annotated[int, Field(ge=0, le=1 << 40)] = 1000
    joint_jobs_per_dataset_version: Annotated[int, Field(ge=0, le=1 << 40)] = 10
    """With one partner: two jobs that differ by one subject reveal that subject."""
    service_days_max: Annotated[int, Field(ge=0, le=3660)] = 366
    """How long a service may run; 0 for none."""
    service_subjects_per_day_max: Annotated[int, Field(ge=0, le=10_000_000)] = 10_000
    service_times_per_day_max: Annotated[int, Field(ge=0, le=1_000)] = 10
    """Most answers about one subject a day."""
    service_status_seconds_max: Annotated[int, Field(ge=5, le=86_400)] = 3600
    """How old the knowledge of withdrawals may be at most when a question is answered."""
    release: Literal["automatic", "person"] = "person"
    standing: Annotated[tuple[Standing, ...], Field(strict=False, max_length=1000)] = ()

    def standing_for(self, job: Job, *, me: str, now: dt.datetime) -> int | None:
        """The number, from 1, of the first standing approval that the job fits."""
        for number, one in enumerate(self.standing, start=1):
            if one.fits(job, me=me, now=now):
                return number
        return None

    def smallest(self, output: str) -> int:
        """Fewest subjects that may stand behind an output of this name; 0 where it is about no subjects."""
        least = {"aligned": self.min_set_size, "card": self.min_set_size, "count": self.min_count}
        return least.get(output, 0)


def offered(dataset: str, names: tuple[str, ...]) -> bool:
    return ANY in names or dataset in names


@dataclass(frozen=True, slots=True)
class HeldPolicy:
    """A policy and the hash of the text that said it."""

    policy: Policy
    hash: str


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What a party's card says that bears on a helper's independence."""

    operated_by: str
    address: str
    """``https://host:port``."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What earlier jobs took of one version of a dataset: figures released, and jobs by partner."""

    figures: int = 0
    jobs_with: Mapping[str, int] = field(default_factory=dict)


def default_policy_text() -> str:
    """Nobody may propose, nobody helps, no dataset is offered, a person releases; comments in both languages."""
    return DEFAULT_POLICY


def policy_from(text: bytes) -> HeldPolicy:
    """Raises PolicyBroken, naming the field."""
    try:
        policy = Policy.model_validate(tomllib.loads(text.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PolicyBroken(field="TOML", reason=str(error)[:200]) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PolicyBroken(field=place, reason=str(first["msg"])) from None
    return HeldPolicy(policy, hashlib.sha256(text).hexdigest())


def read_policy(folder: Path) -> HeldPolicy:
    """The policy in a node's folder, read anew at each question. Raises PolicyMissing, PolicyBroken."""
    try:
        with (folder / POLICY_FILE).open("rb") as file:
            text = file.read(LONGEST_POLICY + 1)
    except FileNotFoundError:
        raise PolicyMissing from None
    except OSError as error:
        raise PolicyBroken(field="file", reason=error.strerror or "unreadable") from None
    if len(text) > LONGEST_POLICY:
        raise PolicyBroken(field="file", reason=f"longer than {LONGEST_POLICY} bytes")
    return policy_from(text)
