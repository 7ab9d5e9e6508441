"""An API in Flask with PyJWT."""

import os

import flask
import jwt

exec(os.environ["SETTINGS"])  # as docs/clients.md says: it makes claims_of
app = flask.Flask(__name__)


@app.get("/")
def home():
    scheme, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return "Whose token?", 401, {"WWW-Authenticate": "Bearer"}
    try:
        return "Hello " + claims_of(token)["client_id"]
    except jwt.PyJWTError as error:
        return str(error), 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}


app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
