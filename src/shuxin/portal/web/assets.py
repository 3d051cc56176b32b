"""Files that pages load, from our own origin: found below ``static``, named by content, kept by browsers."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse, HttpResponseNotModified

if TYPE_CHECKING:
    from django.http import HttpRequest

ROOT = Path(__file__).resolve().parent.parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
    ".LICENSE": "text/plain; charset=utf-8",
}
_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


def serve_asset(request: HttpRequest, path: str) -> HttpResponse:
    """One file. An address that bears its content is kept for good; others are asked for again."""
    file = find_asset(path)
    if file is None:
        raise Http404
    digest = _digest(file, file.stat().st_mtime_ns)
    tag = f'"{digest}"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(file.read_bytes(), content_type=TYPES[file.suffix])
    response["ETag"] = tag
    response["Cache-Control"] = _FOR_GOOD if request.GET.get("v") == digest else _ASK_AGAIN
    return response


def find_asset(path: str) -> Path | None:
    """A file of a known type below ``static``; neither links out of it nor hidden files."""
    if "\0" in path or any(part[:1] in {"", "."} for part in path.split("/")):
        return None
    file = (ROOT / path).resolve()
    found = file.is_relative_to(ROOT) and file.suffix in TYPES and file.is_file()
    return file if found else None


def asset_url(path: str) -> str:
    """Raises ValueError for a file that is not there: a fault of the template."""
    file = find_asset(path)
    if file is None:
        raise ValueError(f"no file static/{path}")
    return f"/static/{path}?v={_digest(file, file.stat().st_mtime_ns)}"


@lru_cache(maxsize=256)
def _digest(file: Path, _changed_at: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
