"""Makes the golden decisions of a release out of the synthetic city; run by hand, once for a release.

    python -m tests.golden.make tests/golden/decisions/0.2.0

Only the synthetic city is ever kept here. Files of an earlier release are never made again: they prove that
what was decided then can still be computed now.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.city.api import CityFiles
    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings
    from shuxin.scoring.api import Batch, Bundle, LendingPolicy, Request

SEED, KEPT = 20260101, 10
AS_OF = dt.date(2026, 1, 1)
NOW = dt.datetime(2026, 1, 2, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
BUDGET_FEN = 300_000_000
_LOOSE = b"name: loose\npd_refer: 0.3\npd_decline: 0.6\nbad_rate: 0.1\nrevenue_share: 0.05\n"
_SMALL = b"name: small loans\nlimits: {lowest: 10000}\ngates: {active_months: 12}\npd_refer: 0.15\npd_decline: 0.5\n"


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"SHUXIN_HOME": home, "SHUXIN_DATABASE_URL": ""}
        from shuxin.portal.bootstrap import start

        settings = start()
        city = _installed(Path(home), settings)
        found = _varied(list(_batches(city, settings)))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found:
        (folder / f"{name}.json").write_bytes(content)


def _installed(home: Path, settings: Settings) -> CityFiles:
    from shuxin.catalogue.api import DataGroup, Level
    from shuxin.city.api import WorldSize, write_messy_files
    from shuxin.fusion.api import Holder, accept_all, import_folder, resolve_all
    from shuxin.infra.api import silent_progress

    city = write_messy_files(home / "city", size=WorldSize.TINY, seed=SEED)
    holder = Holder(department="", place="city", group=DataGroup.PUBLIC, level=Level.L1)
    for _ in range(2):
        import_folder(
            city.imports,
            holder=holder,
            settings=settings,
            by="golden",
            language="en",
            progress=silent_progress,
        )
        accept_all(settings=settings, by="golden")
    resolve_all(permit=_permit(), settings=settings, now=NOW, progress=silent_progress)
    return city


def _permit(purpose: str = "credit_decision") -> Permit:
    from tests.permits import OwnData

    from shuxin.consent.api import ALL_SUBJECTS, Purpose

    policy = OwnData(reader="golden", purposes=frozenset(Purpose), highest_level=3)
    return policy.permit(subject=ALL_SUBJECTS, purpose=Purpose(purpose), now=NOW)


def _batches(city: CityFiles, settings: Settings) -> Iterator[Batch]:
    """The city's applicants under three policies: once with a budget, once asking for little."""
    from shuxin.scoring.api import LendingPolicy, decide, read_policy

    bundle, requests = _model(settings), _requests(city)
    modest = [replace(r, requested_fen=(r.requested_fen or 0) // 4) for r in requests]

    def batch(asked: list[Request], policy: LendingPolicy, budget_fen: int | None) -> Batch:
        return decide(
            asked,
            as_of=AS_OF,
            budget_fen=budget_fen,
            bundle=bundle,
            policy=policy,
            by="golden",
            settings=settings,
            now=NOW,
        )

    yield batch(requests, LendingPolicy(), None)
    yield batch(requests, read_policy(_LOOSE, file="loose"), BUDGET_FEN)
    yield batch(modest, read_policy(_SMALL, file="small"), None)


def _model(settings: Settings) -> Bundle:
    from shuxin.scoring.api import keep_model, train, training_set

    permit = _permit("model_training")
    rows = training_set(as_of=None, permit=permit, settings=settings, now=NOW)
    made = train(rows, name="golden", made_on=NOW.date().isoformat())
    keep_model(
        made.bundle, origin="trained", snapshot=rows.snapshot, facts={}, by="golden", now=NOW
    )
    return made.bundle


def _requests(city: CityFiles) -> list[Request]:
    from shuxin.fusion.api import find_entity, read_wishes
    from shuxin.kernel.errors import NotFound
    from shuxin.scoring.api import Request

    requests = {}
    for wish in read_wishes(next(city.imports.glob("*/贷款申请.csv"))):
        try:
            entity = find_entity(wish.who, permit=_permit())
        except NotFound:
            continue
        requests.setdefault(entity, Request(entity, wish.requested_fen, _permit()))
    return list(requests.values())


def _varied(batches: list[Batch]) -> list[tuple[str, bytes]]:
    """Ten that differ: next is always the one with the most codes (outcome, cap, gates) not yet there."""
    kinds: dict[tuple[str, ...], bytes] = {}
    for batch in batches:
        for decision, evidence in zip(batch.decisions, batch.evidences, strict=True):
            bound = decision.assessment.limit.bound_by.code
            gates = (gate.code for gate in decision.gates)
            kinds.setdefault((str(decision.outcome), bound, *gates), evidence.content)
    chosen: list[tuple[str, ...]] = []
    there: Counter[str] = Counter()
    while len(chosen) < KEPT:
        left = sorted(kinds.keys() - set(chosen))
        best = max(left, key=lambda kind: (len(set(kind) - there.keys()), -there[kind[0]]))
        chosen.append(best)
        there.update(best)
    return [("-".join(kind), kinds[kind]) for kind in sorted(chosen)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
