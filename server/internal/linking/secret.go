package linking

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"assent/server/internal/register"
	"assent/server/internal/sealing"
)

const (
	secretKind register.Kind = "link-secret" // By site.
	// secretID is that of the only document of its kind that a site has.
	secretID     = "secrets"
	secretPrefix = "assent_link_"
	// overlap is how long a secret is accepted after it was replaced, so that the site's servers have time to take the new one.
	overlap = 24 * time.Hour
	// mostSecrets are accepted at once; replaced sooner than that, the oldest ones end.
	mostSecrets = 3
)

// Secret is a key that the site's server signs tokens with, without what it says.
type Secret struct {
	Created time.Time
	Until   time.Time `json:",omitzero"` // Zero for the newest.
	Sealed  []byte
}

func (k *Keeper) secretBook() register.Book[[]Secret] {
	return register.Book[[]Secret]{Store: k.Store, Kind: secretKind}
}

func aboutSecret(site string) sealing.About {
	return sealing.About{Kind: string(secretKind), Site: site, ID: secretID}
}

// Secrets are those that are accepted, the newest first.
func (k *Keeper) Secrets(ctx context.Context, site string) ([]Secret, error) {
	entry, err := k.secretBook().Entry(ctx, site, secretID)
	return slices.DeleteFunc(entry.Value, func(s Secret) bool { return !s.Until.IsZero() && k.Now().After(s.Until) }), err
}

func (k *Keeper) secrets(ctx context.Context, site string) ([][]byte, error) {
	kept, err := k.Secrets(ctx, site)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for _, one := range kept {
		secret, err := k.Ring.Open(ctx, aboutSecret(site), one.Sealed)
		if err != nil {
			return nil, fmt.Errorf("read linking secret: %w", err)
		}
		all = append(all, secret)
	}
	return all, nil
}

// MakeSecret makes a new secret and returns it. Those before it end after a day.
func (k *Keeper) MakeSecret(ctx context.Context, site string) (string, error) {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // Never fails.
	secret := secretPrefix + base64.RawURLEncoding.EncodeToString(random)
	sealed, err := k.Ring.Seal(aboutSecret(site), []byte(secret))
	if err != nil {
		return "", err
	}
	return secret, again(func() error {
		entry, err := k.secretBook().Entry(ctx, site, secretID)
		if err != nil {
			return err
		}
		now := k.Now().UTC()
		for i := range entry.Value {
			if entry.Value[i].Until.IsZero() {
				entry.Value[i].Until = now.Add(overlap)
			}
		}
		entry.Value = slices.Insert(entry.Value, 0, Secret{Created: now, Sealed: sealed})
		entry.Value = entry.Value[:min(len(entry.Value), mostSecrets)]
		c := change{keeper: k}
		putting(&c, k.secretBook(), entry)
		return c.keep(ctx)
	})
}
