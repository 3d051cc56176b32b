"""``shuxin node result`` of a scorecard: this party's part of the joint card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import write_whole
from shuxin.kernel.text import Text
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.federation.api import Role
    from shuxin.kernel.text import Language

_HEAD = Text(
    en="card '{model}', version {version}, with {parties}; hash {hash}",
    zh="评分卡“{model}”，版本 {version}，数据方 {parties}；哈希 {hash}",
)
_SCALE = Text(
    en="{base} base points, in all {low} to {high} points; cut-off {cut_off}",
    zh="基础分 {base}，总分 {low} 至 {high}；通过分数线 {cut_off}",
)
_SHARES = Text(
    en="party|characteristics|lowest points|highest points", zh="参与方|特征数|最低分|最高分"
)
_LEFT_OUT = Text(
    en="no feature of this party is left in the card", zh="本方特征均未入模，本方没有评分卡分片"
)
_WRITTEN = Text(
    en="{file}: this party's part; it has the edges of its bins and stays here",
    zh="{file}：本方分片；含本方分箱边界，不得外传",
)


def show_card(
    folder: Path, out: str | None, *, role: Role, names: Mapping[str, str], language: Language
) -> None:
    """Raises CardAltered, CardInvalid."""
    from shuxin.federation.api import summary_of

    file = folder / "card"
    if not file.is_file():
        say(_LEFT_OUT, language)
        return
    content = file.read_bytes()
    found = summary_of(content, role=role)
    parties = ", ".join(names.get(one, one) for one in found.parties)
    say(
        _HEAD,
        language,
        model=found.model,
        version=found.version,
        parties=parties,
        hash=found.hash,
    )
    rows = [
        (names.get(one.party, one.party), one.characteristics, one.low, one.high)
        for one in found.shares
    ]
    show("", _SHARES.say(language).split("|"), rows, right=(1, 2, 3))
    if found.base_points is not None:
        low = found.base_points + sum(one.low for one in found.shares)
        high = found.base_points + sum(one.high for one in found.shares)
        say(_SCALE, language, base=found.base_points, low=low, high=high, cut_off=found.cut_off)
    if out:
        write_whole(Path(out), content)
        say(_WRITTEN, language, file=out)
