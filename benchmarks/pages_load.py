"""How long people wait for pages while fifty others are there.

    python -m benchmarks.pages_load SITES.json [--sessions 50] [--seconds 180]

SITES.json lists who signs in where: ``[{"site": "http://…", "name": …, "password": …}, …]``; sessions are dealt to them
in turn. Each session signs in, then opens a page of its navigation, thinks for 3 to 8 seconds, opens another. Printed:
p50, p95 and p99 from the first byte sent to the last byte received, by site and page, answers that were no 200, and
the processor time of this loader, so that nobody takes its own slowness for the server's.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

SEED = 20261122
THINK = (3.0, 8.0)
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_NAVIGATION = re.compile(r"<nav\b.*?</nav>", re.DOTALL)
_LINK = re.compile(r'href="(/[^"#?]*)"')
_LEFT_OUT = ("/language/", "/sign-", "/static/")


@dataclass
class Taken:
    """What was measured; seconds by page."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, page: str, status: int, seconds: float) -> None:
        with self.lock:
            if status == http.client.OK:
                self.seconds[page].append(seconds)
            else:
                self.failed[f"{status} {page}"] += 1


class Session:
    """One person's browser, without the browser."""

    def __init__(self, site: str) -> None:
        self.site = site
        place = urlsplit(site)
        self._line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        self._cookies: dict[str, str] = {"language": "zh"}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text; a redirect is not followed."""
        head = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = urlencode(form) if form else None
        if body:
            head |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.site}
        try:
            self._line.request(method, path, body, head)
            answer = self._line.getresponse()
        except (ConnectionError, http.client.HTTPException):  # the server closed an idle line
            self._line.close()
            self._line.request(method, path, body, head)
            answer = self._line.getresponse()
        text = answer.read().decode(errors="replace")
        for value in answer.headers.get_all("Set-Cookie") or ():
            self._cookies |= {name: cookie.value for name, cookie in SimpleCookie(value).items()}
        return answer.status, text

    def sign_in(self, name: str, password: str) -> None:
        while True:
            _, text = self.ask("GET", "/sign-in")
            found = _TOKEN.search(text)
            token = found[1] if found else ""
            form = {"csrfmiddlewaretoken": token, "name": name, "password": password, "next": "/"}
            status, _ = self.ask("POST", "/sign-in", form)
            if status == http.client.FOUND:
                return
            if status != http.client.TOO_MANY_REQUESTS:
                raise SystemExit(f"{name} could not sign in at {self.site}: {status}")
            time.sleep(5)

    def pages(self) -> list[str]:
        """Those that the navigation offers."""
        _, text = self.ask("GET", "/")
        links = {link for nav in _NAVIGATION.findall(text) for link in _LINK.findall(nav)}
        return sorted(link for link in links if not link.startswith(_LEFT_OUT))


def visit(
    session: Session, name: str, *, until: float, chance: random.Random, taken: Taken
) -> None:
    pages = session.pages()
    time.sleep(chance.uniform(0, THINK[1]))
    while time.monotonic() < until:
        page = chance.choice(pages)
        begun = time.perf_counter()
        status, _ = session.ask("GET", page)
        taken.add(f"{name} {page}", status, time.perf_counter() - begun)
        time.sleep(chance.uniform(*THINK))


def share(values: list[float], part: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sites", type=Path)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=180)
    options = parser.parse_args(arguments)
    people = json.loads(options.sites.read_text(encoding="utf-8"))
    sessions = []
    for number in range(options.sessions):
        who = people[number % len(people)]
        sessions.append((Session(who["site"]), who["name"]))
        sessions[-1][0].sign_in(who["name"], who["password"])
    taken, until = Taken(), time.monotonic() + options.seconds
    begun, cpu = time.monotonic(), time.process_time()
    threads = [
        threading.Thread(
            target=visit,
            args=(session, name),
            kwargs={
                "until": until,
                "chance": random.Random(SEED + number),  # noqa: S311 - when people click is no secret
                "taken": taken,
            },
        )
        for number, (session, name) in enumerate(sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loader = (time.process_time() - cpu) / (time.monotonic() - begun)
    report(taken, loader=loader, sessions=options.sessions)


def report(taken: Taken, *, loader: float, sessions: int) -> None:
    print("| page | n | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|")
    everything = [one for values in taken.seconds.values() for one in values]
    for page, values in [*sorted(taken.seconds.items()), ("all", everything)]:
        figures = " | ".join(f"{1000 * share(values, part):.0f}" for part in (0.5, 0.95, 0.99))
        print(f"| {page} | {len(values)} | {figures} |")
    print(f"no 200: {dict(taken.failed) or 'none'}")
    print(
        f"{sessions} sessions, think time {THINK[0]:.0f}-{THINK[1]:.0f} s; loader {loader:.1%} of a core"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
