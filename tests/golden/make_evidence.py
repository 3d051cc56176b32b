"""Makes the golden evidence files out of real nodes' answers; run by hand, once for a form of the file.

    python -m tests.golden.make_evidence tests/golden/evidence/1

A bank, a tax office, a social insurance bureau and a helper run as processes with homes of their own. All firms are
made up. Files of an earlier form are never made again: they prove that what was said then can still be checked now.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.federation.processes import nodes
from tests.federation.processes import test_service as town
from tests.federation.processes.firms import DAY, key_of, now
from tests.federation.processes.nodes import BANK, HRSS, TAX, code_of

from shuxin.consent.api import read_authorisation, worded
from shuxin.infra.api import Settings
from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.uscc import check_symbol
from shuxin.parties.api import (
    Binding,
    Claim,
    KeyRole,
    Method,
    PartyKind,
    sign_binding,
    sign_claim,
)
from shuxin.portal.bootstrap import own_signer

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE, ONE_ONLY, WITHDREW, DOWN, BUSY = 7, 8, 9, 10, 12
"""Firms by what happens to them."""
NEIGHBOURS = range(20, 60)
NAMED = (WHOLE, ONE_ONLY, WITHDREW, DOWN, BUSY)


@dataclass
class Maker:
    """The town, its services, and what is written."""

    world: town.World
    out: Path

    def score(self, name: str, service: str, subject: str, *others: int) -> None:
        """Ask, and write the file about ``subject``."""
        city = self.world.city
        codes = sorted([subject, *map(code_of, others)])
        asked = city.folder / f"{name}.codes"
        asked.write_text("\n".join(["代码", *codes]), encoding="utf-8")
        city.do(BANK, "node", "score", service, "--file", asked, "--grants", self.world.grants)
        listed = city.do(BANK, "evidence", "--list", "--subject", subject).text
        newest = re.findall(r"[0-9a-f]{32}", listed)[0]
        file, trust = self.out / f"{name}.json", self.out / "trust.json"
        city.do(BANK, "evidence", newest, "--out", file, "--trust-out", city.folder / "trust.json")
        keep_trust(city.folder / "trust.json", trust)
        said = city.say(BANK, "verify", file, "--trust", trust).text
        sys.stdout.write(f"{name} {file.stat().st_size}\n{said}")
        sys.stdout.flush()

    def fresh(self) -> None:
        self.world.firms.publish(TAX, HRSS)


def keep_trust(found: Path, kept: Path) -> None:
    """One list for all files: whoever is trusted for one is trusted for the others."""
    value = json.loads(found.read_text())
    if kept.exists():
        value["log"]["logs"] = sorted(
            {*value["log"]["logs"], *json.loads(kept.read_text())["log"]["logs"]}
        )
    kept.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def shop_code() -> str:
    """Of an individual business (个体工商户), whom no holder's data have."""
    body = "92349900MA0000017"
    body = body[:16] + organisation_check(body[8:16])
    return body + check_symbol(body)


def found_shop(world: town.World) -> None:
    """Its key, vouched for at all three, and its authorisation."""
    city, party, key = world.city, f"uscc:{shop_code()}", key_of(0)
    attester = own_signer(Settings(home=city.home("attester"), database_url=""))
    kind = PartyKind.INDIVIDUAL_BUSINESS
    claim = Claim(party, kind, "某商行", key.public, "key", (KeyRole.SUBJECT,), "")
    binding = Binding(claim, now() - 9 * DAY, now() + 900 * DAY, Method.LICENCE, "")
    file = city.folder / "shop.keys"
    lines = [sign_claim(claim, signer=key).dump(), sign_binding(binding, signer=attester).dump()]
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    for name in (BANK, TAX, HRSS):
        city.do(name, "party", "take", file)
    like = read_authorisation(
        parse_statement((world.grants / f"{code_of(WHOLE)}.json").read_bytes())
    )
    theirs = worded(replace(like, subject=party), language="zh").sign(signer=key)
    (world.grants / f"{shop_code()}.json").write_bytes(theirs.dump())


def agree(world: town.World, firms: Sequence[int], *, holders: Sequence[str]) -> None:
    world.ids |= world.firms.agree(
        world.grants, firms, holders=holders, catalogues=[town.TABLES[one] for one in holders],
        period=town.PERIOD,
    )  # fmt: skip


def make(maker: Maker) -> None:
    world = maker.world
    by_holder = world.service(world.card("--reasons", "categories", "--most-categories", 2))
    maker.fresh()
    maker.score("by-holder-all-answered", by_holder, code_of(WHOLE))
    agree(world, [ONE_ONLY], holders=(TAX,))
    maker.score("by-holder-one-refused", by_holder, code_of(ONE_ONLY))
    maker.score("by-holder-individual-business-in-a-batch", by_holder, shop_code(), *NEIGHBOURS)
    world.city.stop(HRSS)
    maker.score("by-holder-one-down", by_holder, code_of(DOWN))
    world.city.start_all(HRSS)
    world.firms.ended.add(world.ids[WITHDREW])
    maker.fresh()
    maker.score("by-holder-withdrawn", by_holder, code_of(WITHDREW))
    by_category = world.service(world.card("--contribution", "by_category"))
    maker.fresh()
    maker.score("by-category-all-answered", by_category, code_of(BUSY), WHOLE)
    open_sum = world.service(world.card("--contribution", "sum", "--min-holders", 1))
    maker.fresh()
    maker.score("sum-two-holders", open_sum, code_of(WHOLE), BUSY)
    maker.score("sum-asked-again-without-one", open_sum, code_of(ONE_ONLY), BUSY)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        nodes.launching(Path(place)) as launcher,
        town.founded(launcher, Path(place) / "town") as world,
    ):
        world.firms.bind(NAMED, BANK)
        found_shop(world)
        make(Maker(world, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
