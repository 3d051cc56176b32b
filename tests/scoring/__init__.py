"""A package, so that the office of conftest.py lasts as long as these tests and no longer."""
