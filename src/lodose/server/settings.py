"""Django's settings, made from the environment by ``lodose.server.config``."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from lodose.server.config import read_config

CONFIG = read_config()
HERE = Path(__file__).parent

DEBUG = CONFIG.debug
SECRET_KEY = CONFIG.key("django")
ALLOWED_HOSTS = CONFIG.allowed_hosts
CSRF_TRUSTED_ORIGINS = [CONFIG.origin]
ROOT_URLCONF = "lodose.server.urls"
WSGI_APPLICATION = "lodose.server.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "lodose.server.accounts",
    "lodose.server.audit",
    "lodose.server.records",
    "lodose.server.care",
    "lodose.server.answers",
    "lodose.server.web",
    "lodose.server.api",
    "lodose.server.operations",
]

MIDDLEWARE = [
    "lodose.server.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lodose.server.accounts.middleware.SessionLimits",
    "lodose.server.accounts.middleware.SecondFactor",
    "lodose.server.web.middleware.OwnLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lodose.server.web.context.site",
            ],
        },
    }
]
FORM_RENDERER = "lodose.server.web.forms.renderer.Renderer"

DATABASES = {"default": CONFIG.database()}
# Rate limits and the guard against a code used twice must hold over all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "lodose_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
        # The library names accounts and addresses in its keys; hashed ones name nobody.
        "KEY_FUNCTION": "lodose.server.accounts.keys.cache_key",
    }
}

# Signing in -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "lodose.server.accounts.backends.Accounts",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:front"
ACCOUNT_ADAPTER = "lodose.server.accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "lodose.server.accounts.adapters.SocialAccountAdapter"
MFA_ADAPTER = "lodose.server.accounts.adapters.MFAAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional" if CONFIG.email_url else "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# Sign-up says nothing about an address that another account has: verification decides later.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_FORMS = {"signup": "lodose.server.accounts.forms.SignUpForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = not CONFIG.email_url  # without mail no address is ever verified
MFA_TOTP_ISSUER = CONFIG.site_name
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not CONFIG.is_https  # localhost only, by Config's own check
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "hospital",
                    "name": CONFIG.oidc_name,
                    "client_id": CONFIG.oidc_client,
                    "secret": CONFIG.oidc_secret,
                    "settings": {"server_url": CONFIG.oidc_server},
                }
            ],
        }
    }
    if CONFIG.oidc_server
    else {}
)
SOCIALACCOUNT_ONLY = False
# A form that leads to the hospital would be stopped by form-action 'self'; a link is not.
SOCIALACCOUNT_LOGIN_ON_GET = True
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if CONFIG.behind_proxy else 0

SESSION_ENGINE = "lodose.server.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 2 * 3600
SESSION_ABSOLUTE_SECONDS = 12 * 3600
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SECURE = CONFIG.is_https
CSRF_COOKIE_SECURE = CONFIG.is_https
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lodose.server.web.views.errors.expired"
DEVICE_COOKIE_NAME = "device"
DEVICE_DAYS = 90

# The wire ---------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.is_https else 0
SECURE_SSL_REDIRECT = False
X_FRAME_OPTIONS = "DENY"
if CONFIG.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.data / "static"
STATICFILES_DIRS: list[str] = []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_MAX_AGE = 31_536_000
WHITENOISE_ROOT = None

# Mail: none unless a server is named ------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = CONFIG.email_from
if CONFIG.email_url:
    from urllib.parse import unquote, urlsplit

    _mail = urlsplit(CONFIG.email_url)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or "localhost"
    EMAIL_PORT = _mail.port or 587
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_TLS = _mail.scheme == "smtp"
    EMAIL_USE_SSL = _mail.scheme == "smtps"

# Languages and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [HERE / "locale"]
FORMAT_MODULE_PATH = ["lodose.server.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Logs name events, never people, answers or addresses ------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "lodose.server.operations.logs.JsonLines"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["out"], "level": "WARNING"},
    "loggers": {
        "lodose": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "WARNING"},
    },
}

# Django's own admin is off unless asked for; it shows no health data.
ADMIN_SITE = CONFIG.admin_site
if ADMIN_SITE:
    # Simple: only what operations.admin registers, nothing found by itself.
    INSTALLED_APPS.append("django.contrib.admin.apps.SimpleAdminConfig")
SITE_NAME = CONFIG.site_name
EMERGENCY_NUMBER = CONFIG.emergency_number
BACK_FILL_DAYS = CONFIG.back_fill_days
SIGN_UP = CONFIG.sign_up
DEMONSTRATION = CONFIG.demonstration
SILENCED_SYSTEM_CHECKS = ["fields.W342"]
