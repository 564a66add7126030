package realparts_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assent/server/internal/clickhousestore"
	"assent/server/internal/realparts"
	"assent/server/internal/redisstore"
)

// secured are the ways to each store over TLS, with the parameters to complete.
func secured(t *testing.T, authority *realparts.Authority, name string) map[string]func(parameters url.Values) error {
	t.Helper()
	redis, err := servers.SecureRedis(authority, name)
	if err != nil {
		t.Fatal(err)
	}
	clickhouse, err := servers.SecureClickHouse(authority, name)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]func(url.Values) error{
		"Redis": func(parameters url.Values) error {
			store, err := redisstore.Open(t.Context(), "rediss://"+redis+"?"+parameters.Encode(), redisstore.Options{})
			if err != nil {
				return err
			}
			return store.Close()
		},
		"ClickHouse": func(parameters url.Values) error {
			store, err := clickhousestore.Open("clickhouse://" + clickhouse + "/assent?secure=true&" + parameters.Encode())
			if err != nil {
				return err
			}
			err = store.Ping(t.Context())
			if closing := store.Close(); closing != nil {
				t.Error(closing)
			}
			return err
		},
	}
}

// ASVS 12.3.1, 12.3.2, 12.3.4, 12.3.5
func TestStoresAreTrustedByTheirCertificates(t *testing.T) {
	folder, other := t.TempDir(), t.TempDir()
	authority, err := realparts.NewAuthority(folder)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := realparts.NewAuthority(other)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := authority.Certificate("assent.example")
	if err != nil {
		t.Fatal(err)
	}
	theirs, theirKey, err := stranger.Certificate("assent.example")
	if err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(folder, "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	client := url.Values{"tls_cert": {certificate}, "tls_key": {key}}
	with := func(pairs ...string) url.Values {
		all := url.Values{}
		for name, values := range client {
			all[name] = values
		}
		for i := 0; i < len(pairs); i += 2 {
			all.Set(pairs[i], pairs[i+1])
		}
		return all
	}
	for store, open := range secured(t, authority, "store.example") {
		for name, c := range map[string]struct {
			parameters url.Values
			want       string // Empty for a connection.
		}{
			"right":                    {with("tls_ca", authority.CA, "tls_server_name", "store.example"), ""},
			"the system's authorities": {with("tls_server_name", "store.example"), "name its certificate with tls_ca=FILE"},
			"another authority":        {with("tls_ca", stranger.CA, "tls_server_name", "store.example"), "name its certificate with tls_ca=FILE"},
			"another name":             {with("tls_ca", authority.CA), "tls_server_name=NAME"},
			"no certificate":           {url.Values{"tls_ca": {authority.CA}, "tls_server_name": {"store.example"}}, "tls_cert=FILE and tls_key=FILE"},
			"a stranger's certificate": {with("tls_ca", authority.CA, "tls_server_name", "store.example", "tls_cert", theirs, "tls_key", theirKey), "tls_cert=FILE and tls_key=FILE"},
			"half a certificate":       {url.Values{"tls_cert": {certificate}}, "belong together"},
			"a key of another":         {with("tls_key", theirKey), "tls_cert, tls_key"},
			"an empty file":            {with("tls_ca", empty), "there is no certificate in"},
			"no file":                  {with("tls_ca", filepath.Join(folder, "none")), "no such file"},
			"no check at all":          {with("skip_verify", "true"), "would trust whoever answers"},
		} {
			t.Run(store+"/"+name, func(t *testing.T) {
				err := open(c.parameters)
				switch {
				case c.want == "" && err != nil:
					t.Error(err)
				case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n")):
					t.Errorf("%v, want one line with %q", err, c.want)
				}
			})
		}
	}
}

func TestPlainConnectionsTakeNoTrust(t *testing.T) {
	authority, err := realparts.NewAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	trust := "?tls_ca=" + url.QueryEscape(authority.CA)
	_, redis := redisstore.Open(t.Context(), "redis://127.0.0.1:1"+trust, redisstore.Options{})
	_, clickhouse := clickhousestore.Open("clickhouse://127.0.0.1:1/assent" + trust)
	for want, err := range map[string]error{"write rediss://": redis, "add secure=true": clickhouse} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestAPortWithoutTLSIsTold(t *testing.T) {
	clickhouse, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	store, err := clickhousestore.Open(clickhouse.URL("assent") + "?secure=true")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "that port does not speak TLS") {
		t.Errorf("%v", err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}
