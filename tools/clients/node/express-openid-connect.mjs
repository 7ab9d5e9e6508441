// express-openid-connect, with its own /login, /callback and /logout.
import express from 'express'
import openid from 'express-openid-connect'

const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, APP_URL, PORT } = process.env
const app = express()
app.use(openid.auth({
  issuerBaseURL: OIDC_ISSUER,
  baseURL: APP_URL,
  clientID: OIDC_CLIENT_ID,
  clientSecret: OIDC_CLIENT_SECRET,
  secret: crypto.randomUUID(),
  authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
  idpLogout: true,
  authRequired: false,
}))

app.get('/', async (req, res) => {
  if (!req.oidc.isAuthenticated()) return res.send('Signed out')
  if (req.oidc.accessToken.isExpired()) await req.oidc.accessToken.refresh()
  const person = await req.oidc.fetchUserInfo()
  res.send(`Signed in as ${person.email}`)
})

app.use((error, req, res, next) => res.status(500).send(`Refused: ${error.message}`))
app.listen(PORT, '127.0.0.1')
