"""All settings come from the environment; README's table lists them with their defaults."""

import ipaddress
import secrets
from datetime import timedelta
from pathlib import Path

import environ
import pghistory
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]

# The demo organisation is public knowledge, so it may only be reached from this machine.
DEMO = env.bool("DEMO", default=False)
DEVELOPMENT = env.bool("DEVELOPMENT", default=False)
DEBUG = DEVELOPMENT and env.bool("DEBUG", default=False)
LOCAL = DEMO or DEVELOPMENT
HOST = env("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


if LOCAL and not _is_loopback(HOST):
    raise ImproperlyConfigured(
        f"Demo and development mode listen on loopback only, but HOST is {HOST}. "
        "Unset DEMO and DEVELOPMENT to serve a network."
    )

SECRET_KEY = env("SECRET_KEY", default=secrets.token_urlsafe(50) if LOCAL else "")
if not LOCAL and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("Set SECRET_KEY to a random text of at least 50 characters.")

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if LOCAL else []
)
if not LOCAL and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "Set ALLOWED_HOSTS to the names this portal is served under, not to *."
    )

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "knox",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_prometheus",
    "changeoffice.runtime",
    "changeoffice.core.people",
    "changeoffice.core.access",
    "changeoffice.core.outbox",
    "changeoffice.core.record",
    "changeoffice.core.talk",
    "changeoffice.core.notify",
    "changeoffice.core.approvals",
    "changeoffice.core.jobs",
    "changeoffice.core.administration",
    "changeoffice.core.accounts",
    "changeoffice.core.imports",
    "changeoffice.core.doors",
    "changeoffice.organisation",
    "changeoffice.calendar",
    "ideation",
    "demand",
    "portfolio",
    "practices.finance",
    "practices.improvement",
    "practices.change",
    "changeoffice.insight",
    "changeoffice.first_run",
    "changeoffice.demo",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "changeoffice.core.doors.middleware.DoorMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "changeoffice.config.urls"
WSGI_APPLICATION = "changeoffice.config.wsgi.application"

LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "changeoffice.config.navigation.shell",
            ],
            "builtins": ["django.templatetags.static", "changeoffice.core.doors.templatetags.ui"],
            "loaders": [("django.template.loaders.cached.Loader", LOADERS)],
        },
    }
]

# ── data ─────────────────────────────────────────────────────────────────────────────────────
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///changeoffice")}
# The application's role may not change history; migrations run as the schema's owner.
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL", default="")
DATABASE_APP_ROLE = env("DATABASE_APP_ROLE", default="")
DATABASES["default"] |= {
    "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": env.bool("PGBOUNCER", default=False),
}
# A session whose client died lets go of its locks within seconds, also in the midst of a statement.
DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5} | DATABASES["default"].get("OPTIONS", {})
# Trying each order of eight joins takes the planner 12 ms on a page; of six, 3, for the same plan.
DATABASES["default"]["OPTIONS"]["options"] = (
    "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c jit=off"
    " -c client_connection_check_interval=5s -c join_collapse_limit=6"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")

PGHISTORY_APPEND_ONLY = True
PGHISTORY_CREATED_AT_FUNCTION = "office_now()"
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_BASE_MODEL = "changeoffice.core.tracking.HistoryRow"
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=False)
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = True

