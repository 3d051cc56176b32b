"""Writes the whole city: every catalogue of every department, with its truth; all of it, or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.catalogues import CATALOGUES, DEPARTMENTS, HOLDERS, OUTSIDE
from shuxin.city.records.coded import prepare, recipes
from shuxin.city.records.drawn import blocks
from shuxin.city.records.errors import CityDepartmentUnknown, CityDiskFull, CityFolderInUse
from shuxin.city.records.filing import (
    TRUTH_FOLDER,
    Written,
    contract_file_of,
    write_catalogue,
    write_truth,
)
from shuxin.city.records.register import build_register
from shuxin.city.records.state import State
from shuxin.city.records.table import Table
from shuxin.city.records.truths import truth_readers
from shuxin.city.records.views import Views
from shuxin.city.records.workers import DiskFull, Task, run_tasks
from shuxin.city.scale import UNTIL, check_seed
from shuxin.city.world.scale import FIRMS, MONTHS
from shuxin.city.world.world import build_world
from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.register import Register
    from shuxin.city.world.scale import WorldSize
    from shuxin.city.world.world import World
    from shuxin.infra.api import Progress

MANIFEST = "manifest.json"
KIND, VERSION = "shuxin-city", 1
_SURELY = 0.7
_BYTES_PER_ROW, _TRUTH_BYTES_PER_FIRM = 34, 9_000
_MOST_PROCESSES = 2
_WORLD_STEPS = 64
_MB, _GB = 10**6, 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class CityWritten:
    """What lies in ``folder``: rows of all catalogues, bytes of their files."""

    folder: Path
    firms: int
    catalogues: int
    rows: int
    bytes: int


def catalogues_of(departments: Sequence[str]) -> tuple[Catalogue, ...]:
    """Catalogues of these departments and holders; of all where none is named.

    Raises:
        CityDepartmentUnknown: there is no such department.
    """
    known = (*DEPARTMENTS, *HOLDERS)
    for code in departments:
        if code not in known:
            raise CityDepartmentUnknown(department=code, known=", ".join(known))
    return tuple(
        one for one in (*CATALOGUES, *OUTSIDE) if not departments or one.department in departments
    )


def generate_city(
    folder: Path,
    *,
    size: WorldSize,
    seed: int,
    departments: Sequence[str] = (),
    processes: int | None = None,
    progress: Progress = silent_progress,
) -> CityWritten:
    """Writes a city of this size and seed: the same content everywhere, on one machine the same bytes.

    departments: codes, none for all. processes: two where there are two cores. An earlier city in ``folder`` is
    replaced once the new one is whole. ``progress`` counts rows. A run that was ended leaves ``FOLDER.partial``, and
    the next one of the same size, seed and departments goes on from there.

    Raises:
        CitySeedInvalid, CityDepartmentUnknown, CityFolderInUse, CityBeingWritten, CityDiskFull, CityWorkStopped.
        OSError: the folder cannot be written.
    """
    check_seed(seed)
    chosen = catalogues_of(departments)
    folder = folder.absolute()
    _check_free(folder)
    wish = _Wish(size, seed, chosen)
    state = State(folder.with_name(f"{folder.name}.partial"))
    with state.held(wish.document()):
        written = _written(state, wish, _processes(processes), progress)
    if folder.exists():
        shutil.rmtree(folder)
    state.draft.rename(folder)
    rows = sum(one.rows for one in written)
    return CityWritten(
        folder=folder,
        firms=FIRMS[size],
        catalogues=len(written),
        rows=rows,
        bytes=sum(one.bytes for one in written),
    )


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for."""

    size: WorldSize
    seed: int
    chosen: tuple[Catalogue, ...]

    @property
    def expected(self) -> dict[str, float]:
        """Rows of each catalogue."""
        return {one.slug: one.rows.expected(FIRMS[self.size]) for one in self.chosen}

    def document(self) -> dict[str, object]:
        """With what it is made by: a draft of anything else is of no use."""
        slugs = [one.slug for one in self.chosen]
        return {
            "kind": KIND,
            "version": VERSION,
            "size": self.size.value,
            "seed": self.seed,
            "catalogues": slugs,
            "recipes": sorted(set(recipes()) & set(slugs)),
            "software": {"numpy": np.__version__, "pyarrow": pa.__version__},
            "sources": _sources(),
        }


@cache
def _sources() -> str:
    """SHA-256 over the modules of this room: what was written by others is not gone on with."""
    whole, root = hashlib.sha256(), Path(__file__).parent.parent
    for path in sorted(root.rglob("*.py")):
        whole.update(f"{path.relative_to(root).as_posix()}\n".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _check_free(folder: Path) -> None:
    """Raises CityFolderInUse: the folder holds something else."""
    if folder.exists() and not _is_city(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise CityFolderInUse(folder=folder.name)


def _is_city(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / MANIFEST).read_bytes())["kind"] == KIND)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _processes(wanted: int | None) -> int:
    return max(1, wanted or min(_MOST_PROCESSES, len(os.sched_getaffinity(0))))


