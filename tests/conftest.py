"""An installation of the tests' own, laws that are judged by what they find, and who shares a process with whom."""

from __future__ import annotations

import atexit
import gc
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

if not os.environ.get("SHUXIN_HOME"):
    os.environ["SHUXIN_HOME"] = tempfile.mkdtemp(prefix="shuxin-tests-")
# Before numpy is imported, here and in every command that a test starts: beside several workers the
# threads of a small product wait for each other (one file of fits, on busy cores: 20 s of processor, else 5).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile("shuxin", deadline=None, max_examples=10)
settings.register_profile("thorough", deadline=None, max_examples=300)  # make soak
settings.load_profile("shuxin")

FAMILIES = (
    "tests/fusion/features/",
    "tests/docs/test_documents.py",
    "tests/federation/processes/",
    "tests/city/",
    *(
        f"tests/scoring/test_{name}.py"
        for name in ("credit_report", "deciding", "evidence", "registry", "training", "validation")
    ),
    "tests/portal/test_decisions.py",
    "tests/portal/test_journey.py",
    "tests/structure/test_rooms.py",
    "tests/portal/browser/",
    "tests/portal/test_border.py",
)
"""Files and folders that take longest, the longest first: all begin early, so that no worker is left with one."""
OFFICE = frozenset(name for name in FAMILIES if name.startswith("tests/scoring/test_"))
"""They share one installation with a trained model (tests/scoring/conftest.py)."""


ASKED_BY_OTHERS = (
    "tests/catalogue/",
    "tests/docs/",
    "tests/fusion/",
    "tests/portal/",
    "tests/scoring/",
    "tests/verification/",
)
"""On PostgreSQL they are left to the soak: pages ask what the rooms ask, and these rooms keep their rows in Parquet."""
WITH_QUERIES = re.compile(
    r"tests/portal/web/test_(market_|systems|follow_api|operator)"
    r"|tests/fusion/(claims/test_importing|test_(acceptance|database_source|deliveries|ingest|outcomes|quarantine))"
    r"|tests/fusion/reading/"
    r"|tests/catalogue/test_service"
)
"""Among them those whose queries, locks or races are their own."""


def place_of(nodeid: str) -> int:
    """Where a test's family stands among those that begin early; after all of them when it has none."""
    return next((n for n, start in enumerate(FAMILIES) if nodeid.startswith(start)), len(FAMILIES))


def family_of(nodeid: str) -> str:
    """Tests of one family run in one process, one after another: what they set up is set up once."""
    place, file = place_of(nodeid), nodeid.split("::", 1)[0]
    family = FAMILIES[place] if place < len(FAMILIES) else file
    return "tests/scoring/" if family in OFFICE else family


def pytest_configure(config: pytest.Config) -> None:
    """Nothing that collecting makes is garbage; a worker that has told all ends without freeing it piece by piece."""
    gc.disable()
    if hasattr(config, "workerinput"):
        atexit.register(os._exit, 0)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was collected stays to the end: to look for garbage in it over and over is a tenth of the time.

    Who only collects does so for those who come after, and reads for them too what Hypothesis reads of the source.
    """
    gc.freeze()
    gc.enable()
    if session.config.option.collectonly:
        _constants_are_read()


@settings(database=None, max_examples=100, derandomize=True)
@given(st.lists(st.integers(), min_size=20))
def _constants_are_read(_: list[int]) -> None:
    """Hypothesis keeps the constants of each file of the house once it draws from them: seconds for every worker."""


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        gc.unfreeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker of several: the longest first, and a list of the files whose tests ask PostgreSQL too.

    The list is for ``tools/run_tests.py``, which names the file in SHUXIN_TESTS_OF_DATABASE.
    """
    for item in items:
        if item.nodeid.startswith(ASKED_BY_OTHERS) and not WITH_QUERIES.match(item.nodeid):
            item.add_marker(pytest.mark.whole_way)
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=lambda item: place_of(item.nodeid))
    wanted = os.environ.get("SHUXIN_TESTS_OF_DATABASE")
    if wanted and config.workerinput["workerid"] == "gw0":
        touching = {
            item.path
            for item in items
            if item.get_closest_marker("django_db") and not item.get_closest_marker("whole_way")
        }
        part = Path(f"{wanted}.part")
        part.write_text("\n".join(sorted(map(str, touching))), encoding="utf-8")
        part.replace(wanted)  # whole or not there: somebody waits for it


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """With ``--dist loadfile``: a family stays together; ``--no-loadscope-reorder`` keeps the longest first."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByFamily(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return family_of(nodeid)

    return ByFamily(config, log)
