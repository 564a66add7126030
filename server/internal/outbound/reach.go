package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// patience is how long one address may take in all.
const patience = 5 * time.Second

// Why an address cannot be reached.
var (
	ErrUnknownHost = errors.New("no such host")
	ErrSlow        = errors.New("no answer in time")
	ErrRefused     = errors.New("connection refused")
	ErrCertificate = errors.New("certificate not valid")
)

// StatusError is an answer that is none: 4xx or 5xx.
type StatusError struct{ Status int }

func (e *StatusError) Error() string {
	return fmt.Sprintf("answered with %d %s", e.Status, http.StatusText(e.Status))
}

// Reach asks an address whether there is something, by HEAD, or by GET where a server does not answer that well. No body is
// read. The error is one of those above or of the guard, a *StatusError, or else says by itself what failed.
func Reach(ctx context.Context, client *http.Client, address string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := ask(ctx, client, http.MethodHead, address)
	if err == nil || errors.Is(err, ErrPrivate) || ctx.Err() != nil {
		return ReasonOf(err)
	}
	return ReasonOf(ask(ctx, client, http.MethodGet, address))
}

func ask(ctx context.Context, client *http.Client, method, address string) error {
	request, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return err
	}
	if err := checkScheme(request); err != nil {
		return err
	}
	request.URL.User = nil
	request.Header.Set("User-Agent", "Assent (checks the links of a notice)")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusBadRequest {
		return &StatusError{Status: answer.StatusCode}
	}
	return nil
}

// ReasonOf turns what the network says into one of the errors of this package, where it is one.
func ReasonOf(err error) error {
	var timeout net.Error
	var unresolved *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &unresolved) && unresolved.IsNotFound:
		return ErrUnknownHost
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return ErrSlow
	case errors.Is(err, syscall.ECONNREFUSED):
		return ErrRefused
	case errors.As(err, &certificate):
		return ErrCertificate
	}
	return err
}
