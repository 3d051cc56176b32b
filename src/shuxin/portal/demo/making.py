"""The joint work of the demo's first start: aligned, trained, measured, proposed, agreed (演示联合建模)."""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china
from shuxin.portal.demo import firms as acts
from shuxin.portal.demo import shelf, words
from shuxin.portal.demo.homes import FIRMS, Homes
from shuxin.portal.demo.plan import (
    ATTESTER,
    BANK,
    FINANCE,
    HOLDERS,
    LENDERS,
    LOGINS,
    NODES,
    NOTARY,
    PEOPLE,
    PLATFORM,
    SITES,
    VILLAGE,
)
from shuxin.portal.demo.registry import registered
from shuxin.portal.demo.running import DemoStepFailed
from shuxin.portal.demo.scales import DATASETS, LEVELS, SCALES, Scale, Window, period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shuxin.portal.demo.homes import Tell
    from shuxin.portal.demo.plan import Place, Seat
    from shuxin.portal.demo.running import Commands, Processes

_JOBS, _MARKET = "shuxin.portal.demo.jobs", "shuxin.portal.demo.market"
_DEMANDS, _APPLICATIONS = 24, 6
_CITY_REGION = "3499"
_JOB_SECONDS, _FOLLOW_SECONDS, _LOOK_SECONDS = 900, 60, 1.0
_SERVICE_DAYS, _GRANT_DAYS, _GRANT_USES = 180, 180, 100


