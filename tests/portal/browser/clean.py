"""What holds for every page in a browser: ``assert_clean(page)``, on the page as it stands.

No finding of axe-core (of any grade, best practices too), no report of the content security policy, no request to
another host, no fault in a script, nothing wider than the window. ``watch(page)`` before the first address notices
what happens from then on; a page that was not watched is loaded once more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Request

_REPORTS = """addEventListener("securitypolicyviolation", (report) => {
  console.warn("policy", report.effectiveDirective, report.blockedURI, report.sourceFile, report.lineNumber);
});"""
_LOST = (
    "Failed to load resource",
    "htmx:",
)  # answers of 4xx and 5xx, a connection that the test cut
_LOCAL = {"data", "blob", "about", "chrome-error"}


@dataclass
class Watched:
    """What was noticed on one page since it was watched; answers of 4xx and 5xx are the test's own business."""

    hosts: set[str] = field(default_factory=set)
    policy: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def request(self, request: Request) -> None:
        address = urlsplit(request.url)
        self.sent.append(request.url)
        if address.scheme not in _LOCAL:
            self.hosts.add(address.netloc)

    def console(self, said: ConsoleMessage) -> None:
        if said.text.startswith("policy") or "Content Security Policy" in said.text:
            self.policy.append(said.text)
        elif said.type == "error" and not said.text.startswith(_LOST):
            self.faults.append(said.text)


_watched: WeakKeyDictionary[Page, Watched] = WeakKeyDictionary()


def watch(page: Page) -> Watched:
    """From here on requests, reports of the policy and faults of this page are noticed."""
    if page not in _watched:
        seen = _watched[page] = Watched()
        page.add_init_script(_REPORTS)
        page.on("request", seen.request)
        page.on("console", seen.console)
        page.on("pageerror", lambda error: seen.faults.append(str(error)))
    return _watched[page]


def assert_clean(page: Page) -> None:
    """See the module. Waits for nothing: the test has the page in the state that it means."""
    if page not in _watched:
        watch(page)
        page.reload()
    seen = watch(page)
    found = {
        "axe": findings(page),
        "policy": seen.policy,
        "faults": seen.faults,
        "hosts": sorted(seen.hosts - {urlsplit(page.url).netloc}),
    }
    assert not any(found.values()), found
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0, "the page is wider than the window"


def findings(page: Page) -> list[str]:
    """What axe-core finds: rule, what it means, and the first places."""
    page.evaluate(_axe())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [_told(violation) for violation in found["violations"]]


@cache
def _axe() -> str:
    """The script out of its wheel; it is a test tool, no page loads it."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def _told(violation: dict[str, Any]) -> str:
    places = [
        f"{node['target']} {node['html'][:150]} {_measured(node)}"
        for node in violation["nodes"][:4]
    ]
    return f"{violation['id']}: {violation['help']}: " + " | ".join(places)


def _measured(node: dict[str, Any]) -> str:
    """The contrast that was found, where the rule is about it."""
    data = (node.get("any") or [{}])[0].get("data")
    return (
        f"({data['contrastRatio']})" if isinstance(data, dict) and "contrastRatio" in data else ""
    )
