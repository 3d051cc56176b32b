"""Files that people send: private, bounded, and gone afterwards."""

from __future__ import annotations

import asyncio
import fcntl
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory

from shuxin.portal.web import uploads
from shuxin.portal.web.asgi import LONGEST_BODY, bounded, longest_upload
from shuxin.portal.web.uploads import FileNeeded, PrivateFolder, sweep, the_file

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.portal.web.asgi import Message

TWO_GIB = 2 << 30


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def left(home: Path) -> list[Path]:
    return list((home / "uploads").iterdir())


class TestUploads:
    def test_stand_in_a_private_folder_until_the_request_ends(self, home: Path) -> None:
        sent = SimpleUploadedFile("a.csv", b"x" * 300_000)
        request = RequestFactory().post("/try", {"file": sent})
        file = the_file(request, "file")
        assert file.path.read_bytes() == b"x" * 300_000
        assert file.path.parent == file.folder.path
        assert file.folder.path.stat().st_mode & 0o777 == 0o700
        assert file.name == "a.csv"
        request.close()
        assert left(home) == []

    def test_the_form_without_a_file_says_so(self, home: Path) -> None:
        with pytest.raises(FileNeeded):
            the_file(RequestFactory().post("/try", {"file": "words"}), "file")

    def test_several_files_share_the_folder(self, home: Path) -> None:
        files = {name: SimpleUploadedFile(name, name.encode()) for name in ("one", "two")}
        request = RequestFactory().post("/try", files)
        assert [the_file(request, name).path.read_bytes() for name in files] == [b"one", b"two"]
        request.close()
        assert left(home) == []

    def test_a_broken_connection_leaves_nothing(self, home: Path) -> None:
        handler = uploads.PrivateFiles()
        handler.new_file("file", "a.csv", "text/csv", 10)
        handler.receive_data_chunk(b"half", 0)
        handler.upload_interrupted()
        assert left(home) == []

    def test_what_a_killed_process_left_is_swept_and_what_lives_is_not(self, home: Path) -> None:
        living = PrivateFolder()
        dead = home / "uploads" / "dead"
        dead.mkdir()
        (dead / "held").touch()
        (dead / "file-1").write_text("secret", encoding="utf-8")
        sweep()
        assert left(home) == [living.path]
        with (living.path / "held").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        living.remove()
        living.remove()
        assert left(home) == []


class Sender:
    """Sends ``size`` bytes in pieces and hears the answer."""

    def __init__(self, path: str, *, size: int, announced: bool) -> None:
        length = [(b"content-length", str(size).encode())] if announced else []
        self.scope: Message = {
            "type": "http", "method": "POST", "path": path, "headers": [(b"host", b"localhost"), *length],
            "query_string": b"", "server": ("localhost", 80), "client": ("192.0.2.1", 1), "scheme": "http",
        }  # fmt: skip
        self.size, self.sent = size, 0
        self.heard: list[Message] = []

    async def receive(self) -> Message:
        piece = min(64 * 1024, self.size - self.sent)
        self.sent += piece
        return {"type": "http.request", "body": bytes(piece), "more_body": self.sent < self.size}

    async def send(self, message: Message) -> None:
        self.heard.append(message)

    def ask(self) -> tuple[int, str, str]:
        """Status, content type and body of the answer of an application that takes every body."""

        async def takes(_: Message, receive: Any, send: Any) -> None:
            while (await receive())["more_body"]:
                pass
            answer = HttpResponse("taken")
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": answer.content})

        inside = bounded(takes, longest=LONGEST_BODY, of=longest_upload)
        asyncio.run(inside(self.scope, self.receive, self.send))
        headers = dict(self.heard[0]["headers"])
        kind = headers.get(b"content-type", b"").decode()
        return self.heard[0]["status"], kind, self.heard[1]["body"].decode()


@pytest.mark.django_db
class TestLengths:
    @pytest.mark.parametrize("announced", [True, False])
    @pytest.mark.parametrize("path", ["/try", "/datamap/import", "/sign-in"])
    def test_two_gib_are_refused_with_a_page_and_not_taken(
        self, home: Path, path: str, *, announced: bool
    ) -> None:
        sender = Sender(path, size=TWO_GIB, announced=announced)
        status, kind, body = sender.ask()
        assert (status, kind) == (413, "text/html; charset=utf-8")
        assert "body_too_long" in body
        most = uploads.LARGEST.get(path, 0) if path == "/try" else LONGEST_BODY
        assert sender.sent <= most + uploads.FORM_BESIDE + 5 * LONGEST_BODY

    def test_programs_get_a_problem(self, home: Path) -> None:
        status, kind, _ = Sender("/api/x", size=TWO_GIB, announced=True).ask()
        assert (status, kind) == (413, "application/problem+json")

    def test_a_file_is_taken_where_files_are(self, home: Path) -> None:
        size = uploads.LARGEST["/try"]
        assert Sender("/try", size=size, announced=True).ask()[0] == 200
        assert Sender("/", size=size, announced=True).ask()[0] == 413

    def test_strangers_may_not_send_what_officers_may(self, home: Path) -> None:
        size = LONGEST_BODY + 1
        assert Sender("/datamap/import", size=size, announced=True).ask()[0] == 413
