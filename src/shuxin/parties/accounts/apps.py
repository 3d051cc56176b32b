"""Sign-in as a Django application of its own."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Roles come from the parties, so Django's tables of permissions stay empty, and migrating stays quick."""

    name = "shuxin.parties.accounts"
    label = "accounts"

    def ready(self) -> None:
        post_migrate.disconnect(
            create_permissions, dispatch_uid="django.contrib.auth.management.create_permissions"
        )
        post_migrate.disconnect(create_contenttypes)
