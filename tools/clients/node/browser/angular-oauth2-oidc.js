// angular-oauth2-oidc in an application of Angular without components.
import '@angular/compiler' // nothing compiled the library's classes ahead of time
import { createApplication } from '@angular/platform-browser'
import { provideHttpClient } from '@angular/common/http'
import { OAuthService, provideOAuthClient } from 'angular-oauth2-oidc'

const root = document.getElementById('root')

async function show() {
  const { injector } = await createApplication({ providers: [provideHttpClient(), provideOAuthClient()] })
  const auth = injector.get(OAuthService)
  auth.configure({
    issuer: OIDC_ISSUER,
    clientId: OIDC_CLIENT_ID,
    responseType: 'code',
    redirectUri: `${APP_URL}/callback`,
    postLogoutRedirectUri: `${APP_URL}/`,
    scope: 'openid profile email offline_access',
    requireHttps: false, // the test is on plain http
    timeoutFactor: 1,
    clockSkewInSec: 0,
  })
  await auth.loadDiscoveryDocument()
  switch (location.pathname) {
    case '/login': return auth.initCodeFlow()
    case '/logout': return auth.logOut()
    case '/callback':
      await auth.tryLoginCodeFlow()
      return location.replace('/')
  }
  if (!auth.getIdentityClaims()) { // an ID token that it refused leaves an access token behind
    root.textContent = 'Signed out'
    return
  }
  if (!auth.hasValidAccessToken()) await auth.refreshToken()
  const { info } = await auth.loadUserProfile()
  root.textContent = `Signed in as ${info.email}`
}

show().catch((error) => { root.textContent = `Refused: ${error?.message ?? JSON.stringify(error)}` })
