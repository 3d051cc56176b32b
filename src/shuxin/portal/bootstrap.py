"""Wiring: Django is set up, the database brought up to date, and the rooms' protocols filled."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

import django
from django.apps import apps
from django.core.management import call_command

from shuxin.consent.api import ALL_SUBJECTS, Purpose, recorded_own_data
from shuxin.infra.api import settings_from_environment

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.consent.api import OwnDataPolicy, Permit
    from shuxin.infra.api import Settings


def start() -> Settings:
    """Make this process ready for the rooms; safe to call twice."""
    settings = settings_from_environment()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuxin.portal.settings")
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
    return settings


def own_data_policy() -> OwnDataPolicy:
    """Who may read until authorisations are built: the person at this machine, for the holder's own work."""
    return recorded_own_data(
        reader=operator(),
        purposes=frozenset(
            {
                Purpose.DATA_QUALITY,
                Purpose.ENTITY_RESOLUTION,
                Purpose.OWN_CUSTOMER_VIEW,
                Purpose.MODEL_TRAINING,
                Purpose.CREDIT_DECISION,
            }
        ),
        highest_level=3,
    )


def permit_for_all(purpose: Purpose, *, now: datetime) -> Permit:
    """Leave to read everybody's data, recorded. Raises PurposeNotOwn."""
    return own_data_policy().permit(subject=ALL_SUBJECTS, purpose=purpose, now=now)


def permit_for_one(who: str, *, purpose: Purpose, now: datetime) -> Permit:
    """Find the entity behind a code, number or name, and leave to read its data; both uses recorded.

    The entity is the permit's subject. Raises PurposeNotOwn, EnterpriseUnknown, NameShared.
    """
    from shuxin.fusion.api import find_entity  # noqa: PLC0415 - heavy

    entity = find_entity(who, permit=permit_for_all(purpose, now=now))
    return own_data_policy().permit(subject=entity, purpose=purpose, now=now)


def operator() -> str:
    """The account that runs this command, for records of who accepted and who read."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
