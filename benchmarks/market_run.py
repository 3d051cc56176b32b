"""A thousand demands of a city against 500 products of 17 lenders, through real processes.

    python -m benchmarks.market_run DEMO [--demands 1000] [--products 500] [--at-once 4] [--out FILE]

DEMO is the folder of a demo of size ``town`` that runs (``shuxin demo --size town --folder DEMO``) and whose joint
service is approved at its holders. Fifteen more lenders are founded beside its two, each in a home of its own with
the invoices of its own customers, a strategy, products and a desk (``shuxin lending run``) that asks the platform over
HTTP. Firms hand in demands a few at a time; the platform's own worker matches them; each firm applies at the best
product of all and at the best of its own bank. All lenders but the demo's use one card that is trained here on all
loans of the city; the demo's bank asks for joint scores.

Printed: what became of the demands, seconds from demand to matching and to the lender's answer with local and with
joint score, and the counts that must agree: answers at the platform, decisions, uses and entries in the logs.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from shuxin.infra.api import Settings, mark_development
from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import check_symbol
from shuxin.portal.demo.firms import applicants
from shuxin.portal.demo.plan import ATTESTER, BANK, LENDERS, PLATFORM, Place, Seat, site_url
from shuxin.portal.demo.registry import registered
from shuxin.portal.demo.running import Commands, commands

SEED, MORE_LENDERS = 20261122, 15
ACTS, MARKET, FIRMS = (
    "benchmarks.market_acts",
    "shuxin.portal.demo.market",
    "shuxin.portal.demo.firms",
)
TAX, SOLD, BOUGHT = "澜坪市税务机关", "销项发票.parquet", "进项发票.csv"
SCOPES = ("grants:read", "requests:write", "market:read", "market:write")
PEOPLE = ["officer-1", "officer-2"]
PATIENCE_SECONDS, PAUSE = 120.0, 0.1
_FEE = {"name": "服务费", "kind": "once_bp", "value": 30}
DATA_UNTIL = "2026-01-01"
"""The city's data end on the day before."""


def main() -> int:
    options = _options()
    place = Place(Path(options.demo).absolute())
    run = Run(place, random.Random(SEED), options)  # noqa: S311 - a simulation
    os.environ["PYTHONPATH"] = str(Path.cwd())
    with commands(place, language="en") as made:
        run.go(made)
    return 0


