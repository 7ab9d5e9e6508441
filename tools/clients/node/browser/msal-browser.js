import { ProtocolMode, PublicClientApplication } from '@azure/msal-browser'

const scopes = ['openid', 'profile', 'email', 'offline_access']
const root = document.getElementById('root')

async function show() {
  const app = new PublicClientApplication({
    auth: {
      clientId: OIDC_CLIENT_ID,
      authority: OIDC_ISSUER,
      knownAuthorities: [new URL(OIDC_ISSUER).host],
      redirectUri: `${APP_URL}/callback`,
      postLogoutRedirectUri: `${APP_URL}/`,
    },
    system: { protocolMode: ProtocolMode.OIDC },
  })
  await app.initialize()
  const back = await app.handleRedirectPromise({ navigateToLoginRequestUrl: false })
  if (back) return location.replace('/')
  const [account] = app.getAllAccounts()
  if (location.pathname === '/login') return app.loginRedirect({ scopes })
  if (location.pathname === '/logout') return app.logoutRedirect({ account, idTokenHint: account.idToken })
  if (!account) {
    root.textContent = 'Signed out'
    return
  }
  const { accessToken } = await app.acquireTokenSilent({ scopes, account })
  const answer = await fetch(`${OIDC_ISSUER}/oauth2/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })
  const { sub, email } = await answer.json()
  if (sub !== account.idTokenClaims.sub || email !== account.idTokenClaims.email) throw new Error('userinfo is about somebody else')
  root.textContent = `Signed in as ${email}`
}

show().catch((error) => { root.textContent = `Refused: ${error.message}` })
