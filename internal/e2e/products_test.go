package e2e

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// oauth2Proxy stands before an application that shows who it says comes.
func oauth2Proxy(t *testing.T, at place) *exec.Cmd {
	t.Helper()
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "Signed in as ", r.Header.Get("X-Forwarded-Email"))
	}))
	t.Cleanup(behind.Close)
	cmd := golang("github.com/oauth2-proxy/oauth2-proxy/v7")(t, at)
	cmd.Env = append(strings.Split(at.settings, "\n"),
		"OAUTH2_PROXY_CLIENT_SECRET="+at.secret, "OAUTH2_PROXY_COOKIE_SECRET="+rand.Text()[:16],
		"OAUTH2_PROXY_COOKIE_SECURE=false", "OAUTH2_PROXY_COOKIE_REFRESH=1s", // for a test on plain http that does not wait for minutes
		"OAUTH2_PROXY_HTTP_ADDRESS=127.0.0.1:"+at.port, "OAUTH2_PROXY_UPSTREAMS="+behind.URL)
	return cmd
}

// httpdConf is Apache with mod_auth_openidc: the first page lets everybody pass
// and says who came, the one of login asks for a person.
const httpdConf = `
ServerRoot {dir}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {dir}/pid
ErrorLog /dev/stderr
{modules}
DocumentRoot {dir}/www
TypesConfig /dev/null
DirectoryIndex index.shtml
AddType text/html .shtml
{settings}
<Directory {dir}/www>
	Options +Includes
	SetOutputFilter INCLUDES
	AuthType openid-connect
	Require valid-user
	OIDCUnAuthAction pass
</Directory>
<Location /login>
	OIDCUnAuthAction auth
	Redirect /login /
</Location>
`

const httpdPage = `<!--#if expr="v('OIDC_CLAIM_email') != ''" -->Signed in as <!--#echo var="OIDC_CLAIM_email" --><!--#else -->Signed out<!--#endif -->`

func modAuthOpenIDC(t *testing.T, at place) *exec.Cmd {
	t.Helper()
	const modules = "/usr/lib/apache2/modules/"
	if _, err := os.Stat(modules + "mod_auth_openidc.so"); err != nil {
		t.Skip("Debian's apache2-bin and libapache2-mod-auth-openidc are not installed")
	}
	dir := t.TempDir()
	var load strings.Builder
	for _, name := range strings.Fields("mpm_event authn_core authz_core authz_user mime dir include alias auth_openidc") {
		fmt.Fprintf(&load, "LoadModule %s_module %smod_%s.so\n", name, modules, name)
	}
	if err := os.Mkdir(filepath.Join(dir, "www"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "www", "index.shtml"), httpdPage)
	write(t, filepath.Join(dir, "httpd.conf"), strings.NewReplacer("{dir}", dir, "{port}", at.port, "{modules}", load.String(),
		"{settings}", at.settings).Replace(httpdConf))
	return exec.Command("/usr/sbin/apache2", "-X", "-f", filepath.Join(dir, "httpd.conf"))
}
