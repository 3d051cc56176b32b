"""Back-tests from a page (历史回测): done behind in a process of its own; the report as table and charts."""

from __future__ import annotations

import contextlib
import csv
import io
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import settings_from_environment, write_whole
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.market.api import ProductKind
from shuxin.portal.web.parts import Choice, Field
from shuxin.portal.web.views.typed import amount_fen, percent_bp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from django.http import QueryDict

    from shuxin.infra.api import Progress, TaskView
    from shuxin.lending.api import PastCase, Strategy

KIND = "back-test"
_LEFT_SECONDS = 86_400
_TYPED = {"true": True, "false": False, "": None}


class HistoryUnreadable(InvalidInput):
    code = "history_file_unreadable"
    what = Text(en="the file is not a table in CSV and UTF-8", zh="文件不是 UTF-8 编码的 CSV 表格")
    mend = Text(
        en="Save it as CSV (UTF-8) with the names of the facts in its first line",
        zh="请另存为 CSV（UTF-8），首行为变量名",
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which history: the bank's kept decisions, or a file with the bands of the product it is tried against."""

    source: str
    about: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, Text] = field(default_factory=dict)


def folder() -> Path:
    """Private; a file waits in it only until its test is done."""
    found = settings_from_environment().home / "back-tests"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def take_in(content: bytes) -> str:
    """Keep an uploaded table until it is tested; what killed tests left goes. Raises HistoryUnreadable."""
    next(iter(_rows(content)), None)
    for left in folder().glob("*.csv"):
        with contextlib.suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - _LEFT_SECONDS:
                left.unlink()
    name = secrets.token_hex(16)
    write_whole(folder() / f"{name}.csv", content)
    return name


def _rows(content: bytes) -> Iterable[dict[str, Any]]:
    """Rows of a CSV file; numbers, yes and no, and nothing are read as such. Raises HistoryUnreadable."""
    try:
        text = content.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text), strict=True)
        names = reader.fieldnames or ()
        if not any("." in name for name in names) or len(set(names)) < len(names):
            raise HistoryUnreadable
        for row in reader:
            if None in row or None in row.values():
                raise HistoryUnreadable
            yield {name: _value(name, said.strip()) for name, said in row.items()}
    except (UnicodeDecodeError, csv.Error) as error:
        raise HistoryUnreadable from error


def _value(name: str, said: str) -> Any:
    """Codes stay text; of the rest what looks like a number is one."""
    if said.lower() in _TYPED:
        return _TYPED[said.lower()]
    if name in {"firm.region", "firm.industry", "on", "firm", "was", "bad"} or len(said) > 20:  # noqa: PLR2004 - no number
        return said
    try:
        number = float(said)
    except ValueError:
        return said
    return int(number) if number.is_integer() else number


def wanted(given: QueryDict) -> Wanted:
    """What the form says. Bands are only asked for with a file."""
    source = given.get("source", "")
    if source == "kept":
        return Wanted(source)
    if source != "file":
        return Wanted("", problems={"source": Text(en="Choose one.", zh="请选择一项。")})
    problems: dict[str, Text] = {}
    kind = given.get("kind", "")
    if kind not in set(ProductKind):
        problems["kind"] = Text(en="Choose one.", zh="请选择一项。")
    amounts = [_wan(given, name, problems) for name in ("amount_least", "amount_most")]
    rates = [_rate(given, name, problems) for name in ("rate_least", "rate_most")]
    if not problems and (amounts[0] > amounts[1] or rates[0] > rates[1]):
        problems["amount_most"] = Text(en="Not less than the least.", zh="不得小于下限。")
    return Wanted(source, {"kind": kind, "amount": amounts, "rate": rates}, problems)


def _wan(given: QueryDict, name: str, problems: dict[str, Text]) -> int:
    fen = amount_fen(given.get(name, ""))
    if fen is None:
        problems[name] = Text(
            en="An amount of 万元, such as 50.", zh="请填写以万元为单位的金额，如 50。"
        )
    return fen or 0


def _rate(given: QueryDict, name: str, problems: dict[str, Text]) -> int:
    found = percent_bp(given.get(name, ""))
    if found is None:
        problems[name] = Text(en="A rate such as 3.85.", zh="请填写利率，如 3.85。")
    return found or 0


