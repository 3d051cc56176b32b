"""Full tiles and bundles of a log on disk: read through a bounded cache, written once, never changed."""

from __future__ import annotations

import contextlib
from functools import lru_cache
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text
from shuxin.ledger.files import ASIDE, put, sync_folders
from shuxin.ledger.tiles import (
    HEIGHT,
    WIDTH,
    bundle_path,
    ends_in,
    entry_in,
    files_of_move,
    pairs_above,
    split_tile,
    tile_path,
    widths,
)
from shuxin.ledger.tree import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shuxin.ledger.tree import Node, TreeHash

_CACHED_TILES = 1024
_CACHED_BUNDLES = 256


class LogDamaged(Unavailable):
    code = "log_damaged"
    what = Text(
        en="the file {file} of the log is damaged: {place}", zh="日志文件 {file} 已损坏：{place}"
    )
    mend = Text(
        en="Keep the folder as it is and restore the log from a copy; 'shuxin log check' names all damage",
        zh="请停止写入并保留目录原状，从副本恢复日志；“shuxin log check”会列出全部损坏",
    )


class TileStore:
    """Tiles of complete subtrees, in memory about 32 kB each once used, at most 1,024 of them."""

    def __init__(self, folder: Path, tree: TreeHash) -> None:
        self._folder = folder
        self._tree = tree
        self._rows = lru_cache(_CACHED_TILES)(self._read_rows)
        self._bundle = lru_cache(_CACHED_BUNDLES)(self._read_bundle)

    def node(self, level: int, index: int, *, settled: int) -> bytes:
        """Root of a complete subtree that ends within the first ``settled`` leaves, all of them in full tiles.

        Raises FileNotFoundError when another process has grown the tile since ``settled`` was read.
        """
        tile_level, row = divmod(level, HEIGHT)
        first = index << row
        tile = first >> HEIGHT
        known = settled >> (HEIGHT * tile_level)
        width = WIDTH if tile < known >> HEIGHT else known & (WIDTH - 1)
        return self._rows(tile_level, tile, width)[row][(first & (WIDTH - 1)) >> row]

    def entry(self, index: int) -> bytes:
        """The bytes of an entry in a full bundle. Raises FileNotFoundError, LogDamaged."""
        bundle_index, number = index >> HEIGHT, index & (WIDTH - 1)
        content, ends = self._bundle(bundle_index)
        if number + 1 >= len(ends):
            raise LogDamaged(file=bundle_path(bundle_index), place=f"entry {index}")
        return entry_in(content, ends, number)

    def settle(self, entries: Sequence[bytes], *, first: int, node: Node) -> int:
        """Write the full bundles among ``entries``, and the tiles above; the number of entries now in full tiles."""
        files = files_of_move(entries, first=first, node=node)
        sync_folders(self._folder, [self._put_once(name, content) for name, content in files])
        return first + (len(entries) >> HEIGHT) * WIDTH

    def drop_stale(self, *, settled: int) -> None:
        """Remove narrower partial tiles, and what a killed writer left aside."""
        (self._folder / ASIDE).unlink(missing_ok=True)
        for level, full, partial in widths(settled):
            for tile in {max(full - 1, 0), full}:
                folder = (self._folder / tile_path(level, tile, width=1)).parent
                if folder.is_dir():
                    wanted = str(partial) if tile == full else ""
                    for file in folder.iterdir():
                        if file.name != wanted:
                            file.unlink()
                    if not wanted:
                        with contextlib.suppress(OSError):
                            folder.rmdir()

    def _put_once(self, name: str, content: bytes) -> Path:
        """Write a file; one that an interrupted writer left is made durable again, if it is the same."""
        with contextlib.suppress(FileNotFoundError):
            if (self._folder / name).read_bytes() != content:
                raise LogDamaged(file=name, place="differs from the tail")
        return put(self._folder, name, content)

    def _read_rows(self, level: int, tile: int, width: int) -> tuple[tuple[bytes, ...], ...]:
        name = tile_path(level, tile, width=width)
        content = (self._folder / name).read_bytes()
        if len(content) != width * HASH_BYTES:
            raise LogDamaged(file=name, place=f"{len(content)} bytes")
        return pairs_above(self._tree, split_tile(content))

    def _read_bundle(self, index: int) -> tuple[bytes, Sequence[int]]:
        content = (self._folder / bundle_path(index)).read_bytes()
        return content, ends_in(content) or ()
