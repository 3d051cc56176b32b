from __future__ import annotations

import pytest
from tests.parties.world import Journal


@pytest.fixture
def journal() -> Journal:
    return Journal()
