package integration

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/sealing"
)

const (
	secretPrefix = "whsec_"
	secretSize   = 32
	// overlap is how long a secret is signed with after it was replaced, so that a receiver has time to take the new one.
	overlap = 24 * time.Hour
	// mostSecrets of one integration sign at once; replaced sooner than that, the oldest ones end.
	mostSecrets = 3
)

// Secret is a key that deliveries are signed with, in base64 or sealed.
type Secret struct {
	Kept   string    `json:",omitempty"`
	Sealed []byte    `json:",omitempty"`
	Until  time.Time `json:",omitzero"` // Zero for the one that counts.
}

var _ sealing.Holder = (*Keeper)(nil)

func aboutSecret(site, id string) sealing.About {
	return sealing.About{Kind: "webhook-secret", Site: site, ID: id}
}

// keepSecret is how an integration's secret is written into the store, and readSecret its reverse.
func (k *Keeper) keepSecret(site, id string, secret []byte, until time.Time) (Secret, error) {
	if k.Ring == nil {
		return Secret{Kept: base64.StdEncoding.EncodeToString(secret), Until: until}, nil
	}
	sealed, err := k.Ring.Seal(aboutSecret(site, id), secret)
	return Secret{Sealed: sealed, Until: until}, err
}

func (k *Keeper) readSecret(ctx context.Context, site, id string, kept Secret) ([]byte, error) {
	var secret []byte
	var err error
	switch {
	case kept.Sealed == nil:
		secret, err = base64.StdEncoding.DecodeString(kept.Kept)
	case k.Ring == nil:
		err = errors.New("it is sealed and there is no key")
	default:
		secret, err = k.Ring.Open(ctx, aboutSecret(site, id), kept.Sealed)
	}
	if err != nil {
		return nil, fmt.Errorf("read secret of an integration: %w", err)
	}
	return secret, nil
}

// addSecret makes a new secret and returns it as receivers want it. Those before it end after the overlap.
func (k *Keeper) addSecret(site, id string, i *Integration) (string, error) {
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // Never fails.
	kept, err := k.keepSecret(site, id, secret, time.Time{})
	if err != nil {
		return "", err
	}
	for place := range i.Secrets {
		if i.Secrets[place].Until.IsZero() {
			i.Secrets[place].Until = k.Now().UTC().Add(overlap)
		}
	}
	i.Secrets = slices.Insert(i.Secrets, 0, kept)
	i.Secrets = i.Secrets[:min(len(i.Secrets), mostSecrets)]
	return secretPrefix + base64.StdEncoding.EncodeToString(secret), nil
}

// secrets are those that an integration's deliveries are signed with at a time.
func (k *Keeper) secrets(ctx context.Context, to Entry, now time.Time) ([][]byte, error) {
	var valid [][]byte
	for _, one := range to.Value.Secrets {
		if !one.Until.IsZero() && now.After(one.Until) {
			continue
		}
		secret, err := k.readSecret(ctx, to.Site, to.ID, one)
		if err != nil {
			return nil, err
		}
		valid = append(valid, secret)
	}
	return valid, nil
}

// Reseal implements sealing.Holder.
func (k *Keeper) Reseal(ctx context.Context) (resealed int, err error) {
	all, err := k.books().integrations().List(ctx, "")
	if err != nil {
		return 0, err
	}
	for _, entry := range all {
		count := 0
		_, err := k.books().integrations().Change(ctx, entry.Site, entry.ID, func(i *Integration) error {
			count = 0
			for place, one := range i.Secrets {
				if one.Sealed != nil && !k.Ring.Stale(one.Sealed) {
					continue
				}
				secret, err := k.readSecret(ctx, entry.Site, entry.ID, one)
				if err != nil {
					return err
				}
				if i.Secrets[place], err = k.keepSecret(entry.Site, entry.ID, secret, one.Until); err != nil {
					return err
				}
				count++
			}
			return nil
		})
		if err != nil && !errors.Is(err, consent.ErrNotFound) { // Removed meanwhile.
			return resealed, err
		}
		resealed += count
	}
	return resealed, nil
}

// SealedWith implements sealing.Holder.
func (k *Keeper) SealedWith(ctx context.Context) (map[string]int, error) {
	all, err := k.books().integrations().List(ctx, "")
	counts := map[string]int{}
	for _, entry := range all {
		for _, one := range entry.Value.Secrets {
			counts[sealing.SealedBy(one.Sealed)]++
		}
	}
	return counts, err
}

// sign sets the headers of Standard Webhooks: with one signature for each secret.
func sign(header http.Header, secrets [][]byte, id string, body []byte, now time.Time) {
	at := strconv.FormatInt(now.Unix(), 10)
	var signatures []string
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%s.%s", id, at, body) // A hash never fails to write.
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	// Set in the spelling of the specification; on the wire the case of names means nothing.
	header.Set("Webhook-Id", id)
	header.Set("Webhook-Timestamp", at)
	header.Set("Webhook-Signature", strings.Join(signatures, " "))
}
