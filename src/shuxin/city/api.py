"""The only door of the synthetic city (合成城市)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shuxin.city.records.errors import CityFolderInUse, CityTooLargeForFiles, CityWriterMissing
from shuxin.city.scale import CitySeedInvalid

if TYPE_CHECKING:
    from shuxin.city.files.service import CityFile, CityFiles, write_messy_files
    from shuxin.city.files.truth import CityTruthMissing, Truth, read_truth
    from shuxin.city.records.check import Finding, check_city
    from shuxin.city.records.service import CityWritten, generate_city
    from shuxin.city.world.scale import WorldSize

_ROOM = "shuxin.city"
_HOME = {
    "CityFile": f"{_ROOM}.files.service",
    "CityFiles": f"{_ROOM}.files.service",
    "CityTruthMissing": f"{_ROOM}.files.truth",
    "CityWritten": f"{_ROOM}.records.service",
    "Finding": f"{_ROOM}.records.check",
    "Truth": f"{_ROOM}.files.truth",
    "WorldSize": f"{_ROOM}.world.scale",
    "check_city": f"{_ROOM}.records.check",
    "generate_city": f"{_ROOM}.records.service",
    "read_truth": f"{_ROOM}.files.truth",
    "write_messy_files": f"{_ROOM}.files.service",
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
    "CityTooLargeForFiles",
    "CityTruthMissing",
    "CityWriterMissing",
    "CityWritten",
    "Finding",
    "Truth",
    "WorldSize",
    "check_city",
    "generate_city",
    "read_truth",
    "write_messy_files",
]
