"""What every command does before its own work."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from shuxin.portal.bootstrap import _is_migrated

pytestmark = pytest.mark.django_db


class TestMigrations:
    def test_are_made_when_one_is_missing(self) -> None:
        assert _is_migrated()
        recorder = MigrationRecorder(connection)
        app, name = max(made for made in recorder.applied_migrations() if made[0] == "federation")
        recorder.record_unapplied(app, name)
        assert not _is_migrated()
