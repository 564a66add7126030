package integration_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"assent/server/internal/sealing"
)

// TestSecretsAreSealed in the store, also anew under another key, and go on signing.
func TestSecretsAreSealed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		r := s.receiver(nil)
		entry, secret := s.connect(r, "crm")
		plain, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			t.Fatal(err)
		}
		kinds, err := s.front.Kinds(t.Context())
		if err != nil || len(kinds) == 0 {
			t.Fatalf("kinds %v, %v", kinds, err)
		}
		for _, kind := range kinds {
			documents, err := s.front.Documents(t.Context(), kind, site)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range documents {
				if bytes.Contains(d.Body, plain) || bytes.Contains(d.Body, []byte(base64.StdEncoding.EncodeToString(plain))) {
					t.Errorf("%s has the secret: %s", kind, d.Body)
				}
			}
		}
		err = s.keys.Change(t.Context(), func(keys []sealing.Key) ([]sealing.Key, error) {
			next, err := sealing.NewKey(rand.Reader, time.Now())
			return append([]sealing.Key{next}, keys...), err
		})
		if err != nil {
			t.Fatal(err)
		}
		if s.keeper.Ring, err = sealing.OpenRing(t.Context(), s.keys, rand.Reader); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{1, 0} {
			if resealed, err := s.keeper.Reseal(t.Context()); err != nil || resealed != want {
				t.Errorf("%d secrets sealed anew, want %d, %v", resealed, want, err)
			}
		}
		if counts, err := s.keeper.SealedWith(t.Context()); err != nil || len(counts) != 1 || counts[""] != 0 {
			t.Errorf("sealed with %v, %v", counts, err)
		}
		if o := s.try(entry); !o.OK() {
			t.Fatalf("%+v", o)
		}
		if got := r.await(1)[0]; !node(t, got, secret, time.Now()) {
			t.Errorf("the receiver does not verify %+v", got)
		}
	})
}
