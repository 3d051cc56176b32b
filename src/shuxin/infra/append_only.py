"""Tables that state facts: rows are added, never changed, never deleted."""

from __future__ import annotations

from typing import Any

from django.db import models


class _AppendOnlyRows(models.QuerySet[Any]):
    def update(self, **_: Any) -> int:
        raise TypeError("facts are not changed: add a new row")

    def bulk_update(self, *_: Any, **__: Any) -> int:
        raise TypeError("facts are not changed: add a new row")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("facts are not deleted")


class AppendOnly(models.Model):
    """A fact (事实行): written once, then neither changed nor deleted."""

    objects = _AppendOnlyRows.as_manager()

    class Meta:  # Django's own name
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("facts are not changed: add a new row")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("facts are not deleted")
