"""Write docs/what-each-party-saw.md from one run of all its jobs.

Run it as ``.venv/bin/python -m tools.what_each_party_saw``.
"""

from __future__ import annotations

import os
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "what-each-party-saw.md"
SEED = 1


def written() -> str:
    """The page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuxin.portal.settings")
    import django  # noqa: PLC0415 - the room has models

    django.setup()
    from shuxin.federation.redteam.saw import Sizes, page, scenes  # noqa: PLC0415

    return page(scenes(seed=SEED, sizes=Sizes()))


def main() -> None:
    PAGE.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
