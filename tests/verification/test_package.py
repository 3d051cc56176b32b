from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.verification.package import (
    LONGEST_NAME,
    PackageInvalid,
    content_of,
    file_name_problem,
    read_package,
    write_package,
)
from shuxin.verification.receipt import LONGEST_RECEIPT

if TYPE_CHECKING:
    from pathlib import Path


def packed(
    *members: tuple[str, bytes], method: int = zipfile.ZIP_STORED, comment: bytes = b""
) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, data in members:
            made.writestr(zipfile.ZipInfo(name), data, compress_type=method)
        made.comment = comment
    return file


GOOD = (("receipt.json", b"{}"), ("content/a.pdf", b"abc"))


class TestPackage:
    @given(
        st.binary(max_size=3000),
        st.binary(min_size=1, max_size=100),
        st.text(min_size=1, max_size=30).filter(lambda name: not file_name_problem(name)),
        st.binary(max_size=50),
    )
    def test_gives_back_what_was_packed(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        content: bytes,
        receipt: bytes,
        name: str,
        presentation: bytes,
    ) -> None:
        folder = tmp_path_factory.mktemp("package")
        (folder / "content").write_bytes(content)
        target = folder / "package.zip"
        write_package(
            target,
            receipt=receipt,
            content=folder / "content",
            file_name=name,
            presentation=presentation,
        )
        with target.open("rb") as file:
            package = read_package(file)
            assert content_of(file, package).read() == content
        assert (package.receipt, package.presentation) == (receipt, presentation)
        assert package.file_name == name

    def test_packing_twice_gives_the_same_bytes(self, tmp_path: Path) -> None:
        (tmp_path / "content").write_bytes(b"abc")
        for name in ("a.zip", "b.zip"):
            write_package(
                tmp_path / name, receipt=b"{}", content=tmp_path / "content", file_name="a.pdf"
            )
        assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.zip", "content"]

    def test_a_common_reader_opens_it(self, tmp_path: Path) -> None:
        (tmp_path / "content").write_bytes(b"abc")
        write_package(
            tmp_path / "a.zip", receipt=b"{}", content=tmp_path / "content", file_name="证明.pdf"
        )
        with zipfile.ZipFile(tmp_path / "a.zip") as read:
            assert read.read("content/证明.pdf") == b"abc"
            assert read.testzip() is None

    def test_content_is_read_in_pieces_and_ends(self) -> None:
        file = packed(*GOOD)
        reader = content_of(file, read_package(file))
        assert [reader.read(2), reader.read(2), reader.read(2)] == [b"ab", b"c", b""]


class TestHostilePackages:
    @pytest.mark.parametrize(
        "members",
        [
            (),
            GOOD[:1],
            GOOD[1:],
            (*GOOD, ("presentation.json", b"{}"), ("content/b.pdf", b"")),
            (*GOOD, ("content/b.pdf", b"")),
            (*GOOD, ("other", b"")),
            (GOOD[0], ("content/../../etc", b"")),
            (GOOD[0], ("content/.hidden", b"")),
            (GOOD[0], ("content/", b"")),
            (GOOD[0], ("content/a\\b", b"")),
            (GOOD[0], ("content/a\x01b", b"")),
            (GOOD[0], ("content/" + "a" * (LONGEST_NAME + 1), b"")),
            (("receipt.json", bytes(LONGEST_RECEIPT + 1)), GOOD[1]),
            (*GOOD, ("presentation.json", bytes(5000))),
        ],
    )
    def test_other_members_are_refused(self, members: tuple[tuple[str, bytes], ...]) -> None:
        with pytest.raises(PackageInvalid):
            read_package(packed(*members))

    def test_the_same_name_twice_is_refused(self) -> None:
        with pytest.warns(UserWarning, match="Duplicate"):
            file = packed(GOOD[0], GOOD[1], GOOD[1])
        with pytest.raises(PackageInvalid):
            read_package(file)

    def test_compressed_members_are_refused_unread(self) -> None:
        bomb = packed(GOOD[0], ("content/a", bytes(1 << 24)), method=zipfile.ZIP_DEFLATED)
        with pytest.raises(PackageInvalid) as caught:
            read_package(bomb)
        assert "compressed" in str(caught.value)

    def test_a_comment_is_refused(self) -> None:
        with pytest.raises(PackageInvalid):
            read_package(packed(*GOOD, comment=b"hello"))

    @pytest.mark.parametrize("where", ["before", "after"])
    def test_bytes_outside_the_members_are_refused(self, where: str) -> None:
        good = packed(*GOOD).getvalue()
        changed = b"MZ" + good if where == "before" else good + b"xx"
        with pytest.raises(PackageInvalid):
            read_package(io.BytesIO(changed))

    def test_every_cut_is_refused(self) -> None:
        good = packed(*GOOD).getvalue()
        for end in range(len(good)):
            with pytest.raises(PackageInvalid):
                read_package(io.BytesIO(good[:end]))

    def test_a_changed_byte_changes_what_is_read_or_is_refused(self) -> None:
        good = packed(*GOOD).getvalue()
        for place in range(len(good)):
            changed = io.BytesIO(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
            try:
                package = read_package(changed)
                content_of(changed, package).read()
            except PackageInvalid:
                continue
            assert package.receipt in {b"{}", good[42:44]} or len(package.receipt) == 2

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(self, data: bytes) -> None:
        with pytest.raises(PackageInvalid):
            read_package(io.BytesIO(data))

    @given(st.data())
    def test_any_few_changes_are_read_or_refused(self, data: st.DataObject) -> None:
        changed = bytearray(packed(*GOOD).getvalue())
        for _ in range(data.draw(st.integers(1, 6))):
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
        file = io.BytesIO(bytes(changed))
        try:
            content_of(file, read_package(file)).read()
        except PackageInvalid:
            return
