"""Django in one file, with mozilla-django-oidc or social-auth."""

import os
import sys
import tempfile

from django.conf import settings

LIBRARY = sys.argv[1]
own = {}
exec(os.environ["SETTINGS"], {"os": os}, own)  # as docs/clients.md says
apps = {"mozilla-django-oidc": "mozilla_django_oidc", "social-auth": "social_django"}
database = os.path.join(tempfile.mkdtemp(), "db.sqlite3")
settings.configure(
    SECRET_KEY=os.urandom(32).hex(),
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", apps[LIBRARY]],
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
