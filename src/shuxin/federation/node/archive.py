"""What remains of a job (归档): hashes of every word, message and result, in a file and, over it, in the log."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.engine.digests import dump_summary, load_summary, summary
from shuxin.federation.models import JobWord as WordRow
from shuxin.infra.api import write_whole
from shuxin.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shuxin.federation.engine.digests import Summary
    from shuxin.federation.node.services import NodeServices
    from shuxin.kernel.canonical import Json

RESULTS = "results"
"""Where a running job keeps its results, within its folder."""
MOST_WORDS = 200
"""Whose hashes stand in the entry; a job has fewer: four kinds by eight parties at most."""


@dataclass(frozen=True, slots=True)
class Archived:
    """Hashes of a finished job, as the log's entry carries them."""

    messages: str
    results: str
    words: tuple[str, ...]

    @property
    def facts(self) -> dict[str, str | int]:
        return {"messages": self.messages, "results": self.results, "words": len(self.words)}


def archive(job_id: str, *, services: NodeServices) -> Archived:
    """Write the file of the job's hashes, whole and durable."""
    folder = services.job_folder(job_id)
    messages = dump_summary(summary(folder))
    results = hashes_of(folder / RESULTS)
    rows = WordRow.objects.filter(job__job_id=job_id).order_by("id")
    words = tuple(rows.values_list("hash", flat=True)[:MOST_WORDS])
    content: dict[str, Json] = {
        "messages": messages.decode(),
        "results": results,
        "words": list(words),
    }
    file = services.archive_file(job_id)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(file, canonical_json(content))
    return Archived(
        hashlib.sha256(messages).hexdigest(),
        hashlib.sha256(canonical_json(dict(results))).hexdigest(),
        words,
    )


def hashes_of(folder: Path) -> Mapping[str, str]:
    """SHA-256 of every file in a folder of results, by name."""
    if not folder.is_dir():
        return {}
    found = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def kept_summary(job_id: str, *, services: NodeServices) -> Summary | None:
    """Messages of a finished job; None when nothing was archived."""
    file = services.archive_file(job_id)
    if not file.is_file():
        return None
    return load_summary(json.loads(file.read_bytes())["messages"].encode())
