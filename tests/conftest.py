"""An installation of the tests' own, and laws that are judged by what they find, never by the clock."""

import os
import tempfile

from hypothesis import settings

if not os.environ.get("SHUXIN_HOME"):
    os.environ["SHUXIN_HOME"] = tempfile.mkdtemp(prefix="shuxin-tests-")

settings.register_profile("shuxin", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=300)  # make soak
settings.load_profile("shuxin")
