"""What each party received in jobs on a stage, message by message: what is masked, what is a figure (所见清单)."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.federation.alignment.kind import AlignmentKind
from shuxin.federation.domain.job import Role
from shuxin.federation.domain.learning import SCORECARD
from shuxin.federation.domain.meanings import RULES, hundredths_in, rows_in, rule_of, words_in
from shuxin.federation.redteam import totals
from shuxin.federation.redteam.attack import Ground
from shuxin.federation.redteam.cases import HELPER, HOLDER, LABEL, SECOND, codes_of, job_of, town
from shuxin.federation.redteam.stage import play
from shuxin.federation.scorecard.kind import ScorecardKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.federation.domain.meanings import Rule
    from shuxin.federation.redteam.stage import Outcome


@dataclass(frozen=True, slots=True)
class Line:
    """All messages of one rule from one sender (清单行). numbers: how many they carry."""

    rule: Rule
    sender: str
    messages: int
    size: int
    numbers: int


@dataclass(frozen=True, slots=True)
class Saw:
    """What one party of a job received (一方所见)."""

    party: str
    lines: tuple[Line, ...]

    @property
    def messages(self) -> int:
        return sum(each.messages for each in self.lines)

    @property
    def size(self) -> int:
        return sum(each.size for each in self.lines)


@dataclass(frozen=True, slots=True)
class Scene:
    """One job as it was played (场景).

    about: who took part with what. names: of the parties on the page. learns: by party, in words. figures: by party,
    what comes out of all that it received and how many of it; each figure once, where shares come from several.
    """

    title: str
    about: str
    names: Mapping[str, str]
    learns: Mapping[str, str]
    figures: Mapping[str, Mapping[str, int]]
    outcome: Outcome

    def saw(self) -> tuple[Saw, ...]:
        """By party, in the order of ``names``. Raises ValueError: a message that no rule knows."""
        return tuple(self._of(party) for party in self.names)

    def _of(self, party: str) -> Saw:
        found: dict[tuple[int, str], Line] = {}
        for (sender, name), content in sorted(self.outcome.received(party).items()):
            nth = rule_of(name)
            before = found.get((nth, sender), Line(RULES[nth], self.names[sender], 0, 0, 0))
            found[nth, sender] = Line(
                before.rule,
                before.sender,
                before.messages + 1,
                before.size + len(content),
                before.numbers + before.rule.numbers(content),
            )
        return Saw(party, tuple(found[key] for key in sorted(found)))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the jobs are (规模)."""

    tags: int = 1000
    points: int = 200
    firms: int = 1000


def scenes(*, seed: int, sizes: Sizes) -> tuple[Scene, ...]:
    """The jobs of the page, one after the other; made-up firms."""
    with tempfile.TemporaryDirectory(prefix="shuxin-saw-") as folder:
        ground = Ground(seed, Path(folder))
        return (
            _alignment(ground, sizes.tags, engine="tags"),
            _alignment(ground, sizes.points, engine="ecdh"),
            _scorecard(ground, sizes.firms),
            _question(ground),
        )


def _alignment(ground: Ground, firms: int, *, engine: str) -> Scene:
    """The first three quarters of the firms at L, the last three quarters at H."""
    codes, cut = codes_of(firms), firms // 4
    rows = {LABEL: "".join(codes[:-cut]).encode(), HOLDER: "".join(codes[cut:]).encode()}
    tags = engine == "tags"
    job = job_of(
        {"kind": "alignment", "engine": engine, "min_size": 1},
        outputs="aligned",
        helper=HELPER if tags else "",
    )
    outcome = _played(
        play(AlignmentKind(), job, folder=ground.folder, rows=rows, seed=ground.secret(engine))
    )
    entered, common = firms - cut, firms - 2 * cut
    learns = f"which {common:,} of its own {entered:,} firms the other has too"
    learns += "" if tags else ", and how many the other enters"
    how = "keyed tags at the helper T" if tags else "points of a group, without a helper"
    return Scene(
        title=f"Alignment by {engine}",
        about=f"L and H enter {entered:,} firms each and find the common ones by {how}.",
        names={LABEL: "L", HOLDER: "H", HELPER: "T"} if tags else {LABEL: "L", HOLDER: "H"},
        learns={
            LABEL: learns,
            HOLDER: learns,
            HELPER: f"that both enter {entered:,} firms and {common:,} are common; no code, as it has no key",
        },
        figures={},
        outcome=outcome,
    )


def _scorecard(ground: Ground, firms: int) -> Scene:
    made = town(ground.rng("saw"), rows=firms, own=2, held=2, holders=(HOLDER, SECOND))
    outcome = _played(
        play(
            ScorecardKind(),
            made.job(),
            folder=ground.folder,
            rows=made.entering(),
            values=made.values(),
            seed=ground.secret("scorecard"),
        )
    )
    return Scene(
        title="A scorecard: alignment, statistics, regression",
        about="L has the outcomes and two features, H1 and H2 have two features each;"
        f" {firms:,} firms, which all have. The fits took {_iterations(outcome)} iterations.",
        names={LABEL: "L", HOLDER: "H1", SECOND: "H2", HELPER: "T"},
        learns={
            LABEL: SCORECARD[Role.LABEL].en,
            HOLDER: SCORECARD[Role.HOLDER].en,
            SECOND: SCORECARD[Role.HOLDER].en,
            HELPER: SCORECARD[Role.HELPER].en,
        },
        figures={
            LABEL: figures_of_label(outcome),
            **{party: _figures_of_holder(outcome, party) for party in (HOLDER, SECOND)},
        },
        outcome=outcome,
    )


