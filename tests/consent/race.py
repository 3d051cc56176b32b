"""Many requests at once for the last use of one authorisation, in threads of two processes over one database and log.

``python -m tests.consent.race N`` prints how often each outcome came.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

HALVES = 2


def outcome(number: int) -> str:
    from django.db import connections
    from tests.consent.world import BANK, FIRM, KEYS, NOW, request, terms

    from shuxin.consent.api import UseRefused

    asks = request(request_id=f"r{number}").sign(signer=KEYS[BANK])
    brought = terms(max_uses=1).sign(signer=KEYS[FIRM])
    try:
        gate().permit(asks, authorisation=brought, now=NOW)
    except UseRefused as error:
        return " ".join(refusal.reason for refusal in error.refusals)
    finally:
        connections.close_all()
    return "permit"


def gate() -> object:
    from tests.consent.world import DIRECTORY, HOLDER, KEYS, PLATFORM

    from shuxin.consent.api import Gate
    from shuxin.infra.api import settings_from_environment
    from shuxin.ledger.api import open_log

    folder = settings_from_environment().home / "log"
    log = open_log(folder, origin="shuxin/race", signer=KEYS[HOLDER])
    return Gate(HOLDER, "tester", DIRECTORY, log, frozenset({PLATFORM}))


def half(first: int, askers: int) -> None:
    from shuxin.portal.bootstrap import start

    start()
    with ThreadPoolExecutor(askers) as threads:
        print(json.dumps(Counter(threads.map(outcome, range(first, first + askers)))))


def main(askers: int) -> None:
    from shuxin.portal.bootstrap import start

    start()
    from tests.consent.world import DIRECTORY, KEYS, NOW, PLATFORM, TAX, contract_of, status

    from shuxin.catalogue.api import register_contract
    from shuxin.consent.api import take_status_list

    register_contract(contract=contract_of(TAX), accepted_by="tester", now=NOW)
    listed = status().sign(signer=KEYS[PLATFORM])
    take_status_list(listed, issuers=[PLATFORM], keys=DIRECTORY, now=NOW)
    each = askers // HALVES
    commands = [
        [sys.executable, "-m", "tests.consent.race", "half", str(n * each), str(each)]
        for n in range(HALVES)
    ]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    total: Counter[str] = Counter()
    for process in running:
        said, _ = process.communicate()
        total.update(json.loads(said.splitlines()[-1]))
    print(json.dumps(total))


if __name__ == "__main__":
    if sys.argv[1] == "half":
        half(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]))
