// Auth.js in Express. It refreshes nothing by itself, and its sign-out ends its own
// session only: the application keeps the tokens and does both.
import express from 'express'
import * as auth from '@auth/express'

const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, APP_URL, PORT, SETTINGS } = process.env
const kept = new Map() // by session: the cookie is not written again where the page is made
let config
const ExpressAuth = (settings) => {
  config = {
    ...settings,
    secret: crypto.randomUUID(),
    callbacks: {
      jwt({ token, account }) {
        if (account) kept.set(token.sub, account)
        return token
      },
      session: ({ session, token }) => ({ ...session, id: token.sub }),
    },
  }
  return auth.ExpressAuth(config)
}

async function refresh(id) {
  const old = kept.get(id)
  const answer = await fetch(`${OIDC_ISSUER}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token', refresh_token: old.refresh_token, client_id: OIDC_CLIENT_ID, client_secret: OIDC_CLIENT_SECRET,
    }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  const tokens = await answer.json()
  kept.set(id, { ...old, ...tokens, expires_at: Date.now() / 1000 + tokens.expires_in })
}

const app = express()
eval(SETTINGS) // as docs/clients.md says: it uses ExpressAuth
app.get('/', async (req, res) => {
  const session = await auth.getSession(req, config)
  if (!session?.user) return res.send('Signed out')
  if (kept.get(session.id).expires_at < Date.now() / 1000 + 10) await refresh(session.id)
  res.send(`Signed in as ${session.user.email}`)
})
app.get('/logout', async (req, res) => {
  const session = await auth.getSession(req, config)
  for (const [name] of (req.headers.cookie ?? '').matchAll(/authjs\.session-token[^=]*/g)) res.clearCookie(name) // a long one is in pieces
  const end = new URL(`${OIDC_ISSUER}/oauth2/logout`)
  end.search = new URLSearchParams({ id_token_hint: kept.get(session.id).id_token, post_logout_redirect_uri: `${APP_URL}/` })
  kept.delete(session.id)
  res.redirect(end)
})
app.use((error, req, res, next) => res.status(500).send(`Refused: ${error.message}`))
app.listen(PORT, '127.0.0.1')