def form_fields(
    given: QueryDict | None, problems: Mapping[str, Text], strategy: Strategy
) -> list[Field]:
    def value(name: str, fresh: str = "") -> str:
        return given.get(name, "") if given is not None else fresh

    sources = [
        Choice("kept", Text(en="decisions that this bank kept", zh="本行留存的历史决策")),
        Choice("file", Text(en="a table (CSV)", zh="历史样本文件（CSV）")),
    ]
    kinds = [Choice(kind.value, kind.text) for kind in strategy.product_kinds]
    first = kinds[0].value if len(kinds) == 1 else ""
    optional: dict[str, Any] = {"required": False, "longest": 20}
    rows = (
        ("amount_least", "Amount from (万元)", "最低金额（万元）"),
        ("amount_most", "Amount to (万元)", "最高金额（万元）"),
        ("rate_least", "Rate a year from (%)", "最低年利率（%）"),
        ("rate_most", "Rate a year to (%)", "最高年利率（%）"),
    )
    return [
        Field(
            "source",
            Text(en="History", zh="历史样本"),
            kind="one",
            choices=sources,
            value=value("source", "kept"),
            error=problems.get("source"),
        ),
        Field(
            "file",
            Text(en="Table", zh="样本文件"),
            kind="file",
            accept=".csv",
            required=False,
            hint=Text(
                en="First line: names of facts, 'on' (a day), 'bad' (1, 0 or empty), 'was' (approve, refer, "
                "decline, need_information or empty); 2 MiB.",
                zh="首行为变量名，另含 on（日期）、bad（1、0 或空）、was（当时结论：approve、refer、decline、"
                "need_information 或空）。不超过 2 MiB。",
            ),
            error=problems.get("file"),
        ),
        Field(
            "kind",
            Text(en="As a product of the kind, with a table", zh="按产品类型（用文件时）"),
            kind="choice",
            choices=kinds,
            value=value("kind", first),
            required=False,
            error=problems.get("kind"),
        ),
        *(
            Field(name, Text(en=en, zh=zh), value=value(name), error=problems.get(name), **optional)
            for name, en, zh in rows
        ),
    ]


def task_of(key: str, once: str) -> int | None:
    """The task that this very form began."""
    from shuxin.infra.api import task_under  # noqa: PLC0415 - needs the database

    found: int | None = task_under(_task_key(key, once))
    return found


def _task_key(key: str, once: str) -> str:
    return f"back-test:{key}:{once}"[:120]


def begin(key: str, said: Wanted, *, file: str, by: str, once: str, now: datetime) -> int:
    """The task's number; the same form again begins nothing."""
    from shuxin.portal.background import begin as begin_task  # noqa: PLC0415 - needs the database

    about = {"strategy": key, "source": said.source, "file": file, **said.about}
    return begin_task(kind=KIND, about=about, by=by, key=_task_key(key, once), now=now)


def work(task: TaskView, progress: Progress) -> dict[str, Any]:
    """Try the strategy on the history and keep the report with it; the file is gone afterwards."""
    try:
        return _tested(task, progress)
    finally:
        if task.about["file"]:
            (folder() / f"{task.about['file']}.csv").unlink(missing_ok=True)


def _tested(task: TaskView, progress: Progress) -> dict[str, Any]:
    from shuxin.infra.api import now_in_china  # noqa: PLC0415 - beside its use
    from shuxin.kernel.machine import Actor  # noqa: PLC0415
    from shuxin.lending import api as lending  # noqa: PLC0415 - heavy
    from shuxin.market.api import Doer  # noqa: PLC0415
    from shuxin.portal.bootstrap import holder, journal_of  # noqa: PLC0415

    settings, about = settings_from_environment(), task.about
    own = holder(settings).party
    view = lending.strategy_view(about["strategy"], party=own)
    strategy = lending.strategy_kept(view.digest)
    kinds = [about["kind"]] if about.get("kind") else [one.value for one in strategy.product_kinds]
    champion = champion_of(kinds, party=own)
    cases = _cases(about, strategy)

    def tick(done: int) -> None:
        if done % 50 == 0:
            progress(done, len(cases), "")

    progress(0, len(cases), "")
    other = champion if champion and champion.digest != strategy.digest else None
    report = lending.back_test(strategy, cases, running=other, tick=tick)
    doer = Doer(Actor.LENDER, own, task.by, journal_of(settings))
    digest = lending.keep_back_test(view.key, report, doer=doer, now=now_in_china())
    return {"report": digest, "cases": report.cases}


def champion_of(kinds: Sequence[str], *, party: str) -> Strategy | None:
    """What decides all these kinds of products now; None where nothing does, or not the same for each."""
    from shuxin.lending.api import running_strategy  # noqa: PLC0415 - heavy

    running = [running_strategy(kind, party=party) for kind in kinds]
    found = {one.champion.digest: one.champion for one in running if one is not None}
    return next(iter(found.values())) if len(found) == 1 and None not in running else None


def _cases(about: Mapping[str, Any], strategy: Strategy) -> list[PastCase]:
    """Raises HistoryInvalid, HistoryUnreadable, HistoryEmpty."""
    from shuxin.lending.api import (  # noqa: PLC0415 - heavy
        cases_of_records,
        cases_of_rows,
        decision_record,
        decision_records,
    )

    if about["source"] == "file":
        rows = _rows((folder() / f"{about['file']}.csv").read_bytes())
        found = list(
            cases_of_rows(
                rows,
                product_kind=about["kind"],
                amount_fen=tuple(about["amount"]),
                rate_bp=tuple(about["rate"]),
            )
        )
    else:
        kinds = {kind.value for kind in strategy.product_kinds}
        kept = (decision_record(one.digest) for one in decision_records() if one.role != "shadow")
        records = [one for one in kept if one.parts["given"]["product_kind"] in kinds]
        found = list(cases_of_records(records, outcomes={}))
    if not found:
        raise HistoryEmpty
    return found


class HistoryEmpty(InvalidInput):
    code = "history_empty"
    what = Text(en="there is no past application to try it on", zh="没有可用于回测的历史样本")
    mend = Text(en="Give a table of past applications", zh="请上传历史样本文件")
