"""Files of invoices (发票明细) as a tax office sends them, and what they say on a day, worked out slowly."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.fusion.conftest import Installation, uscc
from tests.fusion.features.slow import Invoice, by_definition
from tests.fusion.features.strategies import moment
from tests.permits import sealed

from shuxin.consent.api import ALL_SUBJECTS, Permit, Purpose
from shuxin.fusion.features.computation import compute_features
from shuxin.fusion.features.registry import TRADE_FEATURES
from shuxin.fusion.who import resolve_all
from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

OUT, IN = "销项发票.csv", "进项发票.csv"
FIRMS = 8
_OWN = {OUT: ("销方税号", "销方名称", "购方税号"), IN: ("购方税号", "购方名称", "销方税号")}
_REST = ("发票号码", "开票日期", "金额", "税额", "价税合计", "发票状态", "作废日期", "入库日期")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; amounts in fen; ``known_on`` None: the office does not say."""

    number: int
    firm: int
    party: int
    issued_on: dt.date
    net: int
    known_on: dt.date | None
    status: str = "正常"
    changed_on: dt.date | None = None

    @property
    def tax(self) -> int:
        return self.net * 13 // 100

    def cells(self) -> list[str]:
        return [
            uscc(self.firm),
            f"北京第{self.firm}建材有限公司",
            uscc(900 + self.party),
            f"{self.number:08}",
            self.issued_on.isoformat(),
            _yuan(self.net),
            _yuan(self.tax),
            _yuan(self.net + self.tax),
            self.status,
            self.changed_on.isoformat() if self.changed_on else "",
            self.known_on.isoformat() if self.known_on else "",
        ]

    def known(self, *, loaded: dt.datetime, first: bool) -> dt.datetime:
        """When a version of the line became known that came with a load."""
        stated = moment(self.known_on) if self.known_on else loaded
        return stated if first else max(stated, loaded)

    def version(self, known_from: dt.datetime, known_to: dt.datetime | None) -> Invoice:
        return Invoice(
            party=uscc(900 + self.party),
            issued_on=self.issued_on,
            net=self.net,
            tax=self.tax,
            total=self.net + self.tax,
            status=self.status,
            changed_on=self.changed_on,
            number=f"{self.number:08}",
            known_from=known_from,
            known_to=known_to,
        )


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def content(file: str, lines: Iterable[Line]) -> list[list[str]]:
    return [[*_OWN[file], *_REST], *(line.cells() for line in lines)]


def strewn_lines(rng: random.Random, *, count: int, until: dt.date) -> list[Line]:
    """Two years of invoices: some red, some voided, some that became known late or nobody knows when."""
    lines = []
    for number in range(1, count + 1):
        day = until - dt.timedelta(days=rng.randrange(1, 760))
        status = rng.choice(["正常"] * 9 + ["作废"])
        changed = day + dt.timedelta(days=rng.randrange(40)) if status == "作废" else None
        net = rng.choice([1, 1, 1, 1, -1]) * rng.choice([rng.randrange(1, 10**8), 100_000])
        known = rng.choice([day + dt.timedelta(days=rng.choice([0, 1, 1, 45]))] * 9 + [None])
        lines.append(
            Line(number, rng.randrange(1, FIRMS + 1), rng.randrange(12), day, net, known, status, changed)
        )  # fmt: skip
    return lines


def news(rng: random.Random, lines: Sequence[Line], *, on: dt.date) -> list[Line]:
    """The same file a week later: later voids with and without a day, deletions, backdated invoices."""
    kept = [line for line in lines if rng.random() > 0.1]
    voided = [
        replace(line, status="作废", changed_on=rng.choice([None, on, line.issued_on]))
        if line.status == "正常" and rng.random() < 0.15
        else line
        for line in kept
    ]
    days = [on - dt.timedelta(days=rng.randrange(20, 400)) for _ in range(len(lines) // 5)]
    late = [
        Line(10_000 + n, rng.randrange(1, FIRMS + 1), rng.randrange(14), day, 77_777 * n, day)
        for n, day in enumerate(days, 1)
    ]
    return [*voided, *late]


def permit(
    subject: str = ALL_SUBJECTS, *, level: int = 3, now: dt.datetime | None = None
) -> Permit:
    at = now or dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
    return sealed(subject, Purpose.MODEL_TRAINING, at=at, level=level)


def resolve(office: Installation, *, now: dt.datetime | None = None) -> dict[str, int]:
    return resolve_all(
        permit=permit(), settings=office.settings, now=now or office.now, progress=silent_progress
    )


def of_files(office: Installation, files: dict[str, list[Line]], *, now: dt.datetime) -> None:
    """Put the files, load them and find out who is who."""
    for file, lines in files.items():
        office.put(file, content(file, lines))
    office.load(now=now)
    resolve(office, now=now)


def everybody(*days: dt.date) -> list[tuple[str, dt.date]]:
    return [(uscc(firm), day) for day in days for firm in range(1, FIRMS + 1)]


def features_of(office: Installation, spine: Sequence[tuple[str, dt.date]]) -> pa.Table:
    """What invoices tell."""
    names = [feature.name for feature in TRADE_FEATURES]
    return compute_features(
        spine, permits=[permit()], settings=office.settings, now=office.now, names=names
    )


def slowly(
    versions: dict[str, list[tuple[Line, dt.datetime, dt.datetime | None]]],
    spine: Sequence[tuple[str, dt.date]],
) -> list[dict[str, Any]]:
    """Features out of (line, known from, known to) by file."""
    found = []
    for entity, as_of in spine:
        sold, bought = (
            [ln.version(start, end) for ln, start, end in versions[f] if uscc(ln.firm) == entity]
            for f in (OUT, IN)
        )
        found.append(by_definition(sold, bought, as_of))
    return found