# Nothing in a request needs a shared cache; the database is the truth.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# ── people and sessions ──────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_ADAPTER = "changeoffice.core.accounts.adapter.Adapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/sign-in"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# The lock-out per account counts in the database; these only slow guessing across accounts.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip"}
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
ACCOUNT_USER_DISPLAY = str
AXES_FAILURE_LIMIT = env.int("SIGN_IN_ATTEMPTS", default=8)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("SIGN_IN_LOCKOUT_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "changeoffice.core.accounts.lockout.locked_out"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "changeoffice.core.accounts.lockout.attempted_name"
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "changeoffice.core.doors.pages.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# ── transport ────────────────────────────────────────────────────────────────────────────────
if not LOCAL:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = (
        ("HTTP_X_FORWARDED_PROTO", "https") if AXES_IPWARE_PROXY_COUNT else None
    )
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SELF = "'self'"
NONE = "'none'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        # Computed widths (bars, tracks) are style attributes; style elements stay forbidden.
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = {
    feature: [] for feature in ("camera", "geolocation", "microphone", "payment", "usb")
}

# ── files ────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "var" / "collected"))
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "static_build"]
STATICFILES_DIRS = [folder for folder in STATICFILES_DIRS if folder.exists()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LOCAL
DATA_DIR = Path(env("CHANGEOFFICE_DATA", default=str(BASE_DIR / "var")))
MEDIA_ROOT = env("MEDIA_ROOT", default=str(DATA_DIR / "attachments"))
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=20 * 1024 * 1024)
ATTACHMENTS_MAX_BYTES_A_PERSON = env.int("ATTACHMENTS_MAX_BYTES_A_PERSON", default=2 * 1024**3)
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=50 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# ── language and time ────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# ── mail ─────────────────────────────────────────────────────────────────────────────────────
EMAIL_URL = env("EMAIL_URL", default="filemail://" if LOCAL else "")
if not LOCAL and not EMAIL_URL:
    raise ImproperlyConfigured("Set EMAIL_URL, for example smtp+tls://user:password@host:587.")
vars().update(env.email_url_config(EMAIL_URL))
if EMAIL_URL.startswith("filemail"):
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="change-office@localhost")
# Where demands come in by e-mail, and the mail server whose check of a sender is believed.
DEMAND_MAILBOX = env("DEMAND_MAILBOX", default="")
DEMAND_MAIL_AUTHORITY = env("DEMAND_MAIL_AUTHORITY", default="")
SITE_URL = env("SITE_URL", default=f"http://{HOST}:{PORT}" if LOCAL else "")
if not LOCAL and not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured("Set SITE_URL to the portal's public https:// address.")
SITE_URL = SITE_URL.rstrip("/")

# ── worker ───────────────────────────────────────────────────────────────────────────────────
CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Above the longest time limit, or a long task would be delivered twice.
    "visibility_timeout": 1200,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "health_check_interval": 25,
}

# ── API ──────────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "changeoffice.core.doors.api.authentication.TokenAuthentication",
        "changeoffice.core.doors.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["changeoffice.core.doors.api.authentication.ScopePermission"],
    "DEFAULT_RENDERER_CLASSES": ["changeoffice.core.doors.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "changeoffice.core.doors.api.schema.Schema",
    "DEFAULT_THROTTLE_CLASSES": ["changeoffice.core.doors.api.limits.TokenLimit"],
    "EXCEPTION_HANDLER": "changeoffice.core.doors.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# How often one person may do the same, in a minute and in an hour, by page or API.
MOST = {"SUBMIT": (6, 40), "COMMENT": (15, 200), "VOTE": (40, 600), "REPORT": (6, 40)}
PACES = {act.lower(): (env.int(f"{act}S_PER_MINUTE", default=n), env.int(f"{act}S_PER_HOUR", default=m))
         for act, (n, m) in MOST.items()}  # fmt: skip
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=1200)
KNOX_TOKEN_MODEL = "access.ApiToken"
MIGRATION_MODULES = {"knox": None}  # its own token table would stand empty beside ours
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": timedelta(days=365),
    "TOKEN_PREFIX": "co_",
    "USER_SERIALIZER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Change Office API",
    "DESCRIPTION": "Every business act a page offers, through the same verbs and the same rules.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "changeoffice.core.doors.api.schema.finish",
    ],
    # Fields of one name with different choices, named for what they belong to.
    "ENUM_NAME_OVERRIDES": {
        "DemandTypeEnum": "demand.models.vocabulary.DemandType",
        "ChangeTypeEnum": "practices.change.models.Type",
        "ChangeCategoryEnum": "practices.change.models.Category",
        "CostCategoryEnum": "practices.finance.models.Category",
        "ConfigurationItemTypeEnum": "changeoffice.organisation.models.ConfigurationItem.Type",
    },
}

# Empty: /metrics answers this machine only. Set: it answers whoever sends it as a bearer token.
METRICS_TOKEN = env("METRICS_TOKEN", default="")

SILENCED_SYSTEM_CHECKS = []
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"axes": {"level": "WARNING"}},
}
