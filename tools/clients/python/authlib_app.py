"""Authlib in Flask, with the settings that client create --for printed."""

import os
import time

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, request, session
from urllib.parse import urlencode

APP = os.environ["APP_URL"]
app = Flask(__name__)
app.secret_key = os.urandom(32)
exec(os.environ["SETTINGS"])  # as docs/clients.md says: it makes oauth
tokens = {}  # by sub: they are too long for a cookie


@app.get("/")
def home():
    if "sub" not in session or session["sub"] not in tokens:
        return "Signed out"
    token = tokens[session["sub"]]
    if token["expires_at"] < time.time() + 10:
        token = oauth.gatehouse.fetch_access_token(grant_type="refresh_token", refresh_token=token["refresh_token"])
        tokens[session["sub"]] = token
    return "Signed in as " + oauth.gatehouse.userinfo(token=token)["email"]


@app.get("/login")
def login():
    return oauth.gatehouse.authorize_redirect(APP + "/cb")


@app.get("/cb")
def callback():
    try:
        token = oauth.gatehouse.authorize_access_token()
    except Exception as error:
        return f"Refused: {error}", 403
    session["sub"] = token["userinfo"]["sub"]
    tokens[session["sub"]] = token
    return redirect("/")


@app.get("/logout")
def logout():
    token = tokens.pop(session.pop("sub"))
    end = oauth.gatehouse.load_server_metadata()["end_session_endpoint"]
    return redirect(end + "?" + urlencode({"id_token_hint": token["id_token"], "post_logout_redirect_uri": APP + "/"}))


app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
