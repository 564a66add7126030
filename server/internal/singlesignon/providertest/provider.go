// Package providertest is an OpenID Connect provider for tests: discovery, keys, authorization with PKCE, tokens. It lets
// in whom the test names, without asking, and lies as the test says.
package providertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// What the provider knows the server as.
const (
	ClientID     = "assent"
	ClientSecret = "of no use elsewhere"
)

// Person is who is at the keyboard when the provider asks.
type Person struct {
	Subject  string
	Email    string
	Verified bool
}

// Lies change what the provider does; the zero value is honest.
type Lies struct {
	Down          bool                 // Answers 503 to everything.
	DownFor       string               // Answers 503 under this path.
	Refuse        string               // Sends back with this error instead of a code.
	Claims        func(map[string]any) // Changes the ID token before it is signed.
	Unsigned      bool                 // Leaves the ID token without signature: "alg": "none".
	Secretly      bool                 // Signs with the client's secret instead: "alg": "HS256".
	ForeignKey    bool                 // Signs with a key that it does not publish.
	RSA           bool                 // Signs with RS256 in place of ES256.
	NoToken       bool                 // Answers without an ID token.
	EmailApart    bool                 // Tells the address only when it is asked for.
	CodeForever   bool                 // Lets a code be used again.
	OtherIssuer   bool                 // Names another issuer in its answers.
	SecretInForms bool                 // Takes the client's secret in the form only.
}

// grant is what a code stands for.
type grant struct {
	person                     Person
	nonce, challenge, redirect string
	used                       bool
}

// Provider is an http.Handler. Issuer has to be set to where it is reached.
type Provider struct {
	Issuer string

	mu      sync.Mutex
	person  Person
	lies    Lies
	grants  map[string]*grant // By code.
	tokens  map[string]Person // By access token.
	asked   map[string]int    // By path.
	ecKey   *ecdsa.PrivateKey
	foreign *ecdsa.PrivateKey
	rsaKey  *rsa.PrivateKey
	mux     *http.ServeMux
}

// New returns a provider with fresh keys.
func New() (*Provider, error) {
	p := &Provider{grants: map[string]*grant{}, tokens: map[string]Person{}, asked: map[string]int{}, mux: http.NewServeMux()}
	var err error
	for _, key := range []**ecdsa.PrivateKey{&p.ecKey, &p.foreign} {
		if *key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
	}
	if p.rsaKey, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	p.mux.HandleFunc("GET /.well-known/openid-configuration", p.configuration)
	p.mux.HandleFunc("GET /keys", p.keys)
	p.mux.HandleFunc("GET /authorize", p.authorize)
	p.mux.HandleFunc("POST /token", p.token)
	p.mux.HandleFunc("GET /userinfo", p.userInfo)
	return p, nil
}

// Is says who is at the keyboard from now on.
func (p *Provider) Is(person Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person = person
}

// Lie says what is wrong from now on.
func (p *Provider) Lie(lies Lies) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lies = lies
}

// Asked returns how often a path was asked for.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

// ServeHTTP implements http.Handler.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[r.URL.Path]++
	if p.lies.Down || p.lies.DownFor == r.URL.Path {
		http.Error(w, "<h1>Back soon</h1>", http.StatusServiceUnavailable)
		return
	}
	p.mux.ServeHTTP(w, r)
}

func (p *Provider) configuration(w http.ResponseWriter, _ *http.Request) {
	methods := []string{"client_secret_basic", "client_secret_post"}
	if p.lies.SecretInForms {
		methods = methods[1:]
	}
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.Issuer, "authorization_endpoint": p.Issuer + "/authorize", "token_endpoint": p.Issuer + "/token",
		"jwks_uri": p.Issuer + "/keys", "userinfo_endpoint": p.Issuer + "/userinfo", "response_types_supported": []string{"code"},
		"subject_types_supported": []string{"public"}, "code_challenge_methods_supported": []string{"S256"},
		// As some providers do, and nobody must believe.
		"id_token_signing_alg_values_supported":          []string{"ES256", "RS256", "HS256", "none"},
		"token_endpoint_auth_methods_supported":          methods,
		"authorization_response_iss_parameter_supported": true,
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	point, err := p.ecKey.PublicKey.Bytes() // 4, x, y.
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, map[string]any{"keys": []map[string]any{
		{"kty": "EC", "crv": "P-256", "use": "sig", "kid": "ec", "alg": "ES256", "x": encode(point[1:33]), "y": encode(point[33:])},
		{"kty": "RSA", "use": "sig", "kid": "rsa", "alg": "RS256", "n": encode(p.rsaKey.N.Bytes()), "e": "AQAB"},
	}})
}

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	for name, want := range map[string]string{"client_id": ClientID, "response_type": "code", "code_challenge_method": "S256"} {
		if got := query.Get(name); got != want {
			http.Error(w, fmt.Sprintf("%s is %q, want %q", name, got, want), http.StatusBadRequest)
			return
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge", "redirect_uri"} {
		if query.Get(name) == "" {
			http.Error(w, name+" is missing", http.StatusBadRequest)
			return
		}
	}
	issuer := p.Issuer
	if p.lies.OtherIssuer {
		issuer = "https://other.example"
	}
	back := url.Values{"state": {query.Get("state")}, "iss": {issuer}}
	if p.lies.Refuse != "" {
		back.Set("error", p.lies.Refuse)
	} else {
		code := rand.Text()
		p.grants[code] = &grant{person: p.person, nonce: query.Get("nonce"), challenge: query.Get("code_challenge"), redirect: query.Get("redirect_uri")}
		back.Set("code", code)
	}
	http.Redirect(w, r, query.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if p.lies.SecretInForms {
		id, secret, basic = r.PostFormValue("client_id"), r.PostFormValue("client_secret"), !basic
	}
	unescaped, err := url.QueryUnescape(secret) // RFC 6749, 2.3.1.
	if !p.lies.SecretInForms {
		secret = unescaped
	}
	if err != nil || !basic || id != ClientID || secret != ClientSecret {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	g := p.grants[r.PostFormValue("code")]
	verifier := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if g == nil || g.used && !p.lies.CodeForever || r.PostFormValue("grant_type") != "authorization_code" ||
		g.redirect != r.PostFormValue("redirect_uri") || g.challenge != encode(verifier[:]) {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "for " + p.person.Email})
		return
	}
	g.used = true
	access := rand.Text()
	p.tokens[access] = g.person
	body := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 60}
	if !p.lies.NoToken {
		if body["id_token"], err = p.idToken(g); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	answer(w, http.StatusOK, body)
}

func (p *Provider) idToken(g *grant) (string, error) {
	now := time.Now()
	claims := map[string]any{"iss": p.Issuer, "sub": g.person.Subject, "aud": ClientID, "nonce": g.nonce,
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	if !p.lies.EmailApart {
		maps.Copy(claims, address(g.person))
	}
	if p.lies.Claims != nil {
		p.lies.Claims(claims)
	}
	return p.sign(claims)
}

func address(person Person) map[string]any {
	return map[string]any{"email": person.Email, "email_verified": person.Verified}
}

func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	person, known := p.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !known {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	said := address(person)
	said["sub"] = person.Subject
	answer(w, http.StatusOK, said)
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // A client that left needs none.
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
