"""What each kind of job states besides parties and data (任务参数), with its ranges."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

MOST_ROWS = 20_000_000
MOST_COLUMNS = 100_000
MOST_SCORECARD_ROWS = 1 << 19
"""More rows, and the sums of a regression would not be exact."""
MOST_FEATURES = 200
"""That one party enters in a scorecard."""
PartyId = Annotated[
    str, Field(pattern=r"^uscc:[0-9A-HJ-NPQRTUWXY]{18}$", json_schema_extra={"widget": "party"})
]


def _require_plain(name: str) -> str:
    if not name.isprintable() or name != name.strip():
        raise ValueError("an unprintable symbol, or spaces around it")
    return name


FieldName = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_require_plain)]
"""Of a column of a dataset, as it is shown to people and named to other parties."""
DatasetName = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_require_plain)]
"""By which a dataset stands in its party's catalogue; refusals say it."""
FieldValue = Annotated[str, Field(min_length=1, max_length=120)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PLAIN_NAME = r"^[^\W_][\w .-]{0,59}$"


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=False)


class Learn(StrEnum):
    """Who learns the common rows (获知方)."""

    BOTH = "both"
    ONE = "one"
    COUNT = "count"


class Engine(StrEnum):
    """How common rows are found (对齐方式)."""

    TAGS = "tags"
    ECDH = "ecdh"


class AligningParameters(Closed):
    """What every kind states that begins with an alignment (对齐参数)."""

    kind: str
    engine: Annotated[Engine, Field(strict=False)] = Engine.TAGS
    learn: Annotated[Learn, Field(strict=False)] = Learn.BOTH
    min_size: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 1000
    reuse: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """Id of an earlier alignment of the same parties whose rows are taken again, as far as the grants still hold."""


class AlignmentParameters(AligningParameters):
    """Find the subjects that all data parties have (对齐)."""

    kind: Literal["alignment"] = "alignment"


class ScorecardParameters(AligningParameters):
    """Align, then fit a scorecard on the features of all data parties (联合评分卡).

    Fractions are whole numbers of the unit in their name: a job is canonical JSON without fractions.
    """

    kind: Literal["scorecard"] = "scorecard"
    model: Annotated[str, Field(pattern=PLAIN_NAME)]
    target: FieldName
    """Field of the label party's dataset that says how it ended."""
    bad: Annotated[tuple[FieldValue, ...], Field(strict=False, min_length=1, max_length=50)]
    """Its values that are bad."""
    max_fine: Annotated[int, Field(ge=2, le=50)] = 40
    """Most bins of a feature that are counted jointly."""
    max_bins: Annotated[int, Field(ge=2, le=20)] = 8
    """Most bins of a feature in the card."""
    min_rows: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 20
    min_good: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 5
    min_bad: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 5
    min_iv_thousandths: Annotated[int, Field(ge=0, le=10_000)] = 20
    max_correlation_hundredths: Annotated[int, Field(ge=1, le=100)] = 70
    max_vif_tenths: Annotated[int, Field(ge=10, le=10_000)] = 50
    fits: Annotated[int, Field(ge=1, le=20)] = 6
    """Most fits, each without the worst feature of the one before."""
    iterations: Annotated[int, Field(ge=5, le=60)] = 25
    """Most steps of a fit."""
    base_points: Annotated[int, Field(ge=0, le=10_000)] = 600
    base_odds: Annotated[int, Field(ge=1, le=10_000)] = 50
    pdo: Annotated[int, Field(ge=1, le=1_000)] = 20
    cut_off: Annotated[int, Field(ge=0, le=10_000)] = 560
    contribution: Literal["sum", "by_holder", "by_category"] = "by_holder"
    reasons: Literal["none", "categories"] = "categories"
    most_categories: Annotated[int, Field(ge=0, le=4)] = 2
    min_holders: Annotated[int, Field(ge=1, le=7)] = 1


class RehearsalParameters(Closed):
    """A dealt product of random matrices made for the purpose, checked against the plain one (链路演练): no data."""

    kind: Literal["rehearsal"] = "rehearsal"
    rows: Annotated[int, Field(ge=0, le=2_000_000)] = 1000
    left: Annotated[int, Field(ge=0, le=10_000)] = 10
    """Columns of the holder's matrix."""
    right: Annotated[int, Field(ge=0, le=1_000)] = 4
    """Columns of the label party's matrix."""
    ring: Literal[32, 64] = 32
    products: Annotated[int, Field(ge=1, le=100)] = 1
    """How many products use the same holder's matrix."""


class ServiceParameters(Closed):
    """Put a joint card into service: from then on the label party may ask about single subjects (联合评分服务)."""

    kind: Literal["service"] = "service"
    scorecard: Sha256
    """Id of the job that made the card."""
    label_part: Sha256
    """Content hash of the label party's part."""
    parts: Annotated[tuple[Sha256, ...], Field(strict=False, min_length=1, max_length=16)]
    """Content hashes of the holders' parts, in the order of the job's holders."""
    until: Annotated[AwareDatetime, Field(strict=False)]
    subjects_per_day: Annotated[int, Field(ge=1, le=10_000_000)] = 10_000
    """Most subjects that a holder answers about in a day."""
    times_per_day: Annotated[int, Field(ge=1, le=1_000)] = 10
    """Most answers of a holder about one subject in a day."""
    status_seconds: Annotated[int, Field(ge=5, le=86_400)] = 600
    """How old a holder's knowledge of withdrawals may be when it answers."""


Parameters = Annotated[
    AlignmentParameters | RehearsalParameters | ScorecardParameters | ServiceParameters,
    Field(discriminator="kind"),
]
