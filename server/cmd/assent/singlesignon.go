package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"assent/server/internal/account"
	"assent/server/internal/singlesignon"
)

// secretVariable holds the client's secret. There is no flag for it: everybody on the machine can read the command lines.
const secretVariable = "ASSENT_OIDC_CLIENT_SECRET"

// singleSignOnFlags name the OpenID Connect provider by which people may enter.
type singleSignOnFlags struct {
	Issuer     string   `help:"OpenID Connect provider by which people may sign in to the dashboard." name:"oidc-issuer" env:"ASSENT_OIDC_ISSUER" placeholder:"https://id.example.com"`
	ClientID   string   `help:"Id of this server at the provider." name:"oidc-client-id" env:"ASSENT_OIDC_CLIENT_ID" placeholder:"ID"`
	SecretFile string   `help:"File with the secret of this server at the provider, if it is not in ASSENT_OIDC_CLIENT_SECRET." name:"oidc-client-secret-file" env:"ASSENT_OIDC_CLIENT_SECRET_FILE" placeholder:"FILE"`
	Label      string   `help:"Name of the provider on the button; its host unless given." name:"oidc-label" env:"ASSENT_OIDC_LABEL" placeholder:"NAME"`
	Domain     []string `help:"Domain of the e-mail addresses that may enter by it; may be given several times." name:"oidc-domain" env:"ASSENT_OIDC_DOMAIN" placeholder:"example.com"`
	NewRole    string   `help:"Role over all sites (editor, analyst or officer) of who has an address in such a domain and was not invited; without it they are not let in." name:"oidc-new-role" env:"ASSENT_OIDC_NEW_ROLE" placeholder:"ROLE"`
}

const callbackPath = "/v1/admin/single-sign-on/callback"

// longestLabel keeps the button on one line.
const longestLabel = 40

// options checks the flags; nil without a provider.
func (f singleSignOnFlags) options(publicURL string) (*singlesignon.Options, error) {
	if f.Issuer == "" {
		if f.ClientID+f.SecretFile+f.Label+f.NewRole+strings.Join(f.Domain, "") != "" {
			return nil, errors.New("--oidc-issuer is missing; the other --oidc flags say nothing without it")
		}
		return nil, nil
	}
	issuer, err := url.Parse(f.Issuer)
	if err != nil || issuer.Host == "" || issuer.RawQuery+issuer.Fragment != "" || issuer.User != nil ||
		issuer.Scheme != "https" && (issuer.Scheme != "http" || !isLoopbackName(issuer.Hostname())) {
		return nil, fmt.Errorf("--oidc-issuer %q is no provider's address; write it as the provider does, such as https://id.example.com", f.Issuer)
	}
	secret, err := f.secret()
	if err != nil {
		return nil, err
	}
	label := cmp.Or(strings.TrimSpace(f.Label), issuer.Host)
	admission, err := f.admission()
	switch {
	case err != nil:
		return nil, err
	case f.ClientID == "":
		return nil, errors.New("--oidc-issuer needs --oidc-client-id: the id that the provider gave this server")
	case publicURL == "":
		return nil, fmt.Errorf("--oidc-issuer needs --public-url: the provider sends people back to %s there", callbackPath)
	case f.Label != "" && len([]rune(label)) > longestLabel:
		return nil, fmt.Errorf("--oidc-label is longer than %d characters; it stands on a button", longestLabel)
	}
	return &singlesignon.Options{Issuer: f.Issuer, ClientID: f.ClientID, ClientSecret: secret, Label: label,
		Redirect: publicURL + callbackPath, Admission: admission}, nil
}

func (f singleSignOnFlags) secret() (string, error) {
	secret := os.Getenv(secretVariable)
	if f.SecretFile != "" {
		if secret != "" {
			return "", fmt.Errorf("the client's secret is given twice; keep --oidc-client-secret-file or %s", secretVariable)
		}
		content, err := os.ReadFile(f.SecretFile)
		if err != nil {
			return "", fmt.Errorf("read the client's secret: %w; give a file that this user may read with --oidc-client-secret-file", err)
		}
		secret = strings.TrimSpace(string(content))
	}
	if secret == "" {
		return "", fmt.Errorf("--oidc-issuer needs the secret that the provider gave this server; put it into a file for --oidc-client-secret-file, or into %s", secretVariable)
	}
	return secret, nil
}

func (f singleSignOnFlags) admission() (account.Admission, error) {
	admission := account.Admission{Role: f.NewRole}
	for _, domain := range f.Domain {
		domain = strings.ToLower(strings.TrimPrefix(domain, "@"))
		if !strings.Contains(domain, ".") || strings.ContainsAny(domain, "@*/ ") {
			return admission, fmt.Errorf("--oidc-domain %q is no domain of e-mail addresses; write it as example.com, each one in full", domain)
		}
		admission.Domains = append(admission.Domains, domain)
	}
	switch {
	case f.NewRole == "":
	case !slices.Contains([]string{account.EditorRole, account.AnalystRole, account.OfficerRole}, f.NewRole):
		return admission, fmt.Errorf("--oidc-new-role %q cannot be given unasked; there are editor, analyst and officer", f.NewRole)
	case len(admission.Domains) == 0:
		return admission, errors.New("--oidc-new-role needs --oidc-domain: without one, everybody whom the provider knows would be let in")
	}
	return admission, nil
}

func isLoopbackName(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
