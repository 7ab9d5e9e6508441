// better-auth with its generic OAuth plugin, and everything in memory. It keeps
// the tokens, refreshes them when they are asked for, and says where to sign out.
import { createServer } from 'node:http'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler, fromNodeHeaders } from 'better-auth/node'
import { genericOAuth } from 'better-auth/plugins'

const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, APP_URL, PORT } = process.env
const auth = betterAuth({
  baseURL: APP_URL,
  secret: crypto.randomUUID(),
  telemetry: { enabled: false },
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  onAPIError: { errorURL: `${APP_URL}/refused` },
  plugins: [genericOAuth({
    config: [{
      providerId: 'gatehouse',
      discoveryUrl: `${OIDC_ISSUER}/.well-known/openid-configuration`,
      clientId: OIDC_CLIENT_ID,
      clientSecret: OIDC_CLIENT_SECRET,
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      pkce: true,
      postLogoutRedirectURI: `${APP_URL}/`,
    }],
  })],
})

const api = toNodeHandler(auth)
createServer(async (req, res) => {
  const url = new URL(req.url, APP_URL)
  if (url.pathname.startsWith('/api/auth/')) return api(req, res)
  res.setHeader('content-type', 'text/html')
  try {
    const headers = fromNodeHeaders(req.headers)
    if (url.pathname === '/login') {
      const { response, headers: set } = await auth.api.signInSocial({
        body: { provider: 'gatehouse', callbackURL: '/', errorCallbackURL: '/refused' }, headers, returnHeaders: true,
      })
      res.setHeader('set-cookie', set.getSetCookie())
      return res.writeHead(303, { location: response.url }).end()
    }
    if (url.pathname === '/logout') {
      const { response, headers: set } = await auth.api.signOut({ headers, returnHeaders: true })
      res.setHeader('set-cookie', set.getSetCookie())
      return res.writeHead(303, { location: response.url }).end()
    }
    if (url.pathname === '/refused') return res.end(`Refused: ${url.search.replace(/[<>&]/g, ' ')}`)
    const session = await auth.api.getSession({ headers })
    if (!session) return res.end('Signed out')
    const [account] = await auth.api.listUserAccounts({ headers })
    await auth.api.getAccessToken({ body: { accountId: account.id }, headers })
    res.end(`Signed in as ${session.user.email}`)
  } catch (error) {
    console.error(error)
    res.writeHead(500).end(`Refused: ${error.message}`)
  }
}).listen(PORT, '127.0.0.1')
