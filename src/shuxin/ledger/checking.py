"""The check of a whole log: every byte of every file is read, and what is wrong is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.ledger.checkpoint import parse_checkpoint, tree_of
from shuxin.ledger.entry import EntryInvalid, parse_entry
from shuxin.ledger.note import NoteInvalid, VerifierKey, VerifierKeyInvalid
from shuxin.ledger.tail import HEAD_BYTES, first_of, is_unfinished, read_tail
from shuxin.ledger.tiles import (
    HEIGHT,
    WIDTH,
    bundle_path,
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
    zh="末尾有未完成且未确认的写入;下次追加时会自动处理",
)
_KNOWN = {"origin", "tail", "lock", "checkpoint"}


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong (损坏): in which file of the folder, and where in it."""

    file: str
    place: str
    what: Text

    def say(self, language: Language) -> str:
        place = f", {self.place}" if self.place else ""
        return f"{self.file}{place}: {self.what.say(language)}"


def check_folder(folder: Path, *, key: VerifierKey | None = None) -> list[Damage]:
    """All damage of the log in ``folder``. ``key``: the log's, known from elsewhere; else the folder's own word."""
    own = _own_key(folder)
    if own is None or (key is not None and own != key):
        return [Damage("origin", "", _NO_KEY)]
    return list(_Check(folder, own).damage())


def _own_key(folder: Path) -> VerifierKey | None:
    try:
        text = (folder / "origin").read_bytes().decode()
        own = VerifierKey.parse(text.removesuffix("\n"))
    except (FileNotFoundError, UnicodeDecodeError, VerifierKeyInvalid):
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
        self.leaves_behind: list[bytes] = []
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
        self.size = first + len(part.entries)
        self.leaves_behind = [self.tree.leaf(entry) for entry in part.entries]
        for number, entry in enumerate(part.entries):
            yield from _entry_damage("tail", first + number, entry)
        if part.rest or not part.marked:
            cut = is_unfinished(part, size=self.size, origin=origin)
            unfinished = cut and not part.acknowledged_behind
            yield Damage("tail", f"byte {part.end}", _UNFINISHED if unfinished else _CHANGED)

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
        if (
            checkpoint.origin != self.key.name
            or not note.signed_by(self.key)
            or len(note.signatures) != 1
        ):
            yield Damage("checkpoint", "", _SIGNATURE)
        elif checkpoint.size > self.size:
            yield Damage("checkpoint", "", _SHORTER)
        elif self._root(checkpoint.size) != checkpoint.root:
            yield Damage("checkpoint", "", _OTHER_ROOT)

    def _root(self, size: int) -> bytes:
        settled = self.size - len(self.leaves_behind)
        known: dict[tuple[int, int], bytes] = {}

        def node(level: int, index: int) -> bytes:
            if level == HEIGHT and (index + 1) << HEIGHT <= settled:
                return self.levels[0][index]
            if level == 0:
                if index < settled:
                    return self._leaves(index >> HEIGHT)[index & (WIDTH - 1)]
                return self.leaves_behind[index - settled]
            if (level, index) not in known:
                left, right = node(level - 1, 2 * index), node(level - 1, 2 * index + 1)
                known[level, index] = self.tree.node(left, right)
            return known[level, index]

        return subtree_root(self.tree, 0, size, node=node)

    def _leaves(self, number: int) -> list[bytes]:
        if number not in self.read_again:
            self.read_again[number] = self._leaf_tile(number, self.levels[0][number])[0]
        return self.read_again[number]

    def _strays(self) -> Iterator[Damage]:
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if path.is_file() and name not in self.expected:
                yield Damage(name, "", _STRAY)
        if self._read("lock"):
            yield Damage("lock", "", _STRAY)

    def _read(self, name: str) -> bytes | None:
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None


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
