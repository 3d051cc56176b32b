"""``shuxin node``: a node, its peers, and joint jobs."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HOLDER_FILE, acting_department, start

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_MODULES = {
    **dict.fromkeys(("init", "card", "peer", "policy", "categories", "renew"), "node_setup"),
    **dict.fromkeys(("propose", "fields"), "node_propose"),
    **dict.fromkeys(("jobs", "approve", "refuse", "stop", "release", "result"), "node_jobs"),
    **dict.fromkeys(("service", "score"), "node_service"),
    **dict.fromkeys(("worth", "calibrate"), "node_worth"),
    "doctor": "node_doctor",
    "models": "node_models",
    "run": "node_run",
}


_ONE_THREAD = "OPENBLAS_NUM_THREADS"
"""A second thread costs nearly as much again and gains little: jobs run side by side."""


_FOR_THE_PARTY = frozenset(
    {
        *("propose", "approve", "refuse", "stop", "release", "result", "models"),
        *("service", "score", "worth", "calibrate"),
    }
)


class DepartmentAccount(NotPermitted):
    code = "department_account"
    what = Text(
        en="this account works for the department '{department}' and does not act for the whole party",
        zh="本账户属于部门“{department}”，不能代表整个机构办理",
    )
    mend = Text(
        en="Let an account that is bound to no department do it",
        zh="请由未绑定部门的账户办理",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    """Joint jobs are the whole party's affair: an account of one department neither makes nor reads them."""
    os.environ.setdefault(_ONE_THREAD, "1")
    settings = start()  # what the modules import needs the database's models
    if options.act in _FOR_THE_PARTY and (settings.home / HOLDER_FILE).exists():
        department = acting_department(settings, asked="")
        if department:
            raise DepartmentAccount(department=department)
    module = importlib.import_module(f"shuxin.portal.commands.{_MODULES[options.act]}")
    status: int = module.run(options, language)
    return status
