"""The check of a whole log: every byte of every file is read, and what is wrong is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.ledger.checkpoint import parse_checkpoint, tree_of
from shuxin.ledger.entry import EntryInvalid, parse_entry
from shuxin.ledger.files import ASIDE, locked
from shuxin.ledger.note import NoteInvalid, VerifierKey, VerifierKeyInvalid
from shuxin.ledger.tail import HEAD_BYTES, first_of, is_unfinished, read_tail
from shuxin.ledger.tiles import (
    HEIGHT,
    WIDTH,
    bundle_path,
    files_of_move,
    pairs_above,
    split_bundle,
    split_tile,
    tile_path,
    widths,
)
from shuxin.ledger.tree import HASH_BYTES, subtree_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from shuxin.kernel.text import Language
    from shuxin.ledger.tree import TreeHash

_MISSING = Text(en="is missing", zh="缺失")
_STRAY = Text(en="does not belong to the log", zh="不属于该日志")
_CHANGED = Text(en="was changed", zh="已被改动")
_LENGTH = Text(en="has a wrong length", zh="长度有误")
_NO_ENTRY = Text(en="is no entry", zh="不是有效条目")
_NO_KEY = Text(en="is not the key of this log", zh="不是该日志的公钥")
_SIGNATURE = Text(en="is not signed by the log", zh="没有该日志的有效签名")
_SHORTER = Text(en="speaks of more entries than there are", zh="所述条目数多于实际条目数")
_OTHER_ROOT = Text(en="has another root than the entries", zh="根与条目不符")
_UNFINISHED = Text(
    en="ends in an unfinished write, never acknowledged; the next append sets it right",
    zh="末尾有未完成且未确认的写入；下次追加时会自动处理",
)
_LEFT = Text(
    en="was left by a writer that was stopped; the next one sets it right",
    zh="为中断的写入者所遗留；下一写入者会自动处理",
)
_KNOWN = {"origin", "tail", "lock", "checkpoint"}
_PARTIAL = re.compile(r"(tile/[1-9][0-9]*/(?:x[0-9]{3}/)*[0-9]{3})\.p/([1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong (损坏): in which file of the folder, and where in it.

    ``unfinished`` says that it is what a stopped writer leaves, which harms no entry and goes with the next write.
    """

    file: str
    place: str
    what: Text
    unfinished: bool = False

    def say(self, language: Language) -> str:
        place = f", {self.place}" if self.place else ""
        return f"{self.file}{place}: {self.what.say(language)}"


def check_folder(folder: Path, *, key: VerifierKey | None = None) -> list[Damage]:
    """All damage of the log in ``folder``, to which nobody writes meanwhile (else: ``check_shared_folder``).

    ``key``: the log's, known from elsewhere; else the folder's own word.
    """
    return counted_check(folder, key=key)[1]


def check_shared_folder(folder: Path, *, key: VerifierKey, wait_seconds: float) -> list[Damage]:
    """The same while others may append: they wait. Raises LogBusy, LogUnwritable."""
    with locked(folder, wait_seconds=wait_seconds):
        return check_folder(folder, key=key)


def counted_check(folder: Path, *, key: VerifierKey | None) -> tuple[int, list[Damage]]:
    """Number of entries, as far as it can be told, and all damage."""
    own = _own_key(folder)
    if own is None or (key is not None and own != key):
        return 0, [Damage("origin", "", _NO_KEY)]
    check = _Check(folder, own)
    found = list(check.damage())
    return check.size, found


def read_file(file: Path) -> bytes | None:
    """None when there is no such file, or something else by its name."""
    return file.read_bytes() if file.is_file() else None


def _own_key(folder: Path) -> VerifierKey | None:
    try:
        text = (read_file(folder / "origin") or b"").decode()
        own = VerifierKey.parse(text.removesuffix("\n"))
    except (UnicodeDecodeError, VerifierKeyInvalid):
        return None
    return own if f"{own.text}\n" == text else None


