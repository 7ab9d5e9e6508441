"""Flask-pyoidc. It takes userinfo at sign-in and has a sign-out of its own."""

import os

import flask
from flask_pyoidc import OIDCAuthentication
from flask_pyoidc.provider_configuration import ClientMetadata, ProviderConfiguration
from flask_pyoidc.user_session import UserSession

APP = os.environ["APP_URL"]
app = flask.Flask(__name__)
app.config.update(OIDC_REDIRECT_URI=APP + "/redirect_uri", SECRET_KEY=os.urandom(32), SESSION_COOKIE_SECURE=False)
gatehouse = ProviderConfiguration(
    issuer=os.environ["OIDC_ISSUER"],
    client_metadata=ClientMetadata(
        client_id=os.environ["OIDC_CLIENT_ID"],
        client_secret=os.environ["OIDC_CLIENT_SECRET"],
        post_logout_redirect_uris=[APP + "/logout"],
    ),
    auth_request_params={"scope": ["openid", "profile", "email", "offline_access"]},
)
auth = OIDCAuthentication({"gatehouse": gatehouse}, app)


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
