"""What the documents show is run; what they link, name and translate is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.forking import forked_commands

from shuxin.portal.cli import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAIRS = [
    (ROOT / "README.md", ROOT / "README.zh-CN.md"),
    (DOCS / "tutorial.md", DOCS / "tutorial.zh-CN.md"),
    (DOCS / "trust.md", DOCS / "trust.zh-CN.md"),
    (DOCS / "federation.md", DOCS / "federation.zh-CN.md"),
    (DOCS / "operations.md", DOCS / "operations.zh-CN.md"),
    (DOCS / "errors" / "en.md", DOCS / "errors" / "zh.md"),
]
SHOWING = [path for pair in PAIRS[:5] for path in pair]
QUICK = [english for english, _ in (PAIRS[0], PAIRS[4])]
LONG = [path for path in SHOWING if path not in QUICK]
"""Only in make soak: the tutorials, whose commands have tests of their own, and everything in Chinese."""
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
LEFT_OUT, CELL = "…", "│"
FRAME = str.maketrans(dict.fromkeys("│┃┏┓┗┛└┘├┤┡┩━─╇┳┻┴┬╋┼", " "))
# A forked command outlives its caller; a server must end with it, so it runs as a program of its own.
SERVERS = """
trap 'kill $(jobs -p) 2>/dev/null' EXIT
shuxin() {{
    case " $* " in *" serve "* | *" node run "*) exec {program} "$@";; *) command shuxin "$@";; esac
}}
"""
SET_UP = re.compile(r"(?:make|python3 tools/setup\.py) (\w+)")


@dataclass(frozen=True)
class Step:
    """One command as a document shows it, and the lines of output shown below it."""

    command: str
    shown: tuple[str, ...]
    fails: bool

    @property
    def sets_up(self) -> str:
        """The task of a set-up command: only checked to exist, as running it would run this test."""
        found = SET_UP.fullmatch(self.command)
        return found[1] if found else ""


def steps_of(text: str) -> list[Step]:
    """``$ `` begins a command, ``> `` continues it, ``# fails`` at its end says that it must fail."""
    steps: list[Step] = []
    command, shown = "", []
    for line in [line for block in BLOCK.findall(text) for line in [*block.splitlines(), "$ "]]:
        if line.startswith("$ "):
            if command:
                bare = command.removesuffix("# fails").rstrip()
                steps.append(Step(bare, tuple(shown), fails=command.endswith("# fails")))
            command, shown = line[2:], []
        elif line.startswith("> "):
            command += f"\n{line[2:]}"
        else:
            shown.append(line)
    return steps


def folded(text: str) -> str:
    return "".join(text.translate(FRAME).split())


def is_shown(line: str, output: str) -> bool:
    """Whether the output has every part of the shown line, in order, white space aside.

    A table's row must stand on one printed line; a sentence may be wrapped over several.
    """
    parts = [re.escape(part) for part in map(folded, line.split(LEFT_OUT)) if part]
    pattern = re.compile(".*".join(parts))
    printed = output.splitlines() if CELL in line else [output]
    return any(pattern.search(folded(text)) for text in printed)


def run_document(path: Path, folder: Path, *, programs: Path) -> list[tuple[Step, int, str]]:
    """Every command in one shell in one empty folder: step, exit status, output.

    ``programs`` stands first in PATH.
    """
    steps = [step for step in steps_of(path.read_text(encoding="utf-8")) if not step.sets_up]
    mark = "@@ end of step @@"
    program = shlex.quote(str(Path(sys.executable).with_name("shuxin")))
    script = SERVERS.format(program=program) + "".join(
        f"{{ {step.command}\n}} 2>&1\nprintf '\\n%s %d\\n' '{mark}' $?\n" for step in steps
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SHUXIN_")}
    places = (str(programs), str(Path(sys.executable).parent), os.environ["PATH"])
    environment["PATH"] = os.pathsep.join(places)
    environment |= {"SHUXIN_LANG": "zh" if ".zh" in path.name else "en"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    ended = re.findall(rf"(.*?)\n{mark} (\d+)\n", done.stdout, re.DOTALL)
    return [(step, int(status), out) for step, (out, status) in zip(steps, ended, strict=True)]


Runs = dict[Path, list[tuple[Step, int, str]]]


def run_all(documents: list[Path], factory: pytest.TempPathFactory) -> Runs:
    """Two at a time, the longest first."""
    documents = sorted(documents, key=lambda path: -len(path.read_bytes()))
    with forked_commands(factory.mktemp("server")) as programs:

        def run(path: Path) -> list[tuple[Step, int, str]]:
            return run_document(path, factory.mktemp("document"), programs=programs)

        with ThreadPoolExecutor(2) as pool:
            return dict(zip(documents, pool.map(run, documents), strict=True))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return run_all(QUICK, tmp_path_factory)


def wrong_steps(done: list[tuple[Step, int, str]]) -> list[str]:
    return [
        f"$ {step.command}\nexit status {status}\nnot printed: {missing}\nprinted:\n{output[:2000]}"
        for step, status, output in done
        if (missing := [line for line in step.shown if not is_shown(line, output)])
        or (status != 0) != step.fails
    ]


class TestCommands:
    @pytest.mark.parametrize("path", QUICK, ids=lambda path: path.name)
    def test_every_command_does_what_the_document_says(self, path: Path, runs: Runs) -> None:
        assert wrong_steps(runs[path]) == []

    @pytest.mark.soak
    def test_nor_do_the_long_ones_differ(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        done = run_all(LONG, tmp_path_factory)
        assert {path: wrong for path in LONG if (wrong := wrong_steps(done[path]))} == {}

    @pytest.mark.parametrize("path", SHOWING, ids=lambda path: path.name)
    def test_set_up_commands_exist(self, path: Path) -> None:
        targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        tasks = set(re.findall(r'"(\w+)": \1,', (ROOT / "tools" / "setup.py").read_text()))
        for step in steps_of(path.read_text(encoding="utf-8")):
            if step.sets_up:
                assert step.sets_up in (targets if step.command.startswith("make") else tasks)
                assert not step.shown

    @pytest.mark.parametrize("pair", PAIRS[:5], ids=lambda pair: pair[0].name)
    def test_both_languages_show_the_same_commands(self, pair: tuple[Path, Path]) -> None:
        english, chinese = (
            [(step.command, step.fails) for step in steps_of(path.read_text(encoding="utf-8"))]
            for path in pair
        )
        assert english == chinese
        assert english

    @pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"shuxin"}))
    def test_every_command_is_documented(self, name: str) -> None:
        text = "".join(path.read_text(encoding="utf-8") for pair in PAIRS[1:5] for path in pair)
        assert re.search(rf"\bshuxin {re.escape(name)}(?![\w-])", text)

    def test_a_wrong_document_would_be_found(self, tmp_path: Path) -> None:
        page = tmp_path / "page.md"
        page.write_text(
            "```console\n$ echo 'a │ b c'\na … c\n$ exit_is() { return 3; }; exit_is\n```\n"
        )
        (good, _, output), (_, status, _) = run_document(page, tmp_path, programs=tmp_path)
        assert is_shown(good.shown[0], output)
        assert not is_shown("c … a", output)
        assert status == 3


