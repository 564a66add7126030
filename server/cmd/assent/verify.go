package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/evidence"
)

type verifyCommands struct {
	Log     verifyLogCommand     `cmd:"" default:"withargs" help:"Compare every decision with the log of decisions, and name the first that is not as it was recorded."`
	Archive verifyArchiveCommand `cmd:"" help:"Say whether an archive of a site's decisions is whole and genuine, and what it does not show. No server is needed."`
	Receipt verifyReceiptCommand `cmd:"" help:"Say whether a receipt is genuine, and what it proves. No server is needed, but for its public keys."`
}

type verifyReceiptCommand struct {
	File string `arg:"" help:"The signed receipt (JWS), or the JSON that has it in jws; - for standard input." placeholder:"FILE"`
	Keys string `help:"Public keys: a file, or an address such as https://assent.example.com/.well-known/assent-keys.json; without it, those that the receipt's issuer publishes." placeholder:"URL|FILE"`
}

const (
	keysPath = "/.well-known/assent-keys.json"
	// mostBytes is more than any receipt or set of keys has.
	mostBytes = 1 << 20
	// fetchTimeout bounds how long an issuer is waited for.
	fetchTimeout = 10 * time.Second
)

// Run tells in words what holds, or fails with what does not.
func (c *verifyReceiptCommand) Run(env *environment) error {
	signed, err := c.read()
	if err != nil {
		return err
	}
	from, err := c.whoseKeys(signed)
	if err != nil {
		return err
	}
	text, err := readKeys(env.ctx, from)
	if err != nil {
		return err
	}
	keys, err := evidence.ReadPublished(text)
	if err != nil {
		return fmt.Errorf("keys of %s: %w", from, err)
	}
	found, err := keys.Verify(signed)
	switch {
	case errors.Is(err, evidence.ErrUnknownKey):
		return fmt.Errorf("the receipt proves nothing: %w; if the server has made a new key, fetch its keys anew", err)
	case err != nil:
		return fmt.Errorf("the receipt proves nothing: %w", err)
	}
	return tell(env.stdout, found, from)
}

// read returns the JWS.
func (c *verifyReceiptCommand) read() (string, error) {
	input := io.Reader(os.Stdin)
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return "", err
		}
		defer file.Close()
		input = file
	}
	text, err := io.ReadAll(io.LimitReader(input, mostBytes))
	if err != nil {
		return "", fmt.Errorf("read receipt: %w", err)
	}
	signed := strings.TrimSpace(string(text))
	if !strings.HasPrefix(signed, "{") {
		return signed, nil
	}
	var receipt schemas.Receipt
	if err := json.Unmarshal(text, &receipt); err != nil || receipt.Jws == "" {
		return "", fmt.Errorf("%s has no signature in it: give the signed receipt, from /v1/receipts/ID?format=jws", c.File)
	}
	return receipt.Jws, nil
}

func (c *verifyReceiptCommand) whoseKeys(signed string) (string, error) {
	if c.Keys != "" {
		return c.Keys, nil
	}
	issuer := evidence.Issuer(signed)
	if issuer == "" {
		return "", errors.New("the receipt names no issuer; give the keys of the server that you have it from with --keys")
	}
	return strings.TrimSuffix(issuer, "/") + keysPath, nil
}

func readKeys(ctx context.Context, from string) ([]byte, error) {
	if !strings.Contains(from, "://") {
		text, err := os.ReadFile(from)
		if err != nil {
			return nil, fmt.Errorf("read keys: %w", err)
		}
		return text, nil
	}
	address, err := url.Parse(from)
	if err != nil || address.Scheme != "https" && !(address.Scheme == "http" && isLoopbackName(address.Hostname())) {
		return nil, fmt.Errorf("keys of %s: they are fetched by https alone, because whoever is on the way could put others in their place", from)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch keys: %w", err)
	}
	// Elsewhere would be somebody else's keys.
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetch keys: %w; or give a copy of them with --keys FILE", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch keys: %s answers %s; or give a copy of them with --keys FILE", from, response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, mostBytes))
	if err != nil {
		return nil, fmt.Errorf("fetch keys: %w", err)
	}
	return text, nil
}

// tell says what a receipt proves. Texts in it are an owner's or a visitor's: quoted, so that they cannot pose as ours.
func tell(to io.Writer, found evidence.Verified, from string) error {
	s := found.Statement
	var allowed, refused []string
	note := func(id string, granted bool) {
		if granted {
			allowed = append(allowed, id)
		} else {
			refused = append(refused, id)
		}
	}
	for _, p := range s.Processing {
		note(p.ID, p.Granted)
		for _, one := range p.Services {
			note(one.ID, one.Granted)
		}
	}
	notice := fmt.Sprintf("%q", s.Notice.ID)
	if !s.Notice.Published {
		notice += ", which the site never published"
	}
	issuer := "not named: the server has no --public-url"
	if s.Iss != "" {
		issuer = fmt.Sprintf("%q", s.Iss)
	}
	_, err := fmt.Fprintf(to, `The signature holds. Key %s, from %s

Receipt   %q of site %q
Issuer    %s
Visitor   %q
Recorded  %s by the server's clock, valid until %s
Answer    %q (%s)
Allowed   %s
Refused   %s
Notice    %s

This proves that whoever has that key stated exactly this; not who the visitor is, and nothing if the keys came from
somebody else than the server that you mean.
`, found.KeyID, from, s.Jti, s.Decision.Site, issuer, s.Sub, s.Event.At.Format(time.RFC3339), s.Decision.ExpiresAt.Format(time.RFC3339),
		s.Decision.Action, s.Event.State, listed(allowed), listed(refused), notice)
	return err
}

func listed(ids []string) string {
	if len(ids) == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%q", ids)
}
