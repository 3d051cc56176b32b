"""Template tags for sentences in both languages: ``{% t "English" "中文" %}`` and ``{% say text %}``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from shuxin.kernel.text import Sayable, Text
from shuxin.portal.web import figures
from shuxin.portal.web.assets import asset_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.template.base import NodeList, Parser, Token
    from django.template.context import Context
    from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: Mapping[str, Any], en: str, zh: str, **facts: object) -> str:
    """One sentence in the reader's language; ``{names}`` are filled by the keyword arguments."""
    return Text(en=en, zh=zh).say(context["language"], **facts)


@register.simple_tag(takes_context=True)
def say(context: Mapping[str, Any], text: Sayable | str, **facts: object) -> str:
    """A ``Text`` made by Python code, in the reader's language; a plain string as it is."""
    if isinstance(text, Text):
        return text.say(context["language"], **facts)
    return text.say(context["language"]) if isinstance(text, Sayable) else str(text)


@register.simple_tag(takes_context=True)
def part(context: Context, shown: Any) -> str:
    """A table, chart, graph, time line, field …: whatever has a ``template``, in which it is called ``part``."""
    facts = (
        shown.facts(context["language"])
        if hasattr(shown, "facts") and callable(shown.facts)
        else {}
    )
    template_ = context.template.engine.get_template(shown.template)  # type: ignore[union-attr]
    with context.push(part=shown, **facts):
        return template_.render(context)


@register.simple_tag(takes_context=True)
def value(context: Mapping[str, Any], shown: Any) -> str:
    """A value of any kind: words, figure, time, ``State``, ``Linked``, or several of them."""
    from shuxin.portal.web.parts import Code, Linked, State  # noqa: PLC0415 - parts load pages
    from shuxin.portal.web.parts.cells import plain  # noqa: PLC0415

    language = context["language"]
    if isinstance(shown, State):
        return format_html('<span class="state {}">{}</span>', shown.tone, shown.say(language))
    if isinstance(shown, Code):
        return format_html("<code>{}</code>", shown.text)
    if isinstance(shown, Linked):
        return format_html('<a href="{}">{}</a>', shown.url, say(context, shown.text))
    if isinstance(shown, (list, tuple)):
        return format_html_join("", "{} ", ((value(context, each),) for each in shown))
    return figures.NOTHING if shown is None or shown == "" else plain(shown, language)


@register.simple_tag(takes_context=True)
def shape(context: Mapping[str, Any]) -> str:
    """How a page is framed, by what one may open: ``open`` for strangers, ``own`` for owners, ``work`` for officers."""
    names = {group.name for group, _ in context.get("groups", ())}
    if names <= {"PUBLIC"}:
        return "open"
    return "own" if names <= {"PUBLIC", "MINE", "MARKET", "ACCOUNT"} else "work"


@register.simple_tag(takes_context=True)
def current(context: Mapping[str, Any], url: str) -> str:
    """Marks the entry of the navigation on whose page one is, or the nearest above it."""
    path = context["request"].path
    if url == path:
        return mark_safe(' aria-current="page"')
    links = {link.url for _, links in context.get("groups", ()) for link in links}
    above = [each for each in links if path == each or path.startswith(f"{each}/")]
    nearest = max(above, key=len, default="")
    return mark_safe(' aria-current="true"') if url == nearest else ""


@register.simple_tag
def opens(dialog: str) -> SafeString:
    """On a button: it opens the ``<dialog>`` of this id."""
    return format_html('type="button" aria-haspopup="dialog" data-opens="{}"', dialog)


@register.tag
def live(parser: Parser, token: Token) -> Live:
    """``{% live url %}first content{% endlive %}``: ``url`` each second, till it bears ``data-done``."""
    _, url = token.split_contents()
    first = parser.parse(("endlive",))
    parser.delete_first_token()
    return Live(parser.compile_filter(url), first)


class Live(template.Node):
    """A place that renews itself."""

    def __init__(self, url: template.base.FilterExpression, first: NodeList) -> None:
        self._url, self._first = url, first

    def render(self, context: Context) -> SafeString:
        return format_html(
            '<div class="live" hx-get="{}" hx-trigger="every 1s" hx-swap="innerHTML" data-lost="{}">{}</div>'
            '<script type="module" src="{}"></script>',
            self._url.resolve(context),
            _LOST.say(context["language"]),
            self._first.render(context),
            asset_url("frame/live.js"),
        )


_LOST = Text(
    en="The connection is lost; this page goes on by itself when it is back.",
    zh="连接已中断，恢复后本页将自动继续更新。",
)


@register.simple_tag
def asset(path: str) -> str:
    """The address of a file below ``static``, with its content in the address, so that it may be kept."""
    return asset_url(path)


@register.filter
def yuan(fen: int | None) -> str:
    """Fen in the words of the reader: 元, 万元, 亿元."""
    return figures.yuan(fen)


register.filter("count", figures.count)
register.filter("percent", figures.percent)
register.filter("china", figures.china)
register.filter("china_day", figures.china_day)

_BROWSERS = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Macintosh", "HarmonyOS", "Linux")


@register.filter
def browser_name(agent: str) -> str:
    """Browser and system in two words, as far as the browser tells; else what it said, cut short."""
    browser = next((name for mark, name in _BROWSERS.items() if f"{mark}/" in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return " · ".join(filter(None, (browser, system))) or agent[:30] or "–"