def links() -> Iterator[tuple[Path, str]]:
    for path in DOCUMENTS:
        text = re.sub(
            r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
        )
        for target in LINK.findall(text):
            if "://" not in target and not target.startswith("mailto:"):
                yield path, target


def headings(path: Path) -> set[str]:
    """Anchors of a page's headings, as code hosts make them."""
    lines = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


class TestPages:
    def test_links_lead_somewhere(self) -> None:
        broken = []
        for path, target in links():
            place, _, anchor = target.partition("#")
            found = (path.parent / place).resolve() if place else path
            if not found.exists() or (anchor and anchor not in headings(found)):
                broken.append(f"{path.relative_to(ROOT)}: {target}")
        assert broken == []

    @pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].name)
    def test_the_two_languages_link_each_other(self, pair: tuple[Path, Path]) -> None:
        linked = {(path, (path.parent / target).resolve()) for path, target in links()}
        assert {pair, pair[::-1]} <= linked

    def test_every_page_is_reached_from_the_index(self) -> None:
        linked = {
            (path.parent / target.partition("#")[0]).resolve()
            for path, target in links()
            if path == DOCS / "index.md"
        }
        expected = set(DOCS.rglob("*.md")) - {DOCS / "index.md"}
        assert {str(path.relative_to(DOCS)) for path in expected - linked} == set()

    def test_every_room_has_a_page(self) -> None:
        source = ROOT / "src" / "shuxin"
        rooms = {path.name for path in source.iterdir() if (path / "__init__.py").exists()}
        assert rooms <= {path.stem for path in (DOCS / "rooms").glob("*.md")}

    def test_glossary_rows_have_both_languages(self) -> None:
        text = (DOCS / "glossary.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| (?!中文|-)(.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
        assert len(rows) >= 60
        for chinese, english, _ in rows:
            assert re.search(r"[\u4e00-\u9fff]", chinese), chinese
            assert re.search(r"[A-Za-z]", english), english
        names = [chinese for chinese, _, _ in rows]
        assert len(set(names)) == len(names)

    @pytest.mark.parametrize("path", PAIRS[4], ids=lambda path: path.name)
    def test_every_setting_is_documented(self, path: Path) -> None:
        source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
        named = set(re.findall(r"\bSHUXIN_[A-Z_]+\b", source))
        text = path.read_text(encoding="utf-8")
        assert {name for name in named if f"`{name}`" not in text} == set()

    def test_nothing_names_one_machine(self) -> None:
        private = re.compile(
            r"(?<![\w.…])/(?:work|tmp|root|home|usr|opt)/\w|\b(?:localhost|127\.0\.0\.1)\b"
            r"|(?:index-url|artifactory|nexus|devpi)|pypi\.org/simple|registry\.npm"
            r"|\bissues show\b"
        )
        pages = [*DOCUMENTS, *DOCS.glob("*.svg"), ROOT / "NOTICE"]
        found = {
            str(path.relative_to(ROOT)): names
            for path in pages
            if (names := private.findall(path.read_text(encoding="utf-8")))
        }
        assert found == {}

    def test_nothing_is_left_to_fill_in(self) -> None:
        unfinished = {
            str(path.relative_to(ROOT))
            for path in DOCUMENTS
            if "TODO" in path.read_text(encoding="utf-8")
        }
        assert unfinished == set()
