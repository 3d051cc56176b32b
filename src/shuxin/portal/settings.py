"""Django settings: everything that differs between installations comes from the environment."""

from __future__ import annotations

from shuxin.infra.database import django_databases
from shuxin.infra.settings import secret_key, settings_from_environment

_installation = settings_from_environment()

SECRET_KEY = secret_key(_installation, "django.key").hex()
INSTALLED_APPS = ["shuxin.consent", "shuxin.catalogue", "shuxin.fusion", "shuxin.scoring"]
DATABASES = django_databases(_installation)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEBUG = False
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
LOGGING_CONFIG = None
