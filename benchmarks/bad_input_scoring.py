"""What bad input does to training, cards, features and decisions: the message in both languages, the state after.

Run: ``python benchmarks/bad_input_scoring.py [--home FOLDER] [--seed 1]``. FOLDER is where ``shuxin demo``
made an installation (its ``demo``); without it the demo of the synthetic city runs first, which takes a
minute or two. "as before" means: the caller's columns have the bytes that they had; for an installation, the
database says the same but for the record of who read, and the store and the decisions hold the same files.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.card.artefact import card_bytes, read_card
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.plan import CardPlan, Characteristic, SelectionPlan
from shuxin.scoring.card.sealed import sealed
from shuxin.scoring.card.training import train_card

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.scoring.card.training import Trained

    Columns = dict[str, np.ndarray]
    Told = tuple[str, str]

ROWS = 4000
AS_OF = dt.date(2026, 1, 1)
FIRM = "91349901MB00000000"
UNKNOWN = "91110000000000000X"
POLICIES = {
    "no YAML": "limits: [1, 2",
    "text for a number": "limits: {lowest: much}",
    "an infinite rate": "rate_highest: .inf",
    "a part nobody knows": "generosity: 3",
    "lowest above highest": "limits: {lowest: 900000, highest: 100000}",
    "one value, a thousand times": "churn: &a [" + "{rate: 0.1, lost: [0, 0, 0]}," * 1500 + "]",
    "an object of Python": "name: !!python/object/apply:os.system ['true']",
    "a list": "- 1\n- 2",
    "empty": "",
}


def show(case: str, told: Told, state: str) -> None:
    print(f"{case} | {told[0]} | {told[1]} | {state}", flush=True)


def told_by(work: Callable[[], object]) -> Told:
    """What a refusal says in both languages; what came out when there was none."""
    try:
        found = str(work())
    except ShuxinError as error:
        return tuple(f"{error.code}: {error.say(language)}" for language in ("en", "zh"))
    return found, found


def sample() -> tuple[Columns, np.ndarray]:
    rng = np.random.default_rng(1)
    age, sales = rng.uniform(0, 20, ROWS), rng.lognormal(4, 1, ROWS)
    chance = 1 / (1 + np.exp(0.8 + 0.12 * age + 0.5 * (np.log(sales) - 4)))
    return {"age": age, "sales": sales}, rng.random(ROWS) < chance


def trained(columns: Columns, outcomes: np.ndarray, *, named: tuple[str, ...] = ()) -> Trained:
    wanted = [
        Characteristic(
            name=name,
            title=Text(en=name, zh=name),
            kind=Kind.CATEGORICAL if values.dtype.kind == "U" else Kind.NUMERIC,
        )
        for name, values in columns.items()
    ]
    selection = SelectionPlan(named=named)
    target = Text(en="bad", zh="坏")
    return train_card(
        columns=columns,
        outcomes=outcomes,
        characteristics=wanted,
        plan=CardPlan(name="bad input", target=target, selection=selection),
        made_on="2026-11-21",
        data_hash="0" * 64,
    )


def summary(made: Trained) -> str:
    """What is on the card, what was found, and why the rest is not on it."""
    left = "; ".join(f"{drop.name}: {drop.why.say('en')}" for drop in made.dropped)
    found = ", ".join(f"{each.characteristic} {each.code}" for each in made.findings)
    return f"card with {', '.join(made.kept)}; found: {found or '-'}; left out: {left or '-'}"


def training_cases() -> None:
    columns, outcomes = sample()
    nothing = np.full(ROWS, np.nan)
    infinite = np.where(np.arange(ROWS) % 1000 == 0, np.inf, columns["sales"])
    huge = np.where(np.arange(ROWS) % 2 == 0, 1e308, -1e308) * (columns["age"] / 20)
    many = np.array([f"category {nth % 10_000}" for nth in range(ROWS)])
    ten_thousand = np.array([f"category {nth}" for nth in range(10_000)])
    noise = np.random.default_rng(2)
    leak = np.where(noise.random(ROWS) < 0.97, outcomes, ~outcomes) + noise.normal(0, 0.1, ROWS)
    cases: dict[str, tuple[Columns, np.ndarray, tuple[str, ...]]] = {
        "one class only": (columns, np.zeros(ROWS, np.bool_), ()),
        "only constants": ({"constant": np.ones(ROWS)}, outcomes, ()),
        "a constant beside others": (columns | {"constant": np.ones(ROWS)}, outcomes, ()),
        "all missing": ({"nothing": nothing}, outcomes, ()),
        "all missing beside others": (columns | {"nothing": nothing}, outcomes, ()),
        "4,000 categories of one row each": (columns | {"many": many}, outcomes, ()),
        "10,000 categories": (
            {"many": ten_thousand, "age": np.resize(columns["age"], 10_000)},
            np.resize(outcomes, 10_000),
            (),
        ),
        "infinite values": (columns | {"sales": infinite}, outcomes, ()),
        "numbers to the end of floats": (columns | {"huge": huge}, outcomes, ()),
        "text among numbers": ({"age": np.array(["x", 1.0] * (ROWS // 2), object)}, outcomes, ()),
        "a column too short": (columns | {"short": columns["age"][:-1]}, outcomes, ()),
        "20 rows": ({n: c[:20] for n, c in columns.items()}, outcomes[:20], ()),
        "a planted leak": (columns | {"leak": leak}, outcomes, ()),
        "a planted leak, named by the analyst": (columns | {"leak": leak}, outcomes, ("leak",)),
        "the outcome itself": (columns | {"leak": outcomes * 1.0}, outcomes, ()),
        "the outcome itself, named": (columns | {"leak": outcomes * 1.0}, outcomes, ("leak",)),
    }
    for case, (given, bad, named) in cases.items():
        before = digest(given)

        def work(
            given: Columns = given, bad: np.ndarray = bad, named: tuple[str, ...] = named
        ) -> str:
            return summary(trained(given, bad, named=named))

        told = told_by(work)
        show(f"train: {case}", told, "as before" if digest(given) == before else "CHANGED")


def digest(columns: Columns) -> str:
    raw = b"".join(
        repr(c.tolist()).encode() if c.dtype == object else c.tobytes() for c in columns.values()
    )
    return hashlib.sha256(raw).hexdigest()


def card_cases(chance: random.Random) -> None:
    card = trained(*sample()).card
    data = card_bytes(card)
    places = chance.sample(range(len(data)), min(500, len(data)))
    changed = [
        data[:at] + bytes([(data[at] + chance.randrange(1, 256)) % 256]) + data[at + 1 :]
        for at in places
    ]
    cut = [data[: chance.randrange(len(data))] for _ in range(500)]
    for case, files in (("one byte changed", changed), ("cut off", cut)):
        codes: dict[Told, int] = {}
        for file in files:
            told = told_by(lambda file=file: f"READ: {read_card(file).name}")
            codes[told] = codes.get(told, 0) + 1
        for told, count in sorted(codes.items(), key=lambda each: -each[1]):
            show(f"card: {case}, {count} of {len(files)}", told, "nothing read")
    content = json.loads(data)["card"]
    edits: dict[str, Callable[[dict], object]] = {
        "points of 10^9, sealed anew": lambda c: c["characteristics"][0]["bins"][0].update(
            points=10**9
        ),
        "edges not in order, sealed anew": lambda c: c["characteristics"][0]["shape"][
            "edges"
        ].reverse(),
        "no characteristic, sealed anew": lambda c: c["characteristics"].clear(),
        "a field more, sealed anew": lambda c: c.update(surprise=1),
    }
    for case, edit in edits.items():
        altered = json.loads(json.dumps(content))
        edit(altered)
        file = sealed(altered)
        show(f"card: {case}", told_by(lambda file=file: read_card(file)), "nothing read")
    show(
        "card: not the approved one", told_by(lambda: read_card(data, expected_hash="f" * 64)), "-"
    )
    ready = CompiledCard.of(card)
    rows: dict[str, dict[str, object]] = {
        "an infinite value": {"age": float("inf"), "sales": 1.0},
        "text for a number": {"age": "old", "sales": 1.0},
        "a characteristic not given": {"age": 1.0},
        "numbers to the end of floats": {"age": 1e308, "sales": -1e308},
        "everything missing": {"age": None, "sales": float("nan")},
    }
    for case, row in rows.items():
        told = told_by(lambda row=row: f"{ready.score(row).points} points")
        show(f"score: {case}", told, "-")


def invoice_cases() -> None:
    """Features of one firm from strange invoices: every number finite or missing."""
    import duckdb
    import ibis
    import pyarrow as pa

    from shuxin.fusion.features.computing import feature_table
    from shuxin.fusion.features.invoices import INVOICE_FEATURES

    days = [dt.date(2025, month, 15) for month in range(1, 13)]
    known = [dt.datetime(2025, month, 16, tzinfo=dt.UTC) for month in range(1, 13)]
    moment = pa.timestamp("us", "UTC")

    def table(net: int, currency: str | None) -> pa.Table:
        amounts = pa.array([net] * 12, pa.int64())
        return pa.table(
            {
                "entity": [FIRM] * 12,
                "party": [f"party {nth % 3}" for nth in range(12)],
                "invoice_no": [str(nth) for nth in range(12)],
                "issued_on": pa.array(days, pa.date32()),
                "net": amounts,
                "tax": pa.array([net // 10] * 12, pa.int64()),
                "total": amounts,
                "status": ["正常"] * 12,
                "status_changed_on": pa.nulls(12, pa.date32()),
                "currency": pa.array([currency] * 12, pa.string()),
                "_known_from": pa.array(known, moment),
                "_known_to": pa.nulls(12, moment),
            }
        )

    spine = pa.table({"entity": [FIRM], "as_of": pa.array([AS_OF], pa.date32())})
    cases = {
        "ordinary": (100_000, None),
        "all negative": (-100_000, None),
        "all zero": (0, None),
        "foreign money": (100_000, "USD"),
        "10^16 fen each": (10**16, None),
        "the largest amount there is": (2**63 - 1, None),
    }
    for case, (net, currency) in cases.items():
        sources = {
            side: ibis.memtable(table(net, currency)) for side in ("invoice_out", "invoice_in")
        }

        def work(sources: dict = sources) -> str:
            made = feature_table(
                spine=ibis.memtable(spine), sources=sources, features=INVOICE_FEATURES
            )
            try:
                (row,) = ibis.duckdb.connect().to_pyarrow(made).to_pylist()
            except duckdb.Error as error:
                return f"CRASHED: {str(error).splitlines()[0]}"
            numbers = {n: v for n, v in row.items() if n not in {"entity", "as_of"}}
            held = [value for value in numbers.values() if value is not None]
            finite = "all finite" if np.isfinite(held).all() else "NOT FINITE"
            said = {n: numbers[f"inv_out_{n}"] for n in ("amt_12m", "count_12m", "hhi_12m")}
            return f"{said}; {len(held)} of {len(numbers)} features known, {finite}"

        show(f"invoices: {case}", told_by(work), "-")


def decision_cases(home: Path) -> None:
    """The command line in an installation that has a model in use."""
    firm = _some_firm(home)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        day = ("--as-of", AS_OF.isoformat())
        decide(home, "an enterprise it knows, for comparison", firm, *day)
        decide(home, "an applicant no source knows", UNKNOWN, *day)
        decide(home, "nobody", *day)
        decide(home, "a model nobody has", firm, *day, "--model", "f" * 64)
        decide(home, "a budget of words", firm, *day, "--budget", "plenty")
        for case, text in POLICIES.items():
            (folder / "policy.yaml").write_text(text, encoding="utf-8")
            arguments = (firm, *day, "--policy", str(folder / "policy.yaml"))
            decide(home, f"policy, {case}", *arguments)
        for case, content in {
            "applicants without a heading": b"1,2,3\n",
            "applicants in dollars": f"统一社会信用代码,申请金额(美元)\n{firm},5\n".encode(),
            "applicants, a negative amount": f"统一社会信用代码,申请金额\n{firm},-5\n".encode(),
            "applicants, binary": random.Random(1).randbytes(2000),  # noqa: S311
        }.items():
            (folder / "who.csv").write_bytes(content)
            decide(home, case, "--file", str(folder / "who.csv"), *day)
        run(home, "en", "model", "--export", str(folder / "model"))
        model = (folder / "model").read_bytes()
        (folder / "model").write_bytes(model.replace(b'"intercept":', b'"intercept":1', 1))
        before = state(home)
        told = [
            run(home, lang, "model", "--import", str(folder / "model")) for lang in ("en", "zh")
        ]
        show("import of an altered model", (told[0], told[1]), compared(home, before))


def decide(home: Path, case: str, *arguments: str) -> None:
    before = state(home)
    told = [run(home, language, "decide", *arguments) for language in ("en", "zh")]
    show(f"decide: {case}", (told[0], told[1]), compared(home, before))


def run(home: Path, language: str, *arguments: str) -> str:
    """The last line that the command wrote, or the message of its refusal."""
    code = "import sys; from shuxin.portal.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "--home", str(home), "--lang", language, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "500"},
    )
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    crashed = "CRASHED: " if "Traceback" in done.stderr else ""
    return crashed + (lines[-1] if lines else f"exit {done.returncode}")


def state(home: Path) -> dict[str, str]:
    """Digest of every table but the record of reading, and of every file in the store."""
    found = {}
    with closing(sqlite3.connect(home / "shuxin.sqlite3")) as database:
        names = [
            n for (n,) in database.execute("select name from sqlite_master where type='table'")
        ]
        for name in sorted(set(names) - {"consent_use", "sqlite_sequence"}):
            rows = sorted(map(repr, database.execute(f'select * from "{name}"')))
            found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    for path in sorted((home / "store").rglob("*")):
        if path.is_file():
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def compared(home: Path, before: dict[str, str]) -> str:
    after = state(home)
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    names = sorted({Path(name).name for name in changed})
    return f"changed: {', '.join(names)}" if names else "as before"


def _some_firm(home: Path) -> str:
    query = "select entity from scoring_decisionrow order by entity limit 1"
    with closing(sqlite3.connect(home / "shuxin.sqlite3")) as database:
        return str(database.execute(query).fetchone()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("case | in English | in Chinese | state after")
    training_cases()
    card_cases(random.Random(options.seed))  # noqa: S311
    invoice_cases()
    with tempfile.TemporaryDirectory() as made:
        home = Path(made) / "demo"
        if options.home:
            shutil.copytree(options.home, home)
        else:
            code = "from shuxin.portal.cli import main; main()"
            command = [sys.executable, "-c", code, "demo", "--city"]
            subprocess.run(command, check=True, cwd=made, stdout=subprocess.DEVNULL)
        decision_cases(home)


if __name__ == "__main__":
    main()