class _Check:
    """One pass over a folder; ``roots`` gains, level by level, the hashes that the entries give."""

    def __init__(self, folder: Path, key: VerifierKey) -> None:
        self.folder = folder
        self.key = key
        self.tree = tree_of(key)
        self.expected = set(_KNOWN)
        self.levels: list[list[bytes]] = []
        self.behind: tuple[bytes, ...] = ()
        self.leaves_behind: list[bytes] = []
        self.known: dict[tuple[int, int], bytes] = {}
        self.read_again: dict[int, list[bytes]] = {}
        self.size = 0

    def damage(self) -> Iterator[Damage]:
        data = self._read("tail")
        first = first_of(data[:HEAD_BYTES], origin=self.key.name) if data is not None else None
        if data is None or first is None or first % WIDTH:
            yield Damage("tail", "head", _MISSING if data is None else _CHANGED)
            return
        yield from self._tiles(first)
        yield from self._tail(data[HEAD_BYTES:], first)
        yield from self._checkpoint()
        yield from self._strays()

    def _tail(self, data: bytes, first: int) -> Iterator[Damage]:
        origin = self.key.name
        part = read_tail(data, offset=HEAD_BYTES, size=first, origin=origin)
        self.size, self.behind = first + len(part.entries), part.entries
        self.leaves_behind = [self.tree.leaf(entry) for entry in part.entries]
        for number, entry in enumerate(part.entries):
            yield from _entry_damage("tail", first + number, entry)
        if part.rest or not part.marked:
            cut = is_unfinished(part, size=self.size, origin=origin)
            unfinished = cut and not part.acknowledged_behind
            what = _UNFINISHED if unfinished else _CHANGED
            yield Damage("tail", f"byte {part.end}", what, unfinished)

    def _tiles(self, settled: int) -> Iterator[Damage]:
        above: list[bytes] = []
        stored = self._stored_above(settled)
        for number in range(settled >> HEIGHT):
            leaves, found = self._leaf_tile(number, stored.get(number))
            above.append(_top(self.tree, leaves))
            yield from found
        for level, full, partial in widths(settled):
            if level:
                self.levels.append(above)
                yield from self._level(level, full, partial, above)
                above = [
                    _top(self.tree, above[tile * WIDTH : (tile + 1) * WIDTH])
                    for tile in range(full)
                ]

    def _stored_above(self, settled: int) -> dict[int, bytes]:
        """The roots of leaf tiles, as the tiles of level 1 have them."""
        found: dict[int, bytes] = {}
        for level, full, partial in widths(settled):
            if level == 1:
                for tile, width in _tiles_of(full, partial):
                    content = self._read(tile_path(1, tile, width=width)) or b""
                    hashes = split_tile(content)
                    found.update({tile * WIDTH + at: value for at, value in enumerate(hashes)})
        return found

    def _leaf_tile(self, number: int, root: bytes | None) -> tuple[list[bytes], list[Damage]]:
        """The leaf hashes that are believed, and the damage of bundle and tile.

        Where the two disagree, the one that gives the root stored above is believed.
        """
        bundle_name, tile_name = bundle_path(number), tile_path(0, number)
        self.expected |= {bundle_name, tile_name}
        bundle, tile = self._read(bundle_name), self._read(tile_name)
        entries = split_bundle(bundle) if bundle is not None else None
        whole = entries is not None and len(entries) == WIDTH
        hashes = split_tile(tile) if tile is not None else []
        damage: list[Damage] = []
        if not whole:
            damage.append(Damage(bundle_name, "", _MISSING if bundle is None else _LENGTH))
        if tile is None or len(tile) != WIDTH * HASH_BYTES:
            damage.append(Damage(tile_name, "", _MISSING if tile is None else _LENGTH))
            hashes = []
        leaves = [self.tree.leaf(entry) for entry in entries or ()] if whole else []
        first = number * WIDTH
        if leaves and hashes:
            tile_is_right = root is not None and _top(self.tree, hashes) == root
            differing = [at for at in range(WIDTH) if leaves[at] != hashes[at]]
            if differing and tile_is_right:
                damage += [Damage(bundle_name, f"entry {first + at}", _CHANGED) for at in differing]
                return hashes, damage
            damage += [Damage(tile_name, f"hash {at}", _CHANGED) for at in differing]
        for at, entry in enumerate(entries or () if whole else ()):
            damage += _entry_damage(bundle_name, first + at, entry)
        return leaves or hashes or [bytes(HASH_BYTES)] * WIDTH, damage

    def _level(
        self, level: int, full: int, partial: int, hashes: Sequence[bytes]
    ) -> Iterator[Damage]:
        for tile, width in _tiles_of(full, partial):
            name = tile_path(level, tile, width=width)
            self.expected.add(name)
            content = self._read(name)
            if content is None or len(content) != width * HASH_BYTES:
                yield Damage(name, "", _MISSING if content is None else _LENGTH)
                continue
            right = hashes[tile * WIDTH : tile * WIDTH + width]
            for at, (stored, wanted) in enumerate(zip(split_tile(content), right, strict=True)):
                if stored != wanted:
                    yield Damage(name, f"hash {at}", _CHANGED)

    def _checkpoint(self) -> Iterator[Damage]:
        content = self._read("checkpoint")
        if content is None:
            return
        try:
            note, checkpoint = parse_checkpoint(content)
        except NoteInvalid:
            yield Damage("checkpoint", "", _CHANGED)
            return
        if checkpoint.origin != self.key.name or not note.signed_by(self.key):
            yield Damage("checkpoint", "", _SIGNATURE)
        elif checkpoint.size > self.size:
            yield Damage("checkpoint", "", _SHORTER)
        elif subtree_root(self.tree, 0, checkpoint.size, node=self._node) != checkpoint.root:
            yield Damage("checkpoint", "", _OTHER_ROOT)

    @property
    def settled(self) -> int:
        return self.size - len(self.behind)

    def _node(self, level: int, index: int) -> bytes:
        if level == HEIGHT and (index + 1) << HEIGHT <= self.settled:
            return self.levels[0][index]
        if level == 0:
            if index < self.settled:
                return self._leaves(index >> HEIGHT)[index & (WIDTH - 1)]
            return self.leaves_behind[index - self.settled]
        if (level, index) not in self.known:
            left, right = self._node(level - 1, 2 * index), self._node(level - 1, 2 * index + 1)
            self.known[level, index] = self.tree.node(left, right)
        return self.known[level, index]

    def _leaves(self, number: int) -> list[bytes]:
        if number not in self.read_again:
            self.read_again[number] = self._leaf_tile(number, self.levels[0][number])[0]
        return self.read_again[number]

    def _strays(self) -> Iterator[Damage]:
        names = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
        strays = sorted(name for name in names - self.expected if (self.folder / name).is_file())
        moved = dict(self._move()) if strays else {}
        for name in strays:
            if name in moved and self._read(name) != moved[name]:
                yield Damage(name, "", _CHANGED)
            elif name in moved or name == ASIDE or self._is_stale(name):
                yield Damage(name, "", _LEFT, unfinished=True)
            else:
                yield Damage(name if name.isprintable() else ascii(name), "", _STRAY)
        if self._read("lock"):
            yield Damage("lock", "", _STRAY)

    def _move(self) -> Iterator[tuple[str, bytes]]:
        """What a move of the tail into tiles writes: it may have been stopped before the tail was replaced."""
        return files_of_move(self.behind, first=self.settled, node=self._node)

    def _is_stale(self, name: str) -> bool:
        """Whether it is a partial tile, in the place of which there is a wider one."""
        found = _PARTIAL.fullmatch(name)
        if found is None:
            return False
        tile, width = found[1], int(found[2])
        return tile in self.expected or any(
            f"{tile}.p/{wider}" in self.expected for wider in range(width + 1, WIDTH)
        )

    def _read(self, name: str) -> bytes | None:
        return read_file(self.folder / name)


def _tiles_of(full: int, partial: int) -> list[tuple[int, int]]:
    return [(tile, WIDTH) for tile in range(full)] + ([(full, partial)] if partial else [])


def _top(tree: TreeHash, hashes: Sequence[bytes]) -> bytes:
    """Root over the 256 hashes of a full tile."""
    return pairs_above(tree, hashes)[-1][0]


def _entry_damage(file: str, index: int, entry: bytes) -> list[Damage]:
    try:
        parse_entry(entry)
    except EntryInvalid:
        return [Damage(file, f"entry {index}", _NO_ENTRY)]
    return []
