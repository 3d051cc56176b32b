"""One city for all tests of this folder: what it takes to set it up is paid once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.federation.processes.nodes import HRSS, NOTARY, TAX, City, Launcher, launching

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    with launching(tmp_path_factory.mktemp("launcher")) as found:
        yield found


@pytest.fixture(scope="session")
def founded(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    made = City(tmp_path_factory.mktemp("city"), launcher)
    try:
        made.found()
        yield made
    finally:
        made.kill_all()


@pytest.fixture(scope="module")
def city(founded: City) -> City:
    """All four nodes run; all but the bank have a standing approval of the bank's jobs."""
    for name in (TAX, HRSS, NOTARY):
        founded.write_policy(name)
        founded.stand_by(name)
    founded.stop()
    founded.start_all()
    return founded
