// openid-client 5 in Express.
import express from 'express'
import session from 'express-session'
import { Issuer, generators } from 'openid-client-5'

const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, APP_URL, PORT } = process.env
const issuer = await Issuer.discover(OIDC_ISSUER)
const client = new issuer.Client({
  client_id: OIDC_CLIENT_ID,
  client_secret: OIDC_CLIENT_SECRET,
  redirect_uris: [`${APP_URL}/cb`],
  post_logout_redirect_uris: [`${APP_URL}/`],
  response_types: ['code'],
})

const app = express()
app.use(session({ secret: crypto.randomUUID(), resave: false, saveUninitialized: true }))

app.get('/', async (req, res) => {
  let { tokens, sub } = req.session
  if (!tokens) return res.send('Signed out')
  if (tokens.expires_at < Date.now() / 1000 + 10) {
    tokens = { ...tokens, ...(await client.refresh(tokens.refresh_token)) }
    req.session.tokens = tokens
  }
  const person = await client.userinfo(tokens.access_token)
  if (person.sub !== sub) throw new Error('userinfo is about somebody else')
  res.send(`Signed in as ${person.email}`)
})

app.get('/login', (req, res) => {
  const verifier = generators.codeVerifier()
  req.session.checks = { state: generators.state(), nonce: generators.nonce(), code_verifier: verifier }
  res.redirect(client.authorizationUrl({
    scope: 'openid profile email offline_access',
    state: req.session.checks.state,
    nonce: req.session.checks.nonce,
    code_challenge: generators.codeChallenge(verifier),
    code_challenge_method: 'S256',
  }))
})

app.get('/cb', async (req, res) => {
  const tokens = await client.callback(`${APP_URL}/cb`, client.callbackParams(req), req.session.checks)
  req.session.tokens = tokens
  req.session.sub = tokens.claims().sub
  res.redirect('/')
})

app.get('/logout', (req, res) => {
  const url = client.endSessionUrl({ id_token_hint: req.session.tokens.id_token, post_logout_redirect_uri: `${APP_URL}/` })
  req.session.destroy(() => res.redirect(url))
})

app.use((error, req, res, next) => res.status(500).send(`Refused: ${error.message}`))
app.listen(PORT, '127.0.0.1')