def _iterations(outcome: Outcome, fit: str = r"\d+") -> int:
    shares = re.compile(rf"fit{fit}/\d+/shares")
    return sum(who == HOLDER and bool(shares.fullmatch(name)) for who, _, name in outcome.messages)


def figures_of_label(outcome: Outcome) -> dict[str, int]:
    """Of a scorecard with both holders in it to the end: each figure once, however many shares make it."""
    received = outcome.received(LABEL)
    bins = sum(rows_in(content) for (_, name), content in received.items() if name.endswith("/features"))  # fmt: skip
    words = [
        json.loads(content)
        for (_, name), content in sorted(outcome.received(HELPER).items())
        if name.startswith("scorecard/round/")
    ]
    related = next(each["columns"] for each in words if each["then"] == "relate")
    fits = [each["columns"] for each in words if each["then"] == "fit"]
    slopes = sum(_iterations(outcome, str(nth)) * (1 + sum(each)) for nth, each in enumerate(fits))
    return {
        "rows of fine bins": bins,
        "bads of fine bins": bins,
        "sums and products for correlations": sum(related[1:]) + _products(related),
        "sums of products in fits": sum(_products([1 + each[0], *each[1:]]) for each in fits),
        "slopes": slopes,
        "second derivatives": sum(_triangle(1 + sum(each)) for each in fits),
        "mean points": sum(name == "scorecard/notice" for _, name in received),
    }


def _products(widths: list[int]) -> int:
    """Products of two columns, but for those of two columns of the label party."""
    return _triangle(sum(widths)) - _triangle(widths[0])


def _triangle(columns: int) -> int:
    return columns * (columns + 1) // 2


def _figures_of_holder(outcome: Outcome, party: str) -> dict[str, int]:
    received = outcome.received(party)
    told = [content for (_, name), content in received.items() if name.endswith("/coefficients")]
    final = [content for (_, name), content in received.items() if name.endswith("/final")]
    answer = next(content for (_, name), content in received.items() if _is_table(name))
    groups = sum(len(group) for each in json.loads(answer) for group in each["groups"])
    return {
        "groups of own fine bins": groups,
        "WOE in hundredths": hundredths_in(answer),
        "own coefficients": sum(map(words_in, (*told, *final))),
    }


def _is_table(name: str) -> bool:
    return name.startswith("counts") and name.endswith("/answer")


def _question(ground: Ground) -> Scene:
    given = totals.model(ground.rng("question"), min_holders=len(totals.HOLDERS), subjects=1)
    request = totals.asked(totals.HOLDERS, ground.secret("nonce"), subjects=1)
    outcome = _played(totals.play_questions(ground, given, [request]))
    holder = "that L asks about this firm, and which holders are asked together; no answer of another, no score"
    return Scene(
        title="A joint scoring question",
        about="L asks three holders about one firm under a contract that opens the sum of all three. The signed"
        " request and the firm's authorisation, which travel with the question, are not counted.",
        names={LABEL: "L", **{party: f"H{n}" for n, party in enumerate(totals.HOLDERS, 1)}},
        learns={
            LABEL: "that all three know the firm; no single total",
            **dict.fromkeys(totals.HOLDERS, holder),
        },
        figures={LABEL: {"sum of the three totals": 1}},
        outcome=outcome,
    )


def _played(outcome: Outcome) -> Outcome:
    """Raises what ended the run."""
    if outcome.cause is not None:
        raise outcome.cause
    return outcome


def page(found: tuple[Scene, ...]) -> str:
    """As Markdown."""
    return "\n".join([_HEAD, *(part for scene in found for part in _section(scene))])


_HEAD = """\
# What each party saw

Every byte that each party received in four jobs, played with made-up firms: the programs of the nodes, each party in a
thread of one process, messages in memory and recorded. What nodes exchange besides is the same for all jobs: the
description of the job, approvals, keys of the pairs, and at the end the digests of what was sent. This page is written
by `python -m tools.what_each_party_saw`; sizes and counts repeat with its seed. `shuxin redteam` attacks the same
programs; the pages in [protocols](protocols/) say why a mask is one, and what aggregates imply.

L is the label party, H a holder, T the helper. *Numbers* are those that the messages carry, shares and sums for checks
included; *figures*, where there are any, are what comes out of all that a party received, each once. A masked word or a
share alone is uniform, whatever the data are.
"""


def _section(scene: Scene) -> list[str]:
    parts = [f"## {scene.title}\n", f"{scene.about}\n"]
    for saw in scene.saw():
        got = f"{_count(saw.messages, 'message')}, {_count(saw.size, 'byte')}"
        parts.append(
            f"**{scene.names[saw.party]}** received {got}. It learns {scene.learns[saw.party]}."
        )
        figures = scene.figures.get(saw.party, {})
        if figures:
            listed = ", ".join(f"{count:,} {what}" for what, count in figures.items())
            parts.append(f"{_count(sum(figures.values()), 'figure')}: {listed}.")
        parts.append("")
        parts.append("| message | from | messages | bytes | to the receiver | of what | numbers |")
        parts.append("|---|---|---|---|---|---|---|")
        parts += [_row(one) for one in saw.lines]
        parts.append("")
    return parts


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _row(line: Line) -> str:
    rule = line.rule
    cells = (
        f"`{rule.shown}`",
        line.sender,
        line.messages,
        line.size,
        rule.nature.text.en,
        rule.what.en,
    )
    numbers = f"{line.numbers:,}" if line.numbers else ""
    said = " | ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in cells)
    return f"| {said} | {numbers} |"
