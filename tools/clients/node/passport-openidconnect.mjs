// passport-openidconnect in Express. It neither refreshes nor signs out: the application
// refreshes by the strategy's own client, as passport-oauth2-refresh does.
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'
import { promisify } from 'node:util'

const { OIDC_ISSUER, APP_URL, PORT, SETTINGS } = process.env
eval(SETTINGS) // as docs/clients.md says: it uses the strategy
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))
const client = passport._strategy('openidconnect')._oauth2
const exchange = (token) => new Promise((resolve, reject) => client.getOAuthAccessToken(token, { grant_type: 'refresh_token' },
  (error, accessToken, refreshToken, rest) => (error ? reject(new Error(error.data)) : resolve({ accessToken, refreshToken, ...rest }))))

const app = express()
app.use(session({ secret: crypto.randomUUID(), resave: false, saveUninitialized: false }))
app.use(passport.session())
app.get('/', async (req, res) => {
  if (!req.user) return res.send('Signed out')
  const { accessToken, refreshToken } = await exchange(req.user.refreshToken) // it does not say when the access token ends
  await promisify(req.login.bind(req))({ ...req.user, accessToken, refreshToken })
  res.send(`Signed in as ${req.user.emails[0].value}`)
})
app.get('/login', passport.authenticate('openidconnect'))
app.get('/cb', (req, res, next) => passport.authenticate('openidconnect', (error, user, info) => {
  if (error || !user) return res.status(403).send(`Refused: ${error?.message ?? info?.message}`)
  req.login(user, (failed) => (failed ? next(failed) : res.redirect('/')))
})(req, res, next))
app.get('/logout', async (req, res) => {
  const end = new URL(`${OIDC_ISSUER}/oauth2/logout`)
  end.search = new URLSearchParams({ id_token_hint: req.user.idToken, post_logout_redirect_uri: `${APP_URL}/` })
  await promisify(req.logout.bind(req))()
  res.redirect(end)
})
app.use((error, req, res, next) => res.status(500).send(`Refused: ${error.message}`))
app.listen(PORT, '127.0.0.1')
