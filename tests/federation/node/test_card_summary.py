"""What ``shuxin node result`` says of a part of a joint card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.federation.card.samples import HOLDERS, LABEL, summing, world_of

from shuxin.federation.card.files import file_of, hash_of
from shuxin.federation.domain.job import Role
from shuxin.federation.node.card_summary import summary_of
from shuxin.kernel.errors import InvalidInput
from shuxin.portal.commands.node_card import show_card
from shuxin.portal.display import console

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.card.parts import CardPart, LabelPart
    from shuxin.kernel.text import Language

WORLD = world_of(summing(at_least=2), seed=8, holders=2)
NAMES = {LABEL: "bank", HOLDERS[0]: "tax", HOLDERS[1]: "hrss"}


class TestSummary:
    def test_of_the_label_party_has_the_share_of_every_party(self) -> None:
        found = summary_of(file_of(WORLD.label), role=Role.LABEL)
        assert found.hash == hash_of(WORLD.label)
        assert [one.party for one in found.shares] == [LABEL, *HOLDERS[:2]]
        assert (found.base_points, found.cut_off) == (WORLD.label.base_points, WORLD.label.cut_off)
        for share in found.shares[1:]:
            own = summary_of(file_of(WORLD.parts[share.party]), role=Role.HOLDER)
            assert own.shares == (share,)

    def test_of_a_holder_has_its_own_share_alone(self) -> None:
        part = WORLD.parts[HOLDERS[0]]
        found = summary_of(file_of(part), role=Role.HOLDER)
        (share,) = found.shares
        assert share.characteristics == len(part.characteristics) > 0
        assert share.low == sum(min(each.points) for each in part.characteristics)
        assert share.high == sum(max(each.points) for each in part.characteristics)
        assert (found.base_points, found.cut_off) == (None, None)
        assert found.parties == tuple(HOLDERS[:2])

    @pytest.mark.parametrize("role", [Role.LABEL, Role.HOLDER])
    def test_a_part_of_another_role_or_a_changed_one_is_refused(self, role: Role) -> None:
        own: LabelPart | CardPart = WORLD.label if role is Role.LABEL else WORLD.parts[HOLDERS[0]]
        other = WORLD.parts[HOLDERS[0]] if role is Role.LABEL else WORLD.label
        for file in (file_of(other), file_of(own).replace(b'"sample"', b'"simple"'), b"", b"{}"):
            with pytest.raises(InvalidInput):
                summary_of(file, role=role)


class TestShown:
    def said(self, folder: Path, role: Role, language: Language = "en") -> str:
        with console.capture() as heard:
            out = str(folder / "out")
            show_card(folder, out, role=role, names=NAMES, language=language)
        return heard.get()

    @pytest.fixture(autouse=True)
    def wide(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(console, "_width", 400)

    def test_the_label_partys_with_scale_and_shares(self, tmp_path: Path) -> None:
        (tmp_path / "card").write_bytes(file_of(WORLD.label))
        said = self.said(tmp_path, Role.LABEL)
        assert hash_of(WORLD.label) in said
        assert "with tax, hrss" in said
        assert f"{WORLD.label.base_points} base points" in said
        assert f"cut-off {WORLD.label.cut_off}" in said
        assert (tmp_path / "out").read_bytes() == file_of(WORLD.label)

    def test_a_holders_in_chinese(self, tmp_path: Path) -> None:
        part = WORLD.parts[HOLDERS[0]]
        (tmp_path / "card").write_bytes(file_of(part))
        said = self.said(tmp_path, Role.HOLDER, "zh")
        assert hash_of(part) in said
        assert "不得外传" in said

    def test_a_party_without_a_part_is_told_so(self, tmp_path: Path) -> None:
        assert "no feature of this party" in self.said(tmp_path, Role.HOLDER)
        assert not (tmp_path / "out").exists()
