"""``shuxin node``: a node, its peers, and joint jobs."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from shuxin.portal.bootstrap import start

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_MODULES = {
    **dict.fromkeys(("init", "card", "peer", "policy", "renew"), "node_setup"),
    **dict.fromkeys(("propose", "fields"), "node_propose"),
    **dict.fromkeys(("jobs", "approve", "refuse", "stop", "release", "result"), "node_jobs"),
    "doctor": "node_doctor",
    "run": "node_run",
}


_ONE_THREAD = "OPENBLAS_NUM_THREADS"
"""A second thread costs nearly as much again and gains little: jobs run side by side."""


def run(options: argparse.Namespace, language: Language) -> int:
    os.environ.setdefault(_ONE_THREAD, "1")
    start()  # what the modules import needs the database's models
    module = importlib.import_module(f"shuxin.portal.commands.{_MODULES[options.act]}")
    status: int = module.run(options, language)
    return status