def _written(state: State, wish: _Wish, processes: int, progress: Progress) -> list[Written]:
    """Everything is written into the draft; what was whole before stays."""
    total = round(sum(wish.expected.values()))
    _check_room(state, wish)
    world = build_world(size=wish.size, seed=wish.seed, progress=_told_of_world(progress))
    register, views = build_register(world), Views(world)
    register.prepare()
    views.make_all()
    prepare(world, (one.slug for one in wish.chosen if state.whole(one.slug) is None))
    tasks = [*_catalogue_tasks(state, register, views, wish), *_truth_tasks(state, register, wish)]
    done = [sum(one.rows for slug in wish.expected if (one := state.whole(slug)) is not None)]

    def heard(rows: int, name: str) -> None:
        if not name.startswith(TRUTH_FOLDER):
            done[0] += rows
        progress(min(done[0], total), total, name)

    try:
        run_tasks(tasks, processes=processes, folder=state.draft, keep=state.keep, heard=heard)
        return _finished(state, wish, world)
    except DiskFull as error:
        raise _disk_full(state, wish) from error


def _told_of_world(progress: Progress) -> Callable[[str, int, int], None]:
    return lambda what, done, _total: progress(done, _WORLD_STEPS, f"world: {what}")


def _check_room(state: State, wish: _Wish) -> None:
    """Raises CityDiskFull when there surely is not enough room."""
    if shutil.disk_usage(state.draft).free < _SURELY * _needed(state, wish):
        raise _disk_full(state, wish)


def _needed(state: State, wish: _Wish) -> float:
    left = sum(rows for slug, rows in wish.expected.items() if state.whole(slug) is None)
    return left * _BYTES_PER_ROW + FIRMS[wish.size] * _TRUTH_BYTES_PER_FIRM


def _disk_full(state: State, wish: _Wish) -> CityDiskFull:
    return CityDiskFull(
        folder=state.draft.name,
        free=_size(shutil.disk_usage(state.draft).free),
        needed=_size(_needed(state, wish)),
    )


def _size(many: float) -> str:
    return f"{many / _GB:.1f} GB" if many >= _GB else f"{many / _MB:.0f} MB"


def _catalogue_tasks(state: State, register: Register, views: Views, wish: _Wish) -> list[Task]:
    coded, of_world = recipes(), blocks(register.world)

    def task(catalogue: Catalogue) -> Task:
        def write(done: Callable[[int], None]) -> Written:
            table = Table(
                register=register,
                views=views,
                catalogue=catalogue,
                recipe=coded.get(catalogue.slug),
            )
            return write_catalogue(state.draft, table, of_world, done=done)

        return Task(catalogue.slug, wish.expected[catalogue.slug], write)

    return [task(one) for one in wish.chosen if state.whole(one.slug) is None]


def _truth_tasks(state: State, register: Register, wish: _Wish) -> list[Task]:
    def task(name: str) -> Task:
        reader = readers[name]
        return Task(
            f"{TRUTH_FOLDER}-{name}",
            register.count,
            lambda done: write_truth(state.draft, name, reader(), done=done),
        )

    readers = truth_readers(register, wish.chosen)
    return [task(name) for name in readers if state.whole(f"{TRUTH_FOLDER}-{name}") is None]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _finished(state: State, wish: _Wish, world: World) -> list[Written]:
    """The manifest stands last, and the state goes."""
    written = [state.whole(one.slug) for one in wish.chosen]
    truths = [
        state.whole(f"{TRUTH_FOLDER}-{path.stem}")
        for path in sorted((state.draft / TRUTH_FOLDER).glob("*.parquet"))
    ]
    whole = [one for one in written if one is not None]
    if len(whole) < len(written):
        raise RuntimeError("a table that was written is not there")
    coded = recipes()
    documents = [
        {
            "code": one.code,
            "title": one.name.zh,
            "contract": contract_file_of(one),
            "contract_digest": _hash(state.draft / contract_file_of(one)),
            "expected": round(one.rows.expected(FIRMS[world.size]), 3),
            "recipe": one.slug in coded,
            **made.document(),
        }
        for one, made in zip(wish.chosen, whole, strict=True)
    ]
    manifest = {
        **{key: wish.document()[key] for key in ("kind", "version", "size", "seed", "software")},
        "firms": FIRMS[world.size],
        "firms_ever": world.count,
        "from": MONTHS[0].isoformat(),
        "until": UNTIL.isoformat(),
        "world": world.digest(),
        "rows": sum(one.rows for one in whole),
        "bytes": sum(one.bytes for one in whole),
        "catalogues": documents,
        "truth": [one.document() for one in truths if one is not None],
    }
    (state.draft / MANIFEST).write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    state.remove()
    return whole
