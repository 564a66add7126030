package account

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/alexedwards/scs/v2"

	"assent/server/internal/consent"
)

// OpenSession is one of a user's sessions, as the user sees it.
type OpenSession struct {
	ID            string
	Device        string
	Started, Seen time.Time
	Current       bool // The one that asks.

	token string // Hash of it.
}

// List returns the user's sessions, last used first. The context must come from Load.
func (s *Sessions) List(ctx context.Context, user User) ([]OpenSession, error) {
	stored, err := s.store.SessionsOf(ctx, user.ID(), s.now())
	if err != nil {
		return nil, err
	}
	current := hashOf(s.manager.Token(ctx))
	var open []OpenSession
	for _, session := range stored {
		_, values, err := scs.GobCodec{}.Decode(session.Document)
		if err != nil {
			return nil, fmt.Errorf("decode session: %w", err)
		}
		if generation, _ := values[keyGeneration].(int64); generation != user.Generation {
			continue
		}
		one := openSession(session.Token, values)
		if one.Current = session.Token == current; one.Current || s.now().Sub(one.Seen) < SessionIdle {
			open = append(open, one)
		}
	}
	slices.SortFunc(open, func(a, b OpenSession) int { return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.ID, b.ID)) })
	return open, nil
}

func openSession(token string, values map[string]any) OpenSession {
	device, _ := values[keyDevice].(string)
	started, _ := values[keyStarted].(int64)
	seen, _ := values[keySeen].(int64)
	return OpenSession{ID: shortID(token), Device: device, token: token,
		Started: time.Unix(started, 0).UTC(), Seen: time.Unix(seen, 0).UTC()}
}

// EndOne ends one of the user's sessions, or returns consent.ErrNotFound: somebody else's is not found either.
func (s *Sessions) EndOne(ctx context.Context, user User, id string) error {
	open, err := s.List(ctx, user)
	if err != nil {
		return err
	}
	for _, session := range open {
		if session.ID == id {
			return s.store.DeleteSession(ctx, session.token)
		}
	}
	return consent.ErrNotFound
}

// EndOthers ends all of the user's sessions but the one that asks.
func (s *Sessions) EndOthers(ctx context.Context, user User) error {
	open, err := s.List(ctx, user)
	if err != nil {
		return err
	}
	for _, session := range open {
		if session.Current {
			continue
		}
		if err := s.store.DeleteSession(ctx, session.token); err != nil {
			return err
		}
	}
	return nil
}

// hashOf is how scs names a session to its store.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
