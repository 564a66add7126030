// Package storetls reads how a store is to be trusted from its URL: the same parameters for Redis and ClickHouse.
package storetls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// Parameters of URLs.
const (
	authority  = "tls_ca"          // File of the authorities (PEM) that sign the servers' certificates, in place of the system's.
	cert       = "tls_cert"        // File of the certificate (PEM) that the server is shown, with its chain.
	key        = "tls_key"         // File of that certificate's key (PEM).
	serverName = "tls_server_name" // Name in the server's certificate, where it is another than the URL's.
	// unchecked is what both libraries have for taking any certificate. Whoever stands between would read and change
	// everything, so it is refused.
	unchecked = "skip_verify"
)

// Trust is what a URL says. The zero value trusts the system's authorities.
type Trust struct {
	authorities  *x509.CertPool
	certificates []tls.Certificate
	serverName   string
	asked        bool
}

// Take returns the URL without the parameters that belong here, and what they say. Errors show nothing of the URL, which
// may hold a password.
func Take(address string) (rest string, trust Trust, err error) {
	before, text, found := strings.Cut(address, "?")
	if !found {
		return address, Trust{}, nil
	}
	query, err := url.ParseQuery(text)
	if err != nil {
		return "", Trust{}, errors.New("what stands behind ? in the URL cannot be read; write it as name=value, and & between two")
	}
	if query.Has(unchecked) {
		return "", Trust{}, fmt.Errorf("%s would trust whoever answers; name the certificate of your own authority, or the server's if it signed itself, with %s=FILE", unchecked, authority)
	}
	trust, err = read(query)
	if err != nil || !trust.asked {
		return address, trust, err
	}
	for _, name := range []string{authority, cert, key, serverName} {
		query.Del(name)
	}
	return strings.TrimSuffix(before+"?"+query.Encode(), "?"), trust, nil
}

func read(query url.Values) (trust Trust, err error) {
	trust.serverName = query.Get(serverName)
	if file := query.Get(authority); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return trust, fmt.Errorf("%s: %w", authority, err)
		}
		trust.authorities = x509.NewCertPool()
		if !trust.authorities.AppendCertsFromPEM(text) {
			return trust, fmt.Errorf("%s: there is no certificate in %s; it has to be PEM, which begins with -----BEGIN CERTIFICATE-----", authority, file)
		}
	}
	certificate, private := query.Get(cert), query.Get(key)
	if (certificate == "") != (private == "") {
		return trust, fmt.Errorf("%s and %s belong together: give both", cert, key)
	}
	if certificate != "" {
		pair, err := tls.LoadX509KeyPair(certificate, private)
		if err != nil {
			return trust, fmt.Errorf("%s, %s: %w", cert, key, err)
		}
		trust.certificates = []tls.Certificate{pair}
	}
	trust.asked = trust.serverName != "" || trust.authorities != nil || trust.certificates != nil
	return trust, nil
}

// ErrPlain says that a URL tells whom to trust and does not ask for TLS.
var ErrPlain = errors.New("tls_… parameters mean nothing without TLS")

// Apply completes what the library made of the URL; nil stands for no TLS.
func (t Trust) Apply(config *tls.Config) error {
	if config == nil {
		if t.asked {
			return ErrPlain
		}
		return nil
	}
	config.MinVersion = tls.VersionTLS12
	config.RootCAs, config.Certificates = t.authorities, t.certificates
	if t.serverName != "" {
		config.ServerName = t.serverName
	}
	return nil
}

// Explain adds to a failure of TLS what to do about it. Config is the connection's, nil for one without TLS.
func Explain(err error, config *tls.Config) error {
	if err == nil || config == nil {
		return err
	}
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var alert tls.AlertError
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%w; if the authority is your own, name its certificate with %s=FILE in the URL", err, authority)
	case errors.As(err, &name):
		return fmt.Errorf("%w; connect by a name of the certificate, or give it with %s=NAME in the URL", err, serverName)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("%w; renew the server's certificate, or set this machine's clock", err)
	case errors.As(err, &header):
		return fmt.Errorf("%w; that port does not speak TLS: give the one that does", err)
	case errors.As(err, &alert), strings.Contains(err.Error(), "remote error: tls: "), cut(err):
		return fmt.Errorf("%w; perhaps the server wants a certificate that its authority signed: give it with %s=FILE and %s=FILE in the URL", err, cert, key)
	}
	return err
}

// cut reports whether the server closed the connection without a word, as one may that wanted another certificate.
func cut(err error) bool {
	if !strings.Contains(err.Error(), "handshake") {
		return false
	}
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF)
}
