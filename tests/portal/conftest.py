"""What tests of the portal share."""

from tests.portal.demo.world import demo_world

__all__ = ["demo_world"]
