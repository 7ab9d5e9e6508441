import { useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { AuthProvider, useAuth } from 'react-oidc-context'

function App() {
  const auth = useAuth()
  const idle = !auth.isLoading && !auth.activeNavigator
  const stale = idle && auth.user?.expired
  useEffect(() => {
    if (!idle || auth.error) return
    if (location.pathname === '/login' && !auth.isAuthenticated) void auth.signinRedirect()
    else if (location.pathname === '/logout' && auth.user) void auth.signoutRedirect()
    else if (stale) void auth.signinSilent()
  }, [idle, stale])
  if (auth.error) return `Refused: ${auth.error.message}`
  if (!idle || stale) return 'Wait'
  return auth.isAuthenticated ? `Signed in as ${auth.user.profile.email}` : 'Signed out'
}

createRoot(document.getElementById('root')).render(
  <AuthProvider
    authority={OIDC_ISSUER}
    client_id={OIDC_CLIENT_ID}
    redirect_uri={`${APP_URL}/callback`}
    post_logout_redirect_uri={`${APP_URL}/`}
    scope="openid profile email offline_access"
    loadUserInfo
    automaticSilentRenew={false}
    onSigninCallback={() => history.replaceState({}, '', '/')}
  >
    <App />
  </AuthProvider>,
)
