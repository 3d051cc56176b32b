"""The first example of a law also pays for imports and tables: no deadline an example."""

from hypothesis import settings

settings.register_profile("resolution", deadline=None)
settings.load_profile("resolution")
