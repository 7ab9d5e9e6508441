// Auth.js in Express. It takes the person from the ID token, keeps no refresh
// token by itself, and its sign-out ends its own session only.
import express from 'express'
import { ExpressAuth, getSession } from '@auth/express'

const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, PORT } = process.env
const config = {
  trustHost: true,
  secret: crypto.randomUUID(),
  providers: [{
    id: 'gatehouse',
    name: 'Gatehouse',
    type: 'oidc',
    issuer: OIDC_ISSUER,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    authorization: { params: { scope: 'openid profile email offline_access' } },
    checks: ['pkce', 'state', 'nonce'],
  }],
}

const app = express()
app.use('/auth', ExpressAuth(config))
app.get('/', async (req, res) => {
  const session = await getSession(req, config)
  res.send(session?.user ? `Signed in as ${session.user.email}` : 'Signed out')
})
app.listen(PORT, '127.0.0.1')
