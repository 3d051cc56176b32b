"""``shuxin resolve``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import permit_for_all, start
from shuxin.portal.display import say, watched

if TYPE_CHECKING:
    import argparse

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_DONE = Text(
    en="{mentions:,} mentions -> {entities:,} entities: by code {by_code:,}, by other number {by_number:,}, by"
    " name {by_name:,}, by weight {by_weight:,}, known by name only {alone:,}; {in_review:,} wait for review",
    zh="{mentions:,} 处记载归为 {entities:,} 个主体：按信用代码 {by_code:,}，按其他号码 {by_number:,}，"
    "按名称 {by_name:,}，按概率权重 {by_weight:,}，仅知名称 {alone:,}；待人工复核 {in_review:,}",
)


def run(_options: argparse.Namespace, language: Language) -> int:
    resolve(start(), language)
    return 0


def resolve(settings: Settings, language: Language) -> None:
    from shuxin.fusion.api import resolve_all
    from shuxin.infra.api import now_in_china

    now = now_in_china()
    permit = permit_for_all(Purpose.ENTITY_RESOLUTION, now=now)
    with watched() as progress:
        counts = resolve_all(permit=permit, settings=settings, now=now, progress=progress)
    say(_DONE, language, **counts)
