package redisstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/account"
)

// rosterAttempts bounds how often a change of people begins anew because of another one. Of those that meet, one gets
// through each time.
const rosterAttempts = 64

// rosterKeys are the hashes that a roster's kinds of documents are in.
func rosterKeys() map[string]string {
	return map[string]string{account.UserKind: schemas.UsersKey(), account.InvitationKind: schemas.InvitationsKey(),
		account.TokenKind: schemas.TokensKey(), account.FactorsKind: schemas.FactorsKey()}
}

// Roster implements account.RosterStore.
func (s *Store) Roster(ctx context.Context) (account.Roster, error) {
	documents, err := readDocuments(ctx, s.client)
	if err != nil {
		return account.Roster{}, unavailable("read people from redis", err)
	}
	return documents.Roster()
}

// ChangeRoster implements account.RosterStore: what was read is watched, and written only when it is still the same.
func (s *Store) ChangeRoster(ctx context.Context, edit func(*account.Roster) error) error {
	var refused error
	change := func(tx *redis.Tx) error {
		documents, err := readDocuments(ctx, tx)
		if err != nil {
			return err
		}
		var changes account.Documents
		if changes, refused = documents.Edit(edit); refused != nil {
			return refused
		}
		_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			writeDocuments(ctx, pipe, changes)
			return nil
		})
		return err
	}
	for range rosterAttempts {
		err := s.client.Watch(ctx, change, slices.Collect(maps.Values(rosterKeys()))...)
		switch {
		case refused != nil:
			return refused
		case err == nil:
			return nil
		case !errors.Is(err, redis.TxFailedErr):
			return unavailable("change people in redis", err)
		}
	}
	return unavailable("change people in redis", fmt.Errorf("met another change %d times", rosterAttempts))
}

func writeDocuments(ctx context.Context, pipe redis.Pipeliner, changes account.Documents) {
	keys := rosterKeys()
	for key, document := range changes {
		if document == nil {
			pipe.HDel(ctx, keys[key.Kind], key.Name)
			continue
		}
		pipe.HSet(ctx, keys[key.Kind], key.Name, document)
	}
}

func readDocuments(ctx context.Context, from redis.Cmdable) (account.Documents, error) {
	documents := account.Documents{}
	for kind, key := range rosterKeys() {
		fields, err := from.HGetAll(ctx, key).Result()
		if err != nil {
			return nil, err
		}
		for name, document := range fields {
			documents[account.DocumentKey{Kind: kind, Name: name}] = []byte(document)
		}
	}
	return documents, nil
}
