"""Write docs/errors/en.md and zh.md from the error classes and reject reasons, so that none is missing.

Run it as ``.venv/bin/python -m tools.error_pages``.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuxin.kernel.errors import ShuxinError

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"en": ROOT / "docs" / "errors" / "en.md", "zh": ROOT / "docs" / "errors" / "zh.md"}
_HEADS = {
    "en": (
        (
            "# Error pages\n\n[中文](zh.md)\n\nEvery foreseen failure has a stable code. Words in braces are"
            " filled in with the place or the name that is meant. This page is written by"
            " `python -m tools.error_pages` from the code itself.\n"
        ),
        ("What happened", "What to do"),
        (
            "## Reasons for not loading a row\n\nRows that are not loaded are kept with one of these reasons;"
            " `shuxin rejects DATASET` shows them.\n"
        ),
    ),
    "zh": (
        (
            "# 错误说明\n\n[English](en.md)\n\n每种可预见的失败都有固定代码。花括号中的词会替换为具体位置或名称。"
            "本页由 `python -m tools.error_pages` 根据代码生成。\n"
        ),
        ("发生了什么", "如何处理"),
        (
            "## 未装载行的原因\n\n未装载的行会连同以下原因之一保留;用 `shuxin rejects 数据集` 查看。\n"
        ),
    ),
}
_KINDS = {
    "InvalidInput": {"en": "Invalid input", "zh": "输入有误"},
    "NotPermitted": {"en": "Not permitted", "zh": "不被允许"},
    "NotFound": {"en": "Not found", "zh": "不存在"},
    "Conflict": {"en": "Conflict", "zh": "状态冲突"},
    "Unavailable": {"en": "Unavailable", "zh": "暂不可用"},
}


def all_errors() -> list[type[ShuxinError]]:
    """Every error class with a code, in all rooms, by code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuxin.portal.settings")
    import django  # noqa: PLC0415 - rooms with models need it set up

    import shuxin  # noqa: PLC0415
    from shuxin.kernel.errors import ShuxinError  # noqa: PLC0415

    django.setup()
    for module in pkgutil.walk_packages(shuxin.__path__, "shuxin."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    found: list[type[ShuxinError]] = []
    waiting = list(ShuxinError.__subclasses__())
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if "code" in vars(error) and error.__module__.startswith("shuxin."):
            found.append(error)
    return sorted(found, key=lambda error: error.code)


def page(language: str) -> str:
    """One language's page as Markdown."""
    from shuxin.fusion.rejects import REASONS  # noqa: PLC0415

    head, (what, mend), reasons = _HEADS[language]
    parts = [head]
    for error in all_errors():
        kind = next(base.__name__ for base in error.__mro__ if base.__name__ in _KINDS)
        said = (getattr(error.what, language), getattr(error.mend, language))
        parts.append(
            f"## {error.code}\n\n*{_KINDS[kind][language]}*\n\n"
            f"**{what}:** {said[0]}.\n\n**{mend}:** {said[1]}.\n"
        )
    parts.append(reasons)
    for code, reason in sorted(REASONS.items()):
        said = (getattr(reason.what, language), getattr(reason.mend, language))
        parts.append(f"### {code}\n\n**{what}:** {said[0]}.\n\n**{mend}:** {said[1]}.\n")
    return "\n".join(parts)


def main() -> None:
    for language, path in PAGES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