class Run:
    """One run over a demo that is up."""

    def __init__(self, place: Place, rng: random.Random, options: argparse.Namespace) -> None:
        self.place, self.rng, self.options = place, rng, options
        self.imports = place.city / "files"
        self.lenders = [_seat(number) for number in range(MORE_LENDERS)]
        self.desks: list[subprocess.Popen[bytes]] = []

    def go(self, made: Commands) -> None:
        _say("card of all loans")
        model = self._card(made)
        _say("lenders")
        for seat in self.lenders:
            self._found(made, seat, model)
        register = {one["party"]: one for one in registered(self.imports)}
        firms = self._firms(made, register)
        wallet = str(self.place.folder / f"run-wallet-{int(time.time())}")
        keyed = {code for code, _ in applicants(self.imports)} | self._measured()
        named = [
            [one["party"][5:], one["facts"]["name"]]
            for one in firms
            if one["party"][5:] not in keyed
        ]
        requests = made.call(ATTESTER, f"{FIRMS}:make_keys", wallet=wallet, firms=named)
        bound = made.call(ATTESTER, f"{FIRMS}:attest", requests=requests)
        made.call(PLATFORM, f"{FIRMS}:take_keys", statements=bound)
        before = {
            seat.name: made.call(seat, f"{ACTS}:counted") for seat in (*self.lenders, *LENDERS)
        }
        self._start_desks()
        try:
            self._drive(made, firms, wallet, before)
        finally:
            for desk in self.desks:
                desk.send_signal(signal.SIGTERM)
            for desk in self.desks:
                desk.wait()

    def _measured(self) -> set[str]:
        """Firms that have keys since the demo measured its card."""
        grants = self.place.home(BANK) / "worth" / "grants"
        said = (json.loads(one.read_text()) for one in grants.glob("*.json"))
        return {one["body"]["subject"][5:] for one in said}

    def _card(self, made: Commands) -> Path:
        """From the invoices and loans of the whole city, in a home of its own."""
        seat, out = _seat(99), self.place.folder / "run-model.json"
        if out.is_file():
            return out
        self._home(made, seat)
        folder = self.place.home(seat) / "inbox"
        shutil.copytree(self.imports / TAX, folder / TAX)
        shutil.copytree(self.imports / BANK.called, folder / BANK.called)
        made.run(seat, "import", folder, "--accept")
        made.run(seat, "resolve")
        made.run(seat, "train")
        made.run(seat, "model", "--export", out)
        return out

    def _home(self, made: Commands, seat: Seat) -> None:
        made.run(seat, "init", seat.code, seat.called, "--kind", "bank")
        mark_development(Settings(self.place.home(seat), ""), facts={"data_until": DATA_UNTIL})

    def _found(self, made: Commands, seat: Seat, model: Path) -> None:
        """A lender with its customers' invoices, a strategy, and products on the shelf."""
        if (self.place.home(seat) / "ready").is_file():
            return
        shutil.rmtree(self.place.home(seat), ignore_errors=True)
        self._home(made, seat)
        made.call(PLATFORM, f"{ACTS}:trust", home=str(self.place.home(seat)))
        cards = [self.place.folder / "cards" / f"{one.name}.card" for one in (PLATFORM, ATTESTER)]
        made.run(seat, "trust", "found", *cards)
        said = made.run(
            PLATFORM, "account", "client", "--party", seat.party, "--name", seat.called,
            *(word for scope in SCOPES for word in ("--scope", scope)),
        )  # fmt: skip
        client, secret = (line.split(":")[-1].strip() for line in said.splitlines()[:2])
        url = site_url(self.place.state()["ports"], PLATFORM)
        made.run(seat, "platform", "join", url, "--client", client, given=secret)
        self._customers(seat)
        made.run(seat, "import", self.place.home(seat) / "inbox", "--accept")
        made.run(seat, "resolve")
        made.run(seat, "model", "--import", model)
        digest = json.loads(model.read_text())["sha256"]
        number = self.lenders.index(seat)
        made.call(seat, f"{ACTS}:publish", model=digest, number=number, people=PEOPLE)
        count = self.options.products // MORE_LENDERS + (
            number < self.options.products % MORE_LENDERS
        )
        rng = random.Random(f"{SEED}-{number}")  # noqa: S311 - a simulation
        offered = [_product(number, each, rng) for each in range(count)]
        keys = made.call(seat, f"{MARKET}:offer_products", products=offered, by=PEOPLE[0])
        made.call(PLATFORM, f"{MARKET}:approve_products", keys=keys, by="operator")
        (self.place.home(seat) / "ready").write_text("")

    def _customers(self, seat: Seat) -> None:
        """Invoices of the firms that bank there."""
        folder, number = self.place.home(seat) / "inbox" / TAX, self.lenders.index(seat)
        folder.mkdir(parents=True)
        sold = pq.read_table(self.imports / TAX / SOLD)
        pq.write_table(sold.filter(_mine(sold["销方税号"], number)), folder / SOLD)
        text = pacsv.ConvertOptions(
            column_types=dict.fromkeys(_head(self.imports / TAX / BOUGHT), pa.string())
        )
        bought = pacsv.read_csv(self.imports / TAX / BOUGHT, convert_options=text)
        pacsv.write_csv(bought.filter(_mine(bought["购方税号"], number)), folder / BOUGHT)

    def _firms(self, made: Commands, register: dict[str, Any]) -> list[dict[str, Any]]:
        """The firms that authorised the demo's bank, and others drawn by lot."""
        agreed = [f"uscc:{code}" for code, _ in applicants(self.imports)]
        made.call(PLATFORM, f"{ACTS}:withdraw", firms=agreed)
        driven = set(made.call(PLATFORM, f"{ACTS}:with_demands")) - set(agreed)
        gone = driven | {f"uscc:{self.place.state()['firm']}"}
        parties = [one for one in agreed if one in register and one not in gone]
        others = sorted(set(register) - set(parties) - gone)
        self.rng.shuffle(others)
        parties = (parties + others)[: self.options.demands]
        self.rng.shuffle(parties)
        with_bank = set(agreed)
        return [
            self._firm(register[one], BANK.party if one in with_bank else "") for one in parties
        ]

    def _firm(self, facts: dict[str, Any], bank: str) -> dict[str, Any]:
        rng = self.rng
        terms = {
            "amount_fen": round(rng.lognormvariate(12.2, 0.8)) * 100 // 100_000 * 100_000
            + 1_000_000,
            "term_months": rng.choice((6, 12, 12, 12, 24, 36)),
            "use": rng.choice(("working_capital", "stock", "wages", "equipment")),
            "urgency": rng.choice(("days", "month", "planned")),
        }
        own = bank or self.lenders[_bucket(facts["party"][5:])].party
        return {"party": facts["party"], "facts": facts, "terms": terms, "banks": [own]}

    def _start_desks(self) -> None:
        for seat in self.lenders:
            environment = os.environ | {
                "SHUXIN_HOME": str(self.place.home(seat)),
                "OPENBLAS_NUM_THREADS": "1",
            }
            with self.place.log(f"{seat.name}-desk").open("ab") as out:
                program = [str(Path(sys.executable).parent / "shuxin"), "lending", "run"]
                self.desks.append(
                    subprocess.Popen(program, env=environment, stdout=out, stderr=out)
                )
                began = out.tell()
            while not self._is_at_work(seat, began):
                time.sleep(PAUSE)

    def _is_at_work(self, seat: Seat, began: int) -> bool:
        """A desk says so in its log; one that ended instead is a fault of this run."""
        if self.desks[-1].poll() is not None:
            raise SystemExit(f"the desk of {seat.name} ended: see its log")
        return len(self.place.log(f"{seat.name}-desk").read_bytes()) > began

    def _drive(
        self, made: Commands, firms: list[dict[str, Any]], wallet: str, before: dict[str, Any]
    ) -> None:
        plan, out = self.place.folder / "run-plan.json", self.place.folder / "run-taken.json"
        plan.write_text(
            json.dumps(
                {"firms": firms, "at_once": self.options.at_once, "patience": PATIENCE_SECONDS}
            )
        )
        began = time.time()
        _say(f"{len(firms)} demands")
        summary = made.call(PLATFORM, f"{ACTS}:drive", plan=str(plan), out=str(out))
        taken = json.loads(out.read_text())
        seconds = time.time() - began
        _say(f"driven in {seconds:.0f} s: {summary}")
        accepted = made.call(PLATFORM, f"{ACTS}:accept", wallet=wallet, most=10_000)
        time.sleep(20)  # desks hear of it
        lenders = (*self.lenders, *LENDERS)
        reported = sum(made.call(one, f"{ACTS}:report", by=PEOPLE[0]) for one in lenders)
        time.sleep(20)
        told = made.call(PLATFORM, f"{ACTS}:fed_back")
        _say(f"offers taken {accepted}, reported as lent {reported}, known at the platform {told}")
        self._times(taken)
        self._counts(made, taken, before)

    def _times(self, taken: list[dict[str, Any]]) -> None:
        local, joint = [], []
        for one in taken:
            for at, _, lender in one.get("answers", {}).values():
                (joint if lender == BANK.party else local).append(at - one["began"])
        for name, found in (("local", local), ("joint", joint)):
            if found:
                p50, p95 = statistics.median(found), statistics.quantiles(found, n=20)[-1]
                _say(
                    f"demand to answer, {name}: {len(found)} answers, p50 {p50:.2f} s, p95 {p95:.2f} s"
                )

    def _counts(self, made: Commands, taken: list[dict[str, Any]], before: dict[str, Any]) -> None:
        answered = Counter(
            lender for one in taken for _, _, lender in one.get("answers", {}).values()
        )
        total: Counter[str] = Counter()
        for seat in (*self.lenders, *LENDERS):
            now, old = made.call(seat, f"{ACTS}:counted"), before[seat.name]
            new = {k: now[k] - old[k] for k in ("decisions", "uses_named", "uses_twice")}
            log = Counter(now["log"]) - Counter(old["log"])
            print(seat.name, answered[seat.party], new, dict(log), flush=True)
            total.update(answers=answered[seat.party], **new)
            total.update({f"log {kind}": count for kind, count in log.items()})
        _say(f"in all: {dict(total)}")


