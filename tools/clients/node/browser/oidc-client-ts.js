import { UserManager } from 'oidc-client-ts'

const manager = new UserManager({
  authority: OIDC_ISSUER,
  client_id: OIDC_CLIENT_ID,
  redirect_uri: `${APP_URL}/callback`,
  post_logout_redirect_uri: `${APP_URL}/`,
  scope: 'openid profile email offline_access',
  loadUserInfo: true,
  automaticSilentRenew: false,
})

async function show() {
  switch (location.pathname) {
    case '/login': return manager.signinRedirect()
    case '/logout': return manager.signoutRedirect()
    case '/callback':
      await manager.signinCallback()
      return location.replace('/')
  }
  let user = await manager.getUser()
  if (user?.expired) user = await manager.signinSilent()
  root.textContent = user ? `Signed in as ${user.profile.email}` : 'Signed out'
}

const root = document.getElementById('root')
show().catch((error) => { root.textContent = `Refused: ${error.message}` })
