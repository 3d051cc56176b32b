"""The only door of the synthetic city (合成城市)."""

from shuxin.city.scale import CitySeedInvalid, Size
from shuxin.city.service import (
    CityFile,
    CityFiles,
    CityFolderInUse,
    CityWriterMissing,
    write_messy_files,
)
from shuxin.city.truth import CityTruthMissing, Truth, read_truth

__all__ = [
    "CityFile",
    "CityFiles",
    "CityFolderInUse",
    "CitySeedInvalid",
    "CityTruthMissing",
    "CityWriterMissing",
    "Size",
    "Truth",
    "read_truth",
    "write_messy_files",
]
