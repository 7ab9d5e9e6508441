"""Django in one file, with mozilla-django-oidc or social-auth."""

import os
import sys
import tempfile

from django.conf import settings

LIBRARY = sys.argv[1]
ISSUER, APP = os.environ["OIDC_ISSUER"], os.environ["APP_URL"]
ID, SECRET = os.environ["OIDC_CLIENT_ID"], os.environ["OIDC_CLIENT_SECRET"]

libraries = {
    "mozilla-django-oidc": dict(
        apps=["mozilla_django_oidc"],
        AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
        OIDC_RP_CLIENT_ID=ID,
        OIDC_RP_CLIENT_SECRET=SECRET,
        OIDC_RP_SIGN_ALGO="RS256",
        OIDC_RP_SCOPES="openid profile email",
        OIDC_USE_PKCE=True,
        OIDC_OP_AUTHORIZATION_ENDPOINT=ISSUER + "/oauth2/authorize",
        OIDC_OP_TOKEN_ENDPOINT=ISSUER + "/oauth2/token",
        OIDC_OP_USER_ENDPOINT=ISSUER + "/oauth2/userinfo",
        OIDC_OP_JWKS_ENDPOINT=ISSUER + "/.well-known/jwks.json",
    ),
    "social-auth": dict(
        apps=["social_django"],
        AUTHENTICATION_BACKENDS=["social_core.backends.open_id_connect.OpenIdConnectAuth"],
        SOCIAL_AUTH_OIDC_OIDC_ENDPOINT=ISSUER,
        SOCIAL_AUTH_OIDC_KEY=ID,
        SOCIAL_AUTH_OIDC_SECRET=SECRET,
        SOCIAL_AUTH_OIDC_SCOPE=["openid", "profile", "email"],
    ),
}
own = libraries[LIBRARY]
database = os.path.join(tempfile.mkdtemp(), "db.sqlite3")
settings.configure(
    SECRET_KEY=os.urandom(32).hex(),
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", *own.pop("apps")],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGIN_REDIRECT_URL="/",
    LOGIN_REDIRECT_URL_FAILURE="/refused",
    LOGOUT_REDIRECT_URL="/",
    **own,
)

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import include, path  # noqa: E402


def home(request):
    if not request.user.is_authenticated:
        return HttpResponse("Signed out")
    return HttpResponse("Signed in as " + request.user.email)


def refused(request):
    return HttpResponse("Refused", status=403)


def failed(request):
    return HttpResponse("Refused: " + repr(sys.exc_info()[1]), status=500)


handler500 = failed
urlpatterns = [path("", home), path("refused", refused)]
if LIBRARY == "social-auth":
    urlpatterns += [
        path("", include("social_django.urls", namespace="social")),
        path("login", lambda request: HttpResponse('<form method="post" action="/login/oidc/"><button>Sign in</button></form>')),
    ]
else:
    urlpatterns += [
        path("oidc/", include("mozilla_django_oidc.urls")),
        path("login", lambda request: HttpResponseRedirect("/oidc/authenticate/")),
    ]

call_command("migrate", verbosity=0)
call_command("runserver", "127.0.0.1:" + os.environ["PORT"], use_reloader=False)