def _seat(number: int) -> Seat:
    body = f"MA2LB{number:03}"
    organisation = body + organisation_check(body)
    code = "91349900" + organisation
    return Seat(
        f"lender{number:02}", code + check_symbol(code), f"澜坪第{number + 1}银行", "bank",
        Text(en="", zh=""), has_node=False, has_site=False, lends=True,
    )  # fmt: skip


def _product(number: int, each: int, rng: random.Random) -> dict[str, Any]:
    least = rng.choice((10_000, 10_000, 50_000, 100_000)) * 100
    rate = rng.randrange(330, 600, 5)
    kinds = ["enterprise", "individual_business", "cooperative", "farmer", "owner"]
    return {
        "name": f"第{number + 1}银行产品{each + 1}",
        "kind": rng.choice(("invoice", "tax", "credit", "flow")),
        "amount_fen": {"least": least, "most": rng.choice((300_000, 1_000_000, 3_000_000)) * 100},
        "rate_bp": {"least": rate, "most": rate + rng.randrange(200, 500, 10)},
        "term_months": {"least": rng.choice((1, 3, 6)), "most": rng.choice((12, 24, 36))},
        "guarantees": ["none"],
        "repayments": rng.sample(["bullet", "instalments", "principal", "revolving"], 2),
        "eligibility": {
            "borrowers": kinds if rng.random() < 0.7 else kinds[:1],
            "regions": [] if rng.random() < 0.8 else [f"34990{rng.randrange(2, 8)}"],
            "age_months": rng.choice((None, 12, 24)),
        },
        "fees": [_FEE] if rng.random() < 0.3 else [],
        "claim_hours": rng.choice((4, 8, 16)),
        "decision_hours": rng.choice((8, 16, 40)),
    }  # fmt: skip


def _bucket(code: str) -> int:
    return int(hashlib.sha256(code.encode()).hexdigest(), 16) % MORE_LENDERS


def _mine(codes: pa.ChunkedArray, number: int) -> pa.Array:
    known = {code: _bucket(code) == number for code in pc.unique(codes).to_pylist() if code}
    return pa.array([known.get(code, False) for code in codes.to_pylist()])


def _head(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines))


def _say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("demo")
    parser.add_argument("--demands", type=int, default=1000)
    parser.add_argument("--products", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=4)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
