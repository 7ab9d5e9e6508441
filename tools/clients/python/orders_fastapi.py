"""The shop's orders in FastAPI, with PyJWT."""

import logging
import os
import re

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]
ORDERS = {
    "42": {"id": "42", "owner_id": os.environ["OWNER"]},
    "43": {"id": "43", "owner_id": "usr_somebody_else"},
}

keys = jwt.PyJWKClient(ISSUER + "/.well-known/jwks.json", timeout=5)  # cached for five minutes
app = FastAPI()


def denied(status, error=None, description=None):
    """A refusal with its challenge (RFC 6750). What exactly is wrong is for the log."""
    more = f', error="{error}", error_description="{description}"' if error else ""
    return HTTPException(status, description, {"WWW-Authenticate": 'Bearer realm="shop"' + more})


def caller(request: Request) -> dict:
    headers = request.headers.getlist("authorization")
    if len(headers) > 1 or "access_token" in request.query_params:
        raise denied(400, "invalid_request", "Send one access token, in the Authorization header alone.")
    match = re.fullmatch(r"Bearer +([\w.~+/-]+=*)", headers[0] if headers else "", re.I | re.A)
    if not match:
        raise denied(401)
    try:
        return claims_of(match[1])
    except jwt.ExpiredSignatureError:
        raise denied(401, "invalid_token", "The access token expired.")
    except jwt.PyJWKClientConnectionError:
        raise HTTPException(503, headers={"Retry-After": "1"})
    except jwt.PyJWTError as error:
        logging.warning("access denied: %s", type(error).__name__)
        raise denied(401, "invalid_token", "The access token is not valid here.")


def claims_of(token: str) -> dict:
    if len(token) > 8192:
        raise jwt.InvalidTokenError("too long")
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":  # no ID token is one
        raise jwt.InvalidTokenError("this is no access token")
    return jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["ES256"],
        issuer=ISSUER,
        audience=AUDIENCE,
        options={"require": ["exp", "iat", "iss", "aud", "sub", "client_id", "jti"]},
    )


@app.get("/orders/{number}")
def order(number: str, token: dict = Depends(caller)):
    found = ORDERS.get(number)
    everywhere = "shop/orders:read" in token.get("permissions", [])
    own = "shop/orders:read" in token.get("permissions_own", []) and found and found["owner_id"] == token["sub"]
    if not everywhere and not own:
        raise denied(403, "insufficient_scope", "This needs the permission shop/orders:read.")
    if not found:
        raise HTTPException(404)
    return found
