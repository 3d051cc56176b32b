"""What lending keeps. Rows never leave this room; each part has its tables in a module of its own."""

from __future__ import annotations

from shuxin.lending import (  # noqa: F401 - Django looks for tables here
    application_models,
    case_models,
    strategy_models,
)
