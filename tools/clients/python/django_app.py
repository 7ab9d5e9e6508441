"""Django in one file, with mozilla-django-oidc or social-auth."""

import os
import sys
import tempfile
from urllib.parse import urlencode

from django.conf import settings

LIBRARY, APP, ISSUER = sys.argv[1], os.environ["APP_URL"], os.environ["OIDC_ISSUER"]
middleware = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
own = {"MIDDLEWARE": middleware}
exec(os.environ["SETTINGS"], {"os": os}, own)  # as docs/clients.md says
if LIBRARY == "mozilla-django-oidc":
    own["OIDC_OP_LOGOUT_URL_METHOD"] = __name__ + ".end_of"
    own["OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS"] = 1  # for a test that does not wait for minutes
    own["OIDC_EXEMPT_URLS"] = ["/favicon.ico"]
    own["ALLOW_LOGOUT_GET_METHOD"] = True
apps = {"mozilla-django-oidc": "mozilla_django_oidc", "social-auth": "social_django"}
database = os.path.join(tempfile.mkdtemp(), "db.sqlite3")
settings.configure(
    SECRET_KEY=os.urandom(32).hex(),
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", apps[LIBRARY]],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGIN_REDIRECT_URL="/",
    LOGIN_REDIRECT_URL_FAILURE="/refused",
    LOGOUT_REDIRECT_URL="/",
    **own,
)

import django  # noqa: E402

django.setup()

from django.contrib import auth  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import include, path  # noqa: E402


def end_session(id_token):
    return ISSUER + "/oauth2/logout?" + urlencode({"id_token_hint": id_token, "post_logout_redirect_uri": APP + "/"})


def end_of(request):
    """Where mozilla-django-oidc's own sign-out leads to."""
    return end_session(request.session["oidc_id_token"])


def connection(request):
    """What social-auth keeps of the person's tokens."""
    return request.user.social_auth.get(provider="oidc")


def home(request):
    if not request.user.is_authenticated:
        return HttpResponse("Signed out")
    if LIBRARY == "social-auth":
        from social_django.utils import load_strategy

        connection(request).get_access_token(load_strategy(request))  # it refreshes what is over
    return HttpResponse("Signed in as " + request.user.email)


def logout(request):
    """Sign-out at both ends, for social-auth, which has its own end only."""
    end = end_session(connection(request).extra_data["id_token"])
    auth.logout(request)
    return HttpResponseRedirect(end)


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
        path("logout", logout),
    ]
else:
    urlpatterns += [
        path("oidc/", include("mozilla_django_oidc.urls")),
        path("login", lambda request: HttpResponseRedirect("/oidc/authenticate/")),
    ]

call_command("migrate", verbosity=0)
call_command("runserver", "127.0.0.1:" + os.environ["PORT"], use_reloader=False)
