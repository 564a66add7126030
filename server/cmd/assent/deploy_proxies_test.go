package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestProxiesOfDeploy puts the proxies of deploy/proxy before a server, over TLS, and looks from both sides.
func TestProxiesOfDeploy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		start func(t *testing.T, upstream string) int
		keeps bool // Scripts, for when the server is away.
	}{"nginx": {startNginx, true}, "Caddy": {startCaddy, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			added := addSite(t, data)
			p := startProgram(t, data, "ASSENT_TRUSTED_PROXY=127.0.0.1")
			p.serves(added)
			between := lookOn(t, p)
			v := proxied{t: t, client: clientOf(c.start(t, between.address)), site: added}

			v.awaitCertificates()
			v.checkOuterAddress()
			v.checkFirstPartyPath()
			for _, address := range between.forwarded() {
				if address != "127.0.0.1" {
					t.Errorf("the server is told the address %q", address)
				}
			}
			if !c.keeps {
				return
			}
			if err := p.end(os.Kill); err == nil {
				t.Fatal("killed, and ended well")
			}
			if answer, _ := v.ask(http.MethodGet, "https://assent.example.com"+added.Script, nil); answer.StatusCode != http.StatusOK {
				t.Errorf("script without the server: %s", answer.Status)
			}
		})
	}
}

// onlooker stands between a proxy and the server, and remembers whom the proxy says to speak for.
type onlooker struct {
	address string
	mu      sync.Mutex
	told    []string
}

func lookOn(t *testing.T, p *program) *onlooker {
	target, err := url.Parse(p.url(""))
	if err != nil {
		t.Fatal(err)
	}
	o := &onlooker{}
	forward := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
		if told := r.In.Header.Get("X-Forwarded-For"); !strings.HasPrefix(r.In.URL.Path, "/readyz") { // A proxy's own probe.
			o.mu.Lock()
			o.told = append(o.told, told)
			o.mu.Unlock()
		}
	}}
	server := httptest.NewServer(forward)
	t.Cleanup(server.Close)
	o.address = strings.TrimPrefix(server.URL, "http://")
	return o
}

func (o *onlooker) forwarded() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.told
}

// proxied is a visitor's browser before a proxy.
type proxied struct {
	t      *testing.T
	client *http.Client
	site   addedSite
}

// ask sends a request that claims to come from somebody else.
func (v proxied) ask(method, address string, body []byte) (*http.Response, []byte) {
	v.t.Helper()
	request, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	for name, value := range map[string]string{"X-Forwarded-For": "203.0.113.9", "Origin": shopOrigin, "Sec-Fetch-Site": "same-origin",
		"Content-Type": "application/json", "Accept-Encoding": "br"} {
		request.Header.Set(name, value)
	}
	answer, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer, content
}

// awaitCertificates waits for a proxy that makes its own.
func (v proxied) awaitCertificates() {
	v.t.Helper()
	begun := time.Now()
	for _, host := range []string{"https://assent.example.com", shopOrigin} {
		answer, err := v.client.Get(host + "/")
		for ; err != nil; answer, err = v.client.Get(host + "/") {
			if time.Since(begun) > time.Minute {
				v.t.Fatal(err)
			}
			time.Sleep(50 * time.Millisecond)
		}
		answer.Body.Close()
	}
}

func (v proxied) checkOuterAddress() {
	v.t.Helper()
	for path, want := range map[string]int{v.site.Script: http.StatusOK, "/dashboard/": http.StatusOK, "/healthz": http.StatusOK,
		"/metrics": http.StatusNotFound, "/readyz": http.StatusNotFound} {
		answer, content := v.ask(http.MethodGet, "https://assent.example.com"+path, nil)
		if answer.StatusCode != want || answer.ProtoMajor != 2 || want == http.StatusOK && len(content) == 0 {
			v.t.Errorf("%s: %s by %s, %d bytes", path, answer.Status, answer.Proto, len(content))
		}
		if answer.Header.Get("Strict-Transport-Security") == "" {
			v.t.Errorf("%s: no HSTS", path)
		}
	}
	answer, _ := v.ask(http.MethodGet, "https://assent.example.com"+v.site.Script, nil)
	if answer.Header.Get("Content-Encoding") != "br" || answer.Header.Get("Etag") == "" || !strings.Contains(answer.Header.Get("Cache-Control"), "stale-while-revalidate") {
		v.t.Errorf("the script lost on its way: %v", answer.Header)
	}
}

