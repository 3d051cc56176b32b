from __future__ import annotations

from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parents[3] / "src" / "shuxin" / "portal" / "static" / "vendor"


@pytest.fixture(scope="session")
def fonts() -> Path:
    if not (VENDOR / "NotoSansSC-Regular.ttf").is_file():
        pytest.skip("the font is fetched by the set-up: make setup")
    return VENDOR
