package integration

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	secretPrefix = "whsec_"
	secretSize   = 32
	// overlap is how long a secret is signed with after it was replaced, so that a receiver has time to take the new one.
	overlap = 24 * time.Hour
	// mostSecrets of one integration sign at once; replaced sooner than that, the oldest ones end.
	mostSecrets = 3
)

// Secret is a key that deliveries are signed with.
type Secret struct {
	Kept  string    // As keepSecret makes it.
	Until time.Time `json:",omitzero"` // Zero for the one that counts.
}

// keepSecret is how a secret is written into the store, and readSecret its reverse.
func keepSecret(secret []byte) string { return base64.StdEncoding.EncodeToString(secret) }

func readSecret(kept string) ([]byte, error) {
	secret, err := base64.StdEncoding.DecodeString(kept)
	if err != nil {
		return nil, fmt.Errorf("read secret of an integration: %w", err)
	}
	return secret, nil
}

// addSecret makes a new secret and returns it as receivers want it. Those before it end after the overlap.
func (i *Integration) addSecret(now time.Time) string {
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // Never fails.
	for place := range i.Secrets {
		if i.Secrets[place].Until.IsZero() {
			i.Secrets[place].Until = now.UTC().Add(overlap)
		}
	}
	i.Secrets = slices.Insert(i.Secrets, 0, Secret{Kept: keepSecret(secret)})
	i.Secrets = i.Secrets[:min(len(i.Secrets), mostSecrets)]
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

// sign sets the headers of Standard Webhooks: with one signature for each secret that is valid.
func sign(header http.Header, secrets []Secret, id string, body []byte, now time.Time) error {
	at := strconv.FormatInt(now.Unix(), 10)
	var signatures []string
	for _, one := range secrets {
		if !one.Until.IsZero() && now.After(one.Until) {
			continue
		}
		secret, err := readSecret(one.Kept)
		if err != nil {
			return err
		}
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%s.%s", id, at, body) // A hash never fails to write.
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	// Set in the spelling of the specification; on the wire the case of names means nothing.
	header.Set("Webhook-Id", id)
	header.Set("Webhook-Timestamp", at)
	header.Set("Webhook-Signature", strings.Join(signatures, " "))
	return nil
}
