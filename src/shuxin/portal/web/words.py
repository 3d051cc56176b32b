"""Template tags for sentences in both languages: ``{% t "English" "中文" %}`` and ``{% say text %}``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from shuxin.kernel.text import Text
from shuxin.portal.web.assets import asset_url

if TYPE_CHECKING:
    from collections.abc import Mapping

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: Mapping[str, Any], en: str, zh: str, **facts: object) -> str:
    """One sentence in the reader's language; ``{names}`` are filled by the keyword arguments."""
    return Text(en=en, zh=zh).say(context["language"], **facts)


@register.simple_tag(takes_context=True)
def say(context: Mapping[str, Any], text: Text, **facts: object) -> str:
    """A ``Text`` made by Python code, in the reader's language."""
    return text.say(context["language"], **facts)


@register.simple_tag
def asset(path: str) -> str:
    """The address of a file below ``static``, with its content in the address, so that it may be kept."""
    return asset_url(path)


_BROWSERS = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Macintosh", "HarmonyOS", "Linux")


@register.filter
def browser_name(agent: str) -> str:
    """Browser and system in two words, as far as the browser tells; else what it said, cut short."""
    browser = next((name for mark, name in _BROWSERS.items() if f"{mark}/" in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return " · ".join(filter(None, (browser, system))) or agent[:30] or "–"
