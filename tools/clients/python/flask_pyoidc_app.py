"""Flask-pyoidc. It takes userinfo at sign-in and has a sign-out of its own."""

import os

import flask
from flask_pyoidc import OIDCAuthentication
from flask_pyoidc.provider_configuration import ClientMetadata, ProviderConfiguration
from flask_pyoidc.user_session import UserSession

app = flask.Flask(__name__)
# The browser asks for an icon beside each page: its answer must not bring an older session back.
app.config.update(SECRET_KEY=os.urandom(32), SESSION_COOKIE_SECURE=False, SESSION_REFRESH_EACH_REQUEST=False)
exec(os.environ["SETTINGS"])  # as docs/clients.md says: it makes auth


@app.get("/")
def home():
    if not flask.session.get("id_token"):
        return "Signed out"
    auth.valid_access_token()
    return "Signed in as " + UserSession(flask.session).userinfo["email"]


@app.get("/login")
@auth.oidc_auth("gatehouse")
def login():
    return flask.redirect("/")


@app.get("/logout")
@auth.oidc_logout
def logout():
    return "Signed out"


@auth.error_view
def refused(error=None, error_description=None):
    return f"Refused: {error} {error_description}", 403


@app.errorhandler(Exception)
def failed(error):
    return f"Refused: {error}", 500


app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
