"""Django settings: everything that differs between installations comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path

from shuxin.infra.database import django_databases
from shuxin.infra.settings import secret_key, settings_from_environment
from shuxin.portal.web.address import PublicAddress

_installation = settings_from_environment()
_address = PublicAddress.parse(os.environ.get("SHUXIN_URL", ""))

SECRET_KEY = secret_key(_installation, "django.key").hex()
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "shuxin.infra",
    "shuxin.parties",
    "shuxin.parties.accounts",
    "shuxin.consent",
    "shuxin.catalogue",
    "shuxin.fusion",
    "shuxin.verification",
    "shuxin.scoring",
    "shuxin.federation",
    "shuxin.market",
    "shuxin.lending",
    "shuxin.portal.linking",
]
DATABASES = django_databases(_installation)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEBUG = False
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
LOGGING_CONFIG = None

ROOT_URLCONF = "shuxin.portal.web.urls"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", _address.host, f"[{_address.host}]"]
MIDDLEWARE = [
    "shuxin.portal.web.middleware.headers",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shuxin.portal.web.middleware.session_limits",
    "shuxin.portal.web.middleware.Failures",
]
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parent / "web" / "templates"],
        "OPTIONS": {
            "builtins": ["shuxin.portal.web.words"],
            "context_processors": ["django.template.context_processors.request"],
        },
    }
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 4
FILE_UPLOAD_HANDLERS = ["shuxin.portal.web.uploads.PrivateFiles"]

# Sites of one machine differ by port only, which cookies do not know; under TLS each has a host of its own.
_cookie, _port = ("__Host-", "") if _address.tls else ("", str(_address.port))
SESSION_COOKIE_NAME = f"{_cookie}session{_port}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _address.tls
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_NAME = f"{_cookie}csrf{_port}"
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "shuxin.portal.web.problem.form_refused"
CSRF_TRUSTED_ORIGINS = [_address.origin]

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["shuxin.parties.accounts.backend.AccountBackend"]
SESSION_ENGINE = "shuxin.parties.accounts.session_store"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600
PASSWORD_HASHERS = ["shuxin.parties.accounts.hashing.Argon2"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name"]},
    },
]
