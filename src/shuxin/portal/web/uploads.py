"""Files that people send (上传文件): straight to a private folder of the home, gone with the request that brought them.

Each request has a folder of its own under ``uploads`` in the home, locked while it lives. A folder that nobody holds
was left by a killed process; it is removed at the next start and before the next upload. The body itself waits in an
unnamed file of the system's, which goes with its process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import weakref
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from django.http import HttpRequest

MIB = 1024 * 1024
TRY_PATH, IMPORT_PATH = "/try", "/datamap/import"
LARGEST = {TRY_PATH: 20 * MIB, IMPORT_PATH: 100 * MIB}
"""Bytes of a file that an address takes; all other addresses take what a form takes."""
FORM_BESIDE = MIB // 4
"""Bytes that the other fields of the form and the frame of the file may have."""
SIGNED_IN_ONLY = frozenset({IMPORT_PATH})
_LOCK = "held"


class FileNeeded(InvalidInput):
    code = "file_needed"
    what = Text(en="no file came with the form", zh="表单中没有文件")
    mend = Text(en="Choose a file and send the form again", zh="请选择文件后重新提交")


class PrivateFolder:
    """A folder of one request; it exists no longer than this object."""

    def __init__(self) -> None:
        sweep()
        self.path = _root() / secrets.token_hex(16)
        self.path.mkdir(mode=0o700)
        lock = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.remove = weakref.finalize(self, _removed, self.path, lock)
        """Removes it now; safe to call twice."""


def _removed(path: Path, lock: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(lock)


class PrivateFile(UploadedFile):  # type: ignore[type-arg] # not generic when it runs
    """An uploaded file at ``path``; closing it removes it and its folder."""

    def __init__(self, folder: PrivateFolder, path: Path, stream: IO[bytes], **said: Any) -> None:
        super().__init__(file=stream, **said)
        self.folder, self.path = folder, path

    def close(self) -> None:
        super().close()
        self.folder.remove()


class PrivateFiles(FileUploadHandler):
    """Django's handler for every upload here."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._folder: PrivateFolder | None = None
        self._stream: IO[bytes] | None = None
        self._number = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._folder is None:
            self._folder = PrivateFolder()
        self._number += 1
        self._stream = (self._folder.path / f"file-{self._number}").open("w+b")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        del start  # pieces come in order
        if self._stream is not None:
            self._stream.write(raw_data)

    def file_complete(self, file_size: int) -> PrivateFile | None:
        stream, folder = self._stream, self._folder
        if stream is None or folder is None:
            return None
        stream.flush()
        stream.seek(0)
        return PrivateFile(
            folder,
            Path(stream.name),
            stream,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
        )

    def upload_interrupted(self) -> None:
        if self._stream is not None:
            self._stream.close()
        if self._folder is not None:
            self._folder.remove()


def the_file(request: HttpRequest, name: str) -> PrivateFile:
    """The one file of a form. Raises FileNeeded."""
    found = request.FILES.get(name)
    if not isinstance(found, PrivateFile):
        raise FileNeeded
    return found


def sweep() -> None:
    """Remove what killed processes left."""
    for folder in _root().iterdir():
        with contextlib.suppress(OSError):
            lock = os.open(folder / _LOCK, os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _root() -> Path:
    root = settings_from_environment().home / "uploads"
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return root
