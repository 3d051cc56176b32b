"""The crowd in threads of two processes, over one database and one log.

``python -m tests.market.race main SEED THREADS ACTIONS`` prints how often each action came through, and broken laws.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shuxin.ledger.api import Log

DEMANDS = 6


def half(seed: int, threads: int, actions: int) -> Counter[str]:
    """In this process: the crowd that was gathered, each thread on its own; how often each action came through."""
    from django.db import connections
    from tests.market.crowd import WEIGHTS, Crowd
    from tests.market.shelf_world import BANKS

    from shuxin.market.shelf_models import DemandRow, ProductRow

    use_log()
    products = {row.lender: row.key for row in ProductRow.objects.all()}
    demands = list(DemandRow.objects.order_by("pk").values_list("key", flat=True))
    crowd = Crowd(demands, [products[one] for one in BANKS])
    chances = np.array(list(WEIGHTS.values()))

    def one(number: int) -> list[str]:
        rng = np.random.default_rng([seed, number])
        names = rng.choice(list(WEIGHTS), size=actions, p=chances / chances.sum())
        try:
            return [
                crowd.act(str(name), int(rng.integers(len(BANKS) * DEMANDS)), int(rng.integers(6)))
                for name in names
            ]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return Counter(name for each in pool.map(one, range(threads)) for name in each)


def main(seed: int, threads: int, actions: int) -> dict[str, object]:
    from tests.market.crowd import Crowd, broken_laws

    log = use_log()
    crowd = Crowd.gathered(demands=DEMANDS)
    for number in range(DEMANDS - 1):
        crowd.act("submit", number * 4, 0)
    numbers = [str(number) for number in (seed + 1, threads, actions)]
    command = [sys.executable, "-m", "tests.market.race", "half", *numbers]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        done = half(seed, threads, actions)
        said, _ = other.communicate()
    done.update(json.loads(said.splitlines()[-1]))
    logged = [one.commitments[0] for one in log.entries(0, log.size)]
    return {"done": done, "wrong": broken_laws(logged)}


def use_log() -> Log:
    from tests.consent.world import HOLDER, KEYS
    from tests.market.shelf_world import JOURNAL

    from shuxin.infra.api import settings_from_environment
    from shuxin.ledger.api import open_log

    folder = settings_from_environment().home / "log"
    log = open_log(folder, origin="shuxin/race", signer=KEYS[HOLDER])
    JOURNAL.real = lambda entry: log.append(replace(entry, actor=HOLDER), now=entry.at)
    return log


if __name__ == "__main__":
    from shuxin.portal.bootstrap import start

    start()
    print(json.dumps({"half": half, "main": main}[sys.argv[1]](*map(int, sys.argv[2:]))))
