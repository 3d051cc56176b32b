"""The label party's record of how a joint card came about, read back from its results (联合建模报告)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from shuxin.federation.scorecard.label import REPORT
from shuxin.kernel.errors import InvalidInput, NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.kernel.text import Language


class ReportMissing(NotFound):
    code = "node_report_missing"
    what = Text(en="there is no report of this job here", zh="本方没有该任务的建模报告")
    mend = Text(
        en="Only the label party of a scorecard that is done has one; others see their own part without --report",
        zh="仅联合评分卡的标签方在任务完成后有报告；其他方请去掉 --report 查看本方分片",
    )


class ReportUnreadable(InvalidInput):
    code = "node_report_unreadable"
    what = Text(
        en="the report of this job cannot be read: {field}", zh="该任务的建模报告无法读取：{field}"
    )
    mend = Text(
        en="Restore the file 'report' of the job's results from your backup; one of a later version is read by that",
        zh="请从备份恢复任务结果中的 report 文件；较新版本生成的报告须用该版本读取",
    )


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A feature's joint table: (b,) counts, None where withheld; ``iv`` None where a count is."""

    party: str
    name: str
    kind: str
    good: tuple[int | None, ...]
    bad: tuple[int | None, ...]
    woe_hundredths: tuple[int, ...]
    withheld: tuple[int, ...]
    iv: float | None


@dataclass(frozen=True, slots=True)
class ReportDrop:
    """A feature that is not in the card, and why."""

    party: str
    name: str
    en: str
    zh: str

    def say(self, language: Language, /) -> str:
        """As it was written: names of features may have braces, so that it is no template."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A coefficient with its standard error; ``party`` is "" in the label party's own card."""

    name: str
    coefficient: float
    error: float
    party: str = ""


@dataclass(frozen=True, slots=True)
class ReportFit:
    """One fit; the last one is the card's."""

    intercept: float
    intercept_error: float | None
    iterations: int
    columns: tuple[ReportColumn, ...]


@dataclass(frozen=True, slots=True)
class ReportNone:
    """Why the label party alone has no card."""

    en: str
    zh: str

    def say(self, language: Language, /) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class ReportAlone:
    """The card of the label party's own columns, or ``none``: why there is none."""

    dropped: tuple[ReportDrop, ...]
    none: ReportNone | None = None
    card: str = ""
    auc: float | None = None
    intercept: float | None = None
    intercept_error: float | None = None
    columns: tuple[ReportColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class CardReport:
    """How a joint card came about (联合建模报告). ``own_auc``: of the label party's points in the joint card."""

    format: Literal["shuxin-joint-report/1"]
    job: str
    model: str
    card: str
    rows: int
    bads: int
    tables: tuple[ReportTable, ...]
    dropped: tuple[ReportDrop, ...]
    fits: Annotated[tuple[ReportFit, ...], Field(min_length=1)]
    own_auc: float
    alone: ReportAlone | None = None


_READER = TypeAdapter(CardReport)


def read_card_report(folder: Path) -> CardReport:
    """From the results of a scorecard. Raises ReportMissing, ReportUnreadable."""
    file = folder / REPORT
    if not file.is_file():
        raise ReportMissing
    try:
        return _READER.validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ReportUnreadable(field=".".join(map(str, first["loc"])) or "JSON") from None
