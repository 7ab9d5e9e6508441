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
  const answer = await app.handleRedirectPromise({ navigateToLoginRequestUrl: false })
  if (answer) return location.replace('/')
  const [account] = app.getAllAccounts()
  if (location.pathname === '/login') return app.loginRedirect({ scopes })
  if (location.pathname === '/logout') return app.logoutRedirect({ account, idTokenHint: account.idToken })
  if (!account) {
    root.textContent = 'Signed out'
    return
  }
  const { idTokenClaims } = await app.acquireTokenSilent({ scopes, account })
  root.textContent = `Signed in as ${account.idTokenClaims.email ?? idTokenClaims.email ?? account.username}`
}

show().catch((error) => { root.textContent = `Refused: ${error.message}` })
