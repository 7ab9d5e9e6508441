// The shop's orders in Express, with jose.
import express from 'express'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

const { ISSUER, AUDIENCE, OWNER, PORT } = process.env
const orders = new Map([['42', { id: '42', owner_id: OWNER }], ['43', { id: '43', owner_id: 'usr_somebody_else' }]])

const keys = createRemoteJWKSet(new URL(`${ISSUER}/.well-known/jwks.json`)) // cached; an unknown key is asked for twice a minute at most
const good = {
  issuer: ISSUER,
  audience: AUDIENCE,
  typ: 'at+jwt', // no ID token is one
  algorithms: ['ES256'],
  requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
}

// deny answers with a challenge (RFC 6750). Say what is wrong to the log, not to the caller.
function deny(res, status, error, description) {
  const more = error ? `, error="${error}", error_description="${description}"` : ''
  return res.status(status).set('WWW-Authenticate', `Bearer realm="shop"${more}`).json({ error, error_description: description })
}

async function caller(req, res, next) {
  const headers = req.headersDistinct.authorization ?? [] // req.headers hides a second one
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(headers[0] ?? '') ?? []
  if (headers.length > 1 || 'access_token' in req.query) {
    return deny(res, 400, 'invalid_request', 'Send one access token, in the Authorization header alone.')
  }
  if (!token) return deny(res, 401)
  try {
    if (token.length > 8192) throw new errors.JWTInvalid('too long')
    req.token = (await jwtVerify(token, keys, good)).payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) return deny(res, 401, 'invalid_token', 'The access token expired.')
    if (!(error instanceof errors.JOSEError) || ['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'].includes(error.code)) {
      return res.status(503).set('Retry-After', '1').json({ error: 'temporarily_unavailable' }) // the keys cannot be read
    }
    console.warn('access denied', error.code)
    return deny(res, 401, 'invalid_token', 'The access token is not valid here.')
  }
  next()
}

const may = (token, permission) => (token.permissions ?? []).includes(permission)
const mayOwn = (token, permission) => (token.permissions_own ?? []).includes(permission)

const app = express()
app.get('/orders/:id', caller, (req, res) => {
  const order = orders.get(req.params.id)
  const all = may(req.token, 'shop/orders:read')
  const own = mayOwn(req.token, 'shop/orders:read') && order?.owner_id === req.token.sub
  if (!all && !own) return deny(res, 403, 'insufficient_scope', 'This needs the permission shop/orders:read.')
  if (!order) return res.status(404).end()
  res.json(order)
})
app.listen(PORT, '127.0.0.1')