@dataclass(frozen=True, slots=True)
class Making:
    """One first start. tell: says a step to the person, with its numbers."""

    place: Place
    size: str
    ports: dict[str, int]
    commands: Commands
    processes: Processes
    tell: Tell
    keyed: set[str] = field(default_factory=set)
    """Firms that have a key already."""

    @property
    def scale(self) -> Scale:
        return SCALES[self.size]

    def run(self) -> None:
        """Everything; raises DemoStepFailed, and leaves a folder that the next start makes anew."""
        homes = Homes(self.place, self.size, self.ports, self.commands, self.tell)
        homes.make()
        self.processes.start([PLATFORM])
        self.processes.until_answered(PLATFORM)
        homes.link()
        self.processes.start([seat for seat in SITES if seat != PLATFORM])
        self.tell(words.RUNNING, sites=len(SITES), nodes=len(NODES))
        homes.accounts()
        self.align()
        card = self.train()
        if self.scale.held_out is not None:
            self.measure(card, self.scale.held_out)
        self.serve_card(card)
        self.firms_agree()
        self.market()

    @property
    def imports(self) -> Path:
        return self.place.city / "files"

    def _inputs(self, window: Window, *, features: bool) -> list[dict[str, Any]]:
        found = []
        for seat in (BANK, *HOLDERS):
            bases = self.commands.call(seat, f"{FIRMS}:own_bases", purpose="model_training")
            first, last = period(seat, window)
            one = {
                "party": seat.party,
                "dataset": DATASETS[seat],
                "ground": "basis",
                "basis": bases["own" if seat == BANK else "joint"],
                "level": LEVELS[seat],
                "data_from": first,
                "data_to": last,
            }
            found.append(one | ({"features": list(self.scale.features[seat])} if features else {}))
        return found

    def align(self) -> None:
        """All loans of the bank, all firms of the bureau and of the utility."""
        self.tell(words.ALIGNING)
        whole = Window(self.scale.now.day, self.scale.now.bills_to, self.scale.now.until)
        inputs = self._inputs(whole, features=False)
        inputs[0] |= {"data_from": "2020-01-01", "data_to": whole.until}
        job = self.commands.call(
            BANK, f"{_JOBS}:propose_alignment", title="共同企业对齐",
            inputs=inputs, helper=NOTARY.party, min_size=self.scale.min_size,
        )  # fmt: skip
        self._await(job)
        self.place.keep(alignment=job)
        self.tell(words.ALIGNED, count=self.commands.call(BANK, f"{_JOBS}:common", job=job))

    def train(self) -> str:
        window = self.scale.train
        self.tell(words.TRAINING, day=window.day, until=window.until)
        job = self.commands.call(
            BANK, f"{_JOBS}:propose_scorecard", title="小微企业联合评分卡",
            inputs=self._inputs(window, features=True), helper=NOTARY.party,
            min_size=self.scale.min_size, model="小微企业联合评分卡", target="defaulted", bad=["true"],
            more=dict(self.scale.card),
        )  # fmt: skip
        self._await(job)
        self.place.keep(card=job)
        count = self.commands.call(BANK, f"{_JOBS}:common", job=job)
        self.tell(words.TRAINED, count=count)
        return str(job)

    def _await(self, job: str) -> None:
        """Tell each step as it comes. Raises DemoStepFailed when the job ends otherwise than done."""
        until, before = time.monotonic() + _JOB_SECONDS, ""
        while time.monotonic() < until:
            found = self.commands.call(
                BANK, f"{_JOBS}:job_state", job=job, language=self.commands.language
            )
            if found["is_end"]:
                break
            if found["step"] != before:
                before = found["step"]
                self.tell(words.STEP, step=before)
            time.sleep(_LOOK_SECONDS)
        if not found["is_done"]:
            for seat in NODES:
                self.commands.run(seat, "log", "list", "--limit", 5)
            raise DemoStepFailed(step=f"job {job[:12]}: {found}", log=self.place.log("commands"))

    def _in_card(self) -> list[Seat]:
        """The holders that keep a part of the card: one without a feature left keeps none."""
        parties = self.commands.call(BANK, f"{_JOBS}:holders_of", job=self.place.state()["card"])
        return [seat for seat in HOLDERS if seat.party in parties]

    def serve_card(self, card: str) -> None:
        """For credit decisions: no holder has a standing approval of this, so a person decides at each."""
        basis = self.commands.call(BANK, f"{FIRMS}:own_bases", purpose="credit_decision")["own"]
        periods = {s.party: period(s, self.scale.now, serving=True) for s in (BANK, *HOLDERS)}
        job = self.commands.call(
            BANK, f"{_JOBS}:propose_service", title="流水贷联合评分", card=card, basis=basis,
            purpose="credit_decision", until=in_days(_SERVICE_DAYS), periods=periods, limits={},
        )  # fmt: skip
        self.place.keep(service=job)
        names = [seat.called for seat in self._in_card()]
        self.place.keep(to_approve=[seat.name for seat in self._in_card()])
        self.tell(words.PROPOSED, holders="、".join(names))

    def firms_agree(self) -> None:
        """This month's applicants but the person's own firm; that one has a request waiting."""
        state = self.place.state()
        everybody = acts.applicants(self.imports)
        firms = [[code, name] for code, name in everybody if code != state["firm"]]
        self._agreed(firms, purpose="credit_decision", window=self.scale.now)
        asked = self._asked(self.scale.now)
        waiting = self.commands.call(
            BANK, f"{FIRMS}:propose", subjects=[f"uscc:{state['firm']}"], asked=asked,
            purpose="credit_decision", days=_GRANT_DAYS,
        )  # fmt: skip
        self.commands.call(PLATFORM, f"{FIRMS}:receive", proposals=waiting)
        self.tell(words.AGREED, count=len(firms), firm=state["firm_name"])

    def market(self) -> None:
        """Lenders publish strategies and products, firms hand in demands; the workers begin, and some firms apply."""
        register = {one["party"]: one for one in registered(self.imports)}
        self.commands.call(PLATFORM, f"{_MARKET}:know_firms", facts=list(register.values()))
        service = {BANK: self.place.state()["service"], VILLAGE: ""}
        past, keys = shelf.history(self.imports, register=register), {}
        for seat in LENDERS:
            people = PEOPLE[seat]
            rows = past if seat == BANK else past[: len(past) // 3]
            self.commands.call(
                seat, f"{_MARKET}:run_strategy", service=service[seat], rows=rows, people=people
            )
            offered = shelf.products(seat)
            keys[seat] = self.commands.call(
                seat, f"{_MARKET}:offer_products", products=offered, by=people[0]
            )
            self.commands.call(
                PLATFORM, f"{_MARKET}:approve_products", keys=keys[seat], by="operator"
            )
        finance = [one.name for one in LOGINS if one.of == FINANCE]
        self.commands.call(
            PLATFORM,
            f"{_MARKET}:begin_government",
            party=FINANCE.party,
            people=finance,
            region=_CITY_REGION,
        )
        wanted = shelf.wanted(
            self.imports, register=register, but=self.place.state()["firm"], most=_DEMANDS
        )
        self.commands.call(PLATFORM, f"{_MARKET}:want_money", wanted=wanted)
        self.processes.start_workers()
        for seat in LENDERS:
            self.commands.call(
                PLATFORM, f"{_MARKET}:apply", count=_APPLICATIONS, product=keys[seat][0]
            )
        self.tell(words.MARKET, products=sum(map(len, keys.values())), demands=len(wanted))

    def _agreed(self, firms: list[list[str]], *, purpose: str, window: Window) -> list[str]:
        """Keys, vouched for at the counter; asked by the bank; signed by each firm; kept by the platform.

        What was signed.
        """
        wallet = str(self.place.folder / "wallet")
        new = [firm for firm in firms if firm[0] not in self.keyed]
        self.keyed.update(code for code, _ in new)
        requests = self.commands.call(ATTESTER, f"{FIRMS}:make_keys", wallet=wallet, firms=new)
        bound = self.commands.call(ATTESTER, f"{FIRMS}:attest", requests=requests)
        number = self.commands.call(PLATFORM, f"{FIRMS}:take_keys", statements=bound)
        subjects = [f"uscc:{code}" for code, _ in firms]
        proposals = self.commands.call(
            BANK, f"{FIRMS}:propose", subjects=subjects, asked=self._asked(window),
            purpose=purpose, days=_GRANT_DAYS,
        )  # fmt: skip
        ids = self.commands.call(PLATFORM, f"{FIRMS}:receive", proposals=proposals)
        signed: list[str] = self.commands.call(
            ATTESTER, f"{FIRMS}:agree", wallet=wallet, proposals=proposals
        )
        self.commands.call(PLATFORM, f"{FIRMS}:grant", ids=ids, statements=signed)
        self._until_followed(number)
        return signed

    def _until_followed(self, number: int) -> None:
        """Until the holders have this directory and a list of withdrawals. Raises DemoStepFailed."""
        until = time.monotonic() + _FOLLOW_SECONDS
        for seat in HOLDERS:
            while True:
                found = self.commands.call(seat, f"{FIRMS}:followed")
                if found["directory"] >= number and found["status"]:
                    break
                if time.monotonic() > until:
                    raise DemoStepFailed(step=f"follow: {found}", log=self.place.log("commands"))
                time.sleep(_LOOK_SECONDS)

    def _asked(self, window: Window) -> list[dict[str, Any]]:
        asked = []
        for seat in self._in_card():
            first, last = period(seat, window)
            asked.append(
                {
                    "holder": seat.party,
                    "catalogues": [DATASETS[seat]],
                    "level": LEVELS[seat],
                    "uses": _GRANT_USES,
                    "first": first,
                    "last": last,
                }
            )
        return asked

    def measure(self, card: str, window: Window) -> None:
        """On firms that the card has not seen: their first loans came after those that it was made of."""
        first, last = dt.date.fromisoformat(window.day), dt.date.fromisoformat(window.until)
        outcomes = acts.held_out(acts.loans(self.imports), first=first, last=last)
        self.tell(words.MEASURING, count=len(outcomes))
        basis = self.commands.call(BANK, f"{FIRMS}:own_bases", purpose="post_loan")["own"]
        periods = {s.party: period(s, window, serving=True) for s in (BANK, *HOLDERS)}
        service = self.commands.call(
            BANK, f"{_JOBS}:propose_service", title="模型样本外检验", card=card, basis=basis,
            purpose="post_loan", until=in_days(_SERVICE_DAYS), periods=periods, limits={},
        )  # fmt: skip
        self._await(service)
        firms = [[code, loan.name] for code, loan in outcomes.items()]
        granted = self._agreed(firms, purpose="post_loan", window=window)
        lines = [f"{code},{int(loan.is_bad)}" for code, loan in outcomes.items()]
        worth = self._worth(service, lines, granted)
        self.place.keep(measured=service, worth=worth)
        self.tell(words.WORTH, **worth)

    def _worth(self, service: str, lines: Sequence[str], granted: Sequence[str]) -> dict[str, Any]:
        """By ``shuxin node worth``, from files in the bank's home."""
        folder = self.place.home(BANK) / "worth"
        grants = folder / "grants"
        grants.mkdir(parents=True)
        for number, text in enumerate(granted):
            (grants / f"{number}.json").write_text(text, encoding="utf-8")
        table, out = folder / "outcomes.csv", folder / "worth.json"
        table.write_text("\n".join(["code,outcome", *lines, ""]), encoding="utf-8")
        self.commands.run(
            BANK, "node", "worth", service, "--file", table, "--grants", grants, "--out", out
        )
        found = json.loads(out.read_text(encoding="utf-8"))
        auc = found["worth"]["joint"]["quality"]["auc"]
        return {
            "firms": found["firms"] - found["left_out"],
            "left_out": found["left_out"],
            "auc": round(auc["value"], 3),
            "low": round(auc["low"], 3),
            "high": round(auc["high"], 3),
        }


def in_days(days: int) -> str:
    return f"{now_in_china().date() + dt.timedelta(days=days)}"