// checkFirstPartyPath decides as a page of the shop does, by the shop's own host.
func (v proxied) checkFirstPartyPath() {
	v.t.Helper()
	for path, want := range map[string]int{"/assent" + v.site.Script: http.StatusOK, "/assent/metrics": http.StatusNotFound, "/assent" + keysPath: http.StatusOK,
		"/assent/v1/admin/sites": http.StatusNotFound, "/assent/dashboard/": http.StatusNotFound} {
		if answer, _ := v.ask(http.MethodGet, shopOrigin+path, nil); answer.StatusCode != want {
			v.t.Errorf("%s: %s, want %d", path, answer.Status, want)
		}
	}
	body, err := json.Marshal(visit{site: v.site}.decision())
	if err != nil {
		v.t.Fatal(err)
	}
	answer, content := v.ask(http.MethodPost, shopOrigin+"/assent/v1/sites/"+v.site.ID+"/decisions", body)
	cookies := answer.Cookies()
	if answer.StatusCode != http.StatusCreated || len(cookies) != 1 {
		v.t.Fatalf("%s, cookies %v: %s", answer.Status, cookies, content)
	}
	if cookie := cookies[0]; cookie.Name != "assent" || cookie.Path != "/" || !cookie.Secure || cookie.MaxAge < 24*3600 {
		v.t.Errorf("the shop's server sets %v", cookie)
	}
}

// clientOf returns a client for whom every host is the proxy on this port.
func clientOf(port int) *http.Client {
	transport := &http.Transport{
		ForceAttemptHTTP2: true, DisableCompression: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", port))
		},
	}
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

func startNginx(t *testing.T, upstream string) int {
	t.Helper()
	port, err := servers.Run("nginx-of-deploy", func(dir string, port int) *exec.Cmd {
		cert, key := certificate(t, dir)
		main := writeChanged(t, dir, "assent.conf", deployFile(t, "proxy", "nginx.conf"),
			"listen 443 ssl http2;", fmt.Sprintf("listen 127.0.0.1:%d ssl http2;", port), "listen [::]:443 ssl http2;", "",
			"listen 80;", fmt.Sprintf("listen 127.0.0.1:%d;", port+10_000), "listen [::]:80;", "",
			"/etc/ssl/assent/fullchain.pem", cert, "/etc/ssl/assent/privkey.pem", key,
			"/var/cache/nginx/assent", filepath.Join(dir, "cache"), "127.0.0.1:8080", upstream)
		temporary := ""
		for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
			temporary += fmt.Sprintf("%s_temp_path %s; ", kind, filepath.Join(dir, kind))
		}
		config := filepath.Join(dir, "nginx.conf")
		content := fmt.Sprintf("daemon off; master_process off; pid %s/pid; events {}\nhttp { %s include %s;\nserver { listen 127.0.0.1:%d ssl http2; server_name shop.example; ssl_certificate %s; ssl_certificate_key %s; root %s/none; include %s; } }\n",
			dir, temporary, main, port, cert, key, dir, deployFile(t, "proxy", "nginx-first-party.conf"))
		if err := os.WriteFile(config, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return exec.Command("/usr/sbin/nginx", "-e", filepath.Join(dir, "error.log"), "-c", config)
	})
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func startCaddy(t *testing.T, upstream string) int {
	t.Helper()
	port, err := servers.Run("caddy-of-deploy", func(dir string, port int) *exec.Cmd {
		config := writeChanged(t, dir, "Caddyfile", deployFile(t, "proxy", "Caddyfile"),
			"\n{\n\tservers", fmt.Sprintf("\n{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\thttp_port %d\n\thttps_port %d\n\tservers", port+10_000, port),
			"\n{$ASSENT_HOST", "\nshop.example {\n\timport assent_first_party\n\trespond 404\n}\n\n{$ASSENT_HOST")
		start := exec.Command("caddy", "run", "--adapter", "caddyfile", "--config", config)
		start.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir, "ASSENT_UPSTREAMS="+upstream)
		return start
	})
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// certificate writes a certificate that nobody trusts, and its key.
func certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"assent.example.com", "shop.example"}}
	public, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: public}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
