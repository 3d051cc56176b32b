"""What the marketplace keeps. Rows never leave this room; each part has its tables in a module of its own."""

from __future__ import annotations

from shuxin.market import (  # noqa: F401 - Django looks for tables here
    list_models,
    match_models,
    shelf_models,
    step_models,
    tariff_models,
)
