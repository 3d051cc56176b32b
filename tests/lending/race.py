"""Firms, lenders, officers and clocks at once, in threads of two processes, over one database and one log.

``python -m tests.lending.race main SEED THREADS ACTIONS`` prints how often each act came through, and broken laws.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from tests.market.race import use_log

if TYPE_CHECKING:
    from collections.abc import Callable

DEMANDS = 3
WEIGHTS = {
    **dict.fromkeys(("claim", "approve"), 3.0),
    **dict.fromkeys(("decline", "refer", "ask", "lent", "score"), 1.0),
    **dict.fromkeys(("answer", "not_lent", "review", "accept"), 2.0),
    **dict.fromkeys(("cancel", "late", "withdraw"), 0.05),
}


def acts() -> dict[str, Callable[[str, str, int], object]]:
    from tests.lending.lending_world import (
        OneKey,
        acceptance,
        approval,
        decline,
        question,
        referral_to_person,
    )
    from tests.market.shelf_world import DAY, FIRM, NOW, SYSTEM, bank, firm

    from shuxin.lending import api as lending
    from shuxin.market.api import step_demand

    lent = lending.Feedback(lent=True, amount_fen=1_000_000, rate_bp=400, on=NOW.date())
    not_lent = lending.Feedback(lent=False, reason="未提款")

    def by_firm(event: str) -> Callable[[str, str, int], object]:
        return lambda key, _, __: lending.step_application(
            key, event, doer=firm(), now=NOW, reason="说明"
        )

    def by_bank(event: str) -> Callable[[str, str, int], object]:
        return lambda key, lender, _: lending.step_application(
            key, event, doer=bank(lender), now=NOW
        )

    def told(make: Callable[[str], lending.Answer]) -> Callable[[str, str, int], object]:
        return lambda key, lender, mark: lending.answer_application(
            key, make(f"{mark:x}"), doer=bank(lender), now=NOW
        )

    def fed(said: lending.Feedback) -> Callable[[str, str, int], object]:
        return lambda key, lender, _: lending.give_feedback(key, said, doer=bank(lender), now=NOW)

    return {
        **{event: by_firm(event) for event in ("answer", "review", "cancel")},
        **{event: by_bank(event) for event in ("claim", "score")},
        "approve": told(approval),
        "decline": told(decline),
        "refer": told(referral_to_person),
        "ask": told(question),
        "lent": fed(lent),
        "not_lent": fed(not_lent),
        "accept": lambda key, _, __: lending.accept_offer(
            key, statement=acceptance(key), doer=firm(), now=NOW, keys=OneKey()
        ),
        "late": lambda *_: lending.run_application_timers(doer=SYSTEM, now=NOW + 9 * DAY),
        "withdraw": lambda key, _, __: step_demand(
            lending.application(key, viewer=FIRM).demand, "withdraw", doer=firm(), now=NOW
        ),
    }


def half(seed: int, threads: int, actions: int) -> Counter[str]:
    """In this process; what came through, and "refused" where the rules said no. Nothing else may come."""
    from django.db import connections

    from shuxin.kernel.errors import ShuxinError
    from shuxin.lending.application_models import ApplicationRow

    use_log()
    rows = list(ApplicationRow.objects.order_by("pk").values_list("key", "lender"))
    known = acts()
    chances = np.array([WEIGHTS[name] for name in sorted(known)])

    def one(number: int) -> list[str]:
        rng = np.random.default_rng([seed, number])
        names = rng.choice(sorted(known), size=actions, p=chances / chances.sum())
        done = []
        try:
            for name in names:
                key, lender = rows[int(rng.integers(len(rows)))]
                try:
                    known[str(name)](key, lender, int(rng.integers(2)))
                    done.append(str(name))
                except ShuxinError:
                    done.append("refused")
        finally:
            connections.close_all()
        return done

    with ThreadPoolExecutor(threads) as pool:
        return Counter(name for each in pool.map(one, range(threads)) for name in each)


def main(seed: int, threads: int, actions: int) -> dict[str, object]:
    from tests.lending.lending_world import submitted
    from tests.market.shelf_world import BANKS, published

    log = use_log()
    for number in range(DEMANDS):
        wanted = published(term_months=12 + number)
        for lender in BANKS[:3]:
            submitted(lender, wanted)
    numbers = [str(number) for number in (seed + 1, threads, actions)]
    command = [sys.executable, "-m", "tests.lending.race", "half", *numbers]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        done = half(seed, threads, actions)
        said, _ = other.communicate()
    done.update(json.loads(said.splitlines()[-1]))
    logged = [one.commitments[0] for one in log.entries(0, log.size)]
    return {"done": done, "wrong": broken_laws(logged)}


def broken_laws(commitments: list[str]) -> list[str]:
    from shuxin.lending.api import APPLICATION
    from shuxin.lending.application_models import AcceptanceRow, ApplicationRow
    from shuxin.market.api import THE_OPERATOR, demand, referral, steps_of
    from shuxin.market.step_models import StepRow

    wrong = []
    legal = {(source, one.event, one.to) for one in APPLICATION.steps for source in one.sources}
    kept = [view.commitment for kind, key in StepRow.objects.values_list("kind", "thing").distinct()
            for view in steps_of(kind, key)]  # fmt: skip
    if sorted(kept) != sorted(commitments):
        wrong.append(f"{len(kept)} steps, {len(commitments)} log entries")
    rows = list(ApplicationRow.objects.all())
    for row in rows:
        steps = steps_of("application", row.key)
        lived = [(two.source, two.event, two.to) for _, two in pairwise(steps)]
        if not set(lived) <= legal or steps[-1].to != row.state or len(steps) != row.version + 1:
            wrong.append("application: steps are no life")
        if any(two.source != one.to for one, two in pairwise(steps)):
            wrong.append("application: a step begins elsewhere")
        found = referral(row.referral, viewer=THE_OPERATOR).state
        if row.state in {"declined", "lapsed", "cancelled"} and found == "applied":
            wrong.append("an ended application keeps its referral")
    for key in {row.demand for row in rows}:
        theirs = [row for row in rows if row.demand == key and row.state == "accepted"]
        binding = [row for row in theirs if row.feedback is None or row.feedback["lent"]]
        if len(binding) > 1 or AcceptanceRow.objects.filter(demand=key).count() != len(theirs):
            wrong.append("two offers of one demand are accepted")
        state = demand(key, viewer=THE_OPERATOR).state
        held = [
            referral(row.referral, viewer=THE_OPERATOR).state for row in rows if row.demand == key
        ]
        if (state == "in_application") != ("applied" in held) and state != "fulfilled":
            wrong.append(f"demand {state}, referrals {held}")
    return wrong


if __name__ == "__main__":
    from shuxin.portal.bootstrap import start

    start()
    print(json.dumps({"half": half, "main": main}[sys.argv[1]](*map(int, sys.argv[2:]))))
