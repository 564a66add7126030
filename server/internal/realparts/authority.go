package realparts

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Authority signs certificates for servers of tests and their clients.
type Authority struct {
	CA   string // File of its own certificate.
	dir  string
	self *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes an authority that nobody else knows, with its files in the folder.
func NewAuthority(dir string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	a := &Authority{dir: dir, CA: filepath.Join(dir, "ca.crt"), key: key}
	a.self = &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	return a, a.write(a.CA, a.self, &key.PublicKey)
}

// Certificate makes a certificate for a name or address, and returns the files of it and of its key.
func (a *Authority) Certificate(name string) (certificate, key string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return "", "", err
	}
	leaf := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: a.self.NotBefore, NotAfter: a.self.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	if address := net.ParseIP(name); address != nil {
		leaf.IPAddresses = []net.IP{address}
	} else {
		leaf.DNSNames = []string{name}
	}
	certificate, key = filepath.Join(a.dir, name+".crt"), filepath.Join(a.dir, name+".key")
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return certificate, key, errors.Join(a.write(certificate, leaf, &private.PublicKey), os.WriteFile(key, text, 0o600))
}

func (a *Authority) write(name string, template *x509.Certificate, public *ecdsa.PublicKey) error {
	der, err := x509.CreateCertificate(rand.Reader, template, a.self, public, a.key)
	if err != nil {
		return err
	}
	return os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
}

// SecureRedis starts a Redis that speaks TLS, with a certificate for the name, to clients whose certificate the authority
// signed. It returns its address.
func (s *Servers) SecureRedis(a *Authority, name string) (string, error) {
	certificate, key, err := a.Certificate(name)
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	_, err = s.Redis("--tls-port", strconv.Itoa(port), "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", a.CA)
	return "127.0.0.1:" + strconv.Itoa(port), err
}

const secureConfig = `<tcp_port_secure>%d</tcp_port_secure>
<openSSL><server><certificateFile>%s</certificateFile><privateKeyFile>%s</privateKeyFile><caConfig>%s</caConfig>
<verificationMode>strict</verificationMode><loadDefaultCAFile>false</loadDefaultCAFile><cacheSessions>false</cacheSessions></server></openSSL>`

// SecureClickHouse starts a ClickHouse that speaks TLS, likewise.
func (s *Servers) SecureClickHouse(a *Authority, name string) (string, error) {
	certificate, key, err := a.Certificate(name)
	if err != nil {
		return "", err
	}
	plain, err := freePort()
	if err != nil {
		return "", err
	}
	secure, err := freePort()
	if err != nil {
		return "", err
	}
	_, err = s.clickhouseNode(plain, fmt.Sprintf(secureConfig, secure, certificate, key, a.CA))
	return "127.0.0.1:" + strconv.Itoa(secure), err
}
