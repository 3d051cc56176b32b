"""The only door of the synthetic city (合成城市)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shuxin.city.scale import CitySeedInvalid, Size
from shuxin.city.service import (
    CityFile,
    CityFiles,
    CityFolderInUse,
    CityWriterMissing,
    write_messy_files,
)
from shuxin.city.truth import CityTruthMissing, Truth, read_truth

if TYPE_CHECKING:
    from shuxin.city.records.check import Finding, check_city
    from shuxin.city.records.service import CityWritten, generate_city
    from shuxin.city.world.scale import WorldSize

_ROOM = "shuxin.city"
_HOME = {
    "CityWritten": f"{_ROOM}.records.service",
    "Finding": f"{_ROOM}.records.check",
    "WorldSize": f"{_ROOM}.world.scale",
    "check_city": f"{_ROOM}.records.check",
    "generate_city": f"{_ROOM}.records.service",
}


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for. Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(_HOME[name]), name)


__all__ = [
    "CityFile",
    "CityFiles",
    "CityFolderInUse",
    "CitySeedInvalid",
    "CityTruthMissing",
    "CityWriterMissing",
    "CityWritten",
    "Finding",
    "Size",
    "Truth",
    "WorldSize",
    "check_city",
    "generate_city",
    "read_truth",
    "write_messy_files",
]
