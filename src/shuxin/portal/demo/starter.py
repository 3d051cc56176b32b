"""A loaded process that becomes each ``shuxin`` command of the demo's set-up: the same program, started fast.

Loading Django, Ibis and DuckDB anew would cost each of some sixty commands one to two seconds. Nothing that depends
on a home is loaded before: Django is set up by each command itself, in a process of its own.
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
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIBRARIES = (
    "django.contrib.auth.hashers",
    "django.core.management",
    "django.db.models",
    "django.test.client",
    "ibis.backends.duckdb",
    "pyarrow.parquet",
    "numpy",
    "pydantic",
    "rich.table",
    "scipy.optimize",
    "open_data_contract_standard.model",
    "python_calamine",
    "rapidfuzz.process",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "msgspec.msgpack",
    "shuxin.portal.cli",
)
_NOT_BEFORE = (".migrations", ".settings", ".__main__", ".models", ".web", ".endpoints", ".guards")
"""Modules that a command must import itself: Django has to be set up first, or they read the environment."""
LONGEST = 1 << 24
HEAD_BYTES = 8


def serve(place: Path) -> None:
    """Answer calls at this socket until the parent says that it is enough, by a signal."""
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the demo's own process ends us
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen(16)
        while True:
            caller, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _become(caller)
            caller.close()


def _load() -> None:
    """Libraries, and of the rooms what needs no Django that is set up."""
    for library in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    import shuxin

    for name in _names_below(shuxin.__path__, "shuxin."):
        # What imports a model fails here: the command imports it, or tells what is wrong with it.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or each command's first collection would copy all of it


def _names_below(path: Iterable[str], prefix: str) -> Iterator[str]:
    for _, name, is_package in pkgutil.iter_modules(path, prefix):
        if not name.endswith(_NOT_BEFORE):
            yield name
            if is_package and name in sys.modules:
                yield from _names_below(sys.modules[name].__path__, f"{name}.")


def _become(caller: socket.socket) -> None:
    """Run one call and answer with its status and what it printed; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    call = json.loads(received(caller))
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as given:
        given.write(call["given"].encode())
        given.seek(0)
        os.dup2(given.fileno(), 0)
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        os.environ.update(call["environment"])
        os.chdir(call["folder"])
        status = _status(call)
        sys.stdout.flush()
        sys.stderr.flush()
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    with contextlib.suppress(OSError):
        send(caller, json.dumps({"status": status, "text": text}).encode())
    os._exit(0)


def _status(call: dict[str, Any]) -> int:
    try:
        if call["function"]:
            from shuxin.portal.bootstrap import start

            start()  # before anything that needs models is imported
            module, _, name = call["function"].partition(":")
            print(json.dumps(getattr(importlib.import_module(module), name)(**call["facts"])))
            return 0
        from shuxin.portal.cli import main

        sys.argv = ["shuxin", *call["arguments"]]
        return main(call["arguments"])
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # noqa: BLE001 - the outermost frame of a process
        traceback.print_exc()
        return 1


def send(line: socket.socket, content: bytes) -> None:
    line.sendall(len(content).to_bytes(HEAD_BYTES, "big") + content)


def received(line: socket.socket) -> bytes:
    """One whole message. Raises ConnectionError when the other side goes before its end."""
    size = min(int.from_bytes(_exactly(line, HEAD_BYTES), "big"), LONGEST)
    return _exactly(line, size)


def _exactly(line: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = line.recv(min(size, 1 << 16))
        if not part:
            raise ConnectionError("the other side went away")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
