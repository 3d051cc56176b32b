"""A process that has libraries and rooms loaded and forks one ``shuxin`` per command: the same program, started fast.

Documents run more than a hundred commands; loading Django, Ibis and DuckDB anew costs each a second or two. The
commands run in forked processes of their own, with the caller's arguments, environment, folder and streams. Nothing
that depends on these is loaded before: Django is set up, and models are imported, by each command itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIBRARIES = (
    "django.contrib.auth.hashers", "django.core.management", "django.db.models", "django.test.client",
    "ibis.backends.duckdb", "pyarrow.parquet", "numpy", "pydantic", "rich.table", "scipy.optimize",
    "open_data_contract_standard.model", "python_calamine", "rapidfuzz.process", "chinese_calendar",
    "stdnum.cn.uscc", "cryptography.hazmat.primitives.asymmetric.ed25519", "msgspec.msgpack",
    "uvicorn", "shuxin.portal.cli",
)  # fmt: skip
NOT_BEFORE = (".migrations", ".settings", ".__main__", ".models", ".web", ".endpoints", ".guards")
"""Modules that a command must import itself: Django has to be set up first, or they read the environment."""
LONGEST = 1 << 20
WAIT_SECONDS = 120
CLIENT = """#!{python} -IS
import json, os, socket, sys
call = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({place!r})
    socket.send_fds(server, [len(call).to_bytes(4, "big")], [0, 1, 2])
    server.sendall(call)
    said = server.recv(1)
sys.exit(said[0] if said else 1)
"""


@contextlib.contextmanager
def forked_commands(folder: Path) -> Iterator[Path]:
    """A folder for PATH with a ``shuxin`` that is served by one loaded process."""
    place, programs = folder / "socket", folder / "programs"
    programs.mkdir()
    program = programs / "shuxin"
    program.write_text(CLIENT.format(python=sys.executable, place=str(place)))
    program.chmod(0o755)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SHUXIN_", "DJANGO_"))}
    server = subprocess.Popen([sys.executable, __file__, str(place)], env=environment)
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while not place.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server of commands did not start")
            time.sleep(0.05)
        yield programs
    finally:
        server.terminate()
        server.wait()


def load(*more: str) -> None:
    """Import the libraries, and of the rooms what needs no Django that is set up."""
    for library in (*LIBRARIES, *more):
        importlib.import_module(library)
    import shuxin

    for name in names_below(shuxin.__path__, "shuxin."):
        # What imports a model fails here: the command imports it, or tells what is wrong with it.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or each command's first collection would copy all of it


def names_below(path: Iterable[str], prefix: str) -> Iterator[str]:
    for _, name, is_package in pkgutil.iter_modules(path, prefix):
        if not name.endswith(NOT_BEFORE):
            yield name
            if is_package and name in sys.modules:
                yield from names_below(sys.modules[name].__path__, f"{name}.")


def serve(place: Path) -> None:
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        aside = place.with_suffix(".new")
        listener.bind(str(aside))
        listener.listen(16)
        aside.rename(place)
        while True:
            caller, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                answer(caller)
            caller.close()


def answer(caller: socket.socket) -> None:
    """Become the command that the caller wants; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, *_ = socket.recv_fds(caller, 4, 3)
    call = b""
    while len(call) < min(int.from_bytes(head, "big"), LONGEST):
        call += caller.recv(LONGEST)
    arguments, environment, folder = json.loads(call)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["shuxin", *arguments]
    status = 1
    try:
        from shuxin.portal.cli import main

        status = main(arguments)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    except BaseException:  # noqa: BLE001 - the outermost frame of a process
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
            caller.sendall(bytes([status & 255]))
        os._exit(status)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
