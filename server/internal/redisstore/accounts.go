package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/account"
)

var (
	_ account.Store        = (*Store)(nil)
	_ account.SessionStore = (*Store)(nil)
)

// HasUsers implements account.Store.
func (s *Store) HasUsers(ctx context.Context) (bool, error) {
	count, err := s.client.HLen(ctx, schemas.UsersKey()).Result()
	if err != nil {
		return false, unavailable("read users from redis", err)
	}
	return count > 0, nil
}

// User implements account.Store.
func (s *Store) User(ctx context.Context, email string) (account.User, error) {
	packed, err := s.client.HGet(ctx, schemas.UsersKey(), email).Bytes()
	if err != nil {
		return account.User{}, found("read user from redis", err)
	}
	return account.DecodeUser(packed)
}

// Token implements account.Store.
func (s *Store) Token(ctx context.Context, hash string) (account.Token, error) {
	packed, err := s.client.HGet(ctx, schemas.TokensKey(), hash).Bytes()
	if err != nil {
		return account.Token{}, found("read token from redis", err)
	}
	return account.DecodeToken(packed)
}

// Fields of the hash at TicketKey: plain ones, so that the script below can compare them.
const (
	ticketHash    = "h"
	ticketExpires = "e" // Microseconds since 1970.
)

// OfferTicket implements account.Store.
func (s *Store) OfferTicket(ctx context.Context, ticket account.Ticket) error {
	err := s.client.HSet(ctx, schemas.TicketKey(), ticketHash, ticket.Hash, ticketExpires, ticket.ExpiresAt.UnixMicro()).Err()
	if err != nil {
		return unavailable("write set-up ticket to redis", err)
	}
	return nil
}

// redeemScript creates the first user and removes the ticket, or does nothing. Comparing hashes of tokens needs no
// constant time: how long it takes tells about the hash, which leads nowhere near the token.
var redeemScript = redis.NewScript(`
	local ticket = redis.call('HMGET', KEYS[2], 'h', 'e')
	if ticket[1] ~= ARGV[1] or tonumber(ARGV[2]) >= tonumber(ticket[2]) then return 0 end
	if redis.call('HLEN', KEYS[1]) > 0 then return 0 end
	redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
	redis.call('DEL', KEYS[2])
	return 1`)

// RedeemTicket implements account.Store.
func (s *Store) RedeemTicket(ctx context.Context, hash string, now time.Time, owner account.User) error {
	packed, err := json.Marshal(owner)
	if err != nil {
		return fmt.Errorf("encode user: %w", err)
	}
	created, err := redeemScript.Run(ctx, s.client, []string{schemas.UsersKey(), schemas.TicketKey()},
		hash, now.UnixMicro(), owner.Email, packed).Bool()
	if err != nil {
		return unavailable("create owner in redis", err)
	}
	if !created {
		return account.ErrTicket
	}
	return nil
}

// storedSession carries its own end, because the caller's clock decides and not Redis's.
type storedSession struct {
	Document []byte
	Expires  time.Time
}

// FindSession implements account.SessionStore.
func (s *Store) FindSession(ctx context.Context, token string, now time.Time) ([]byte, bool, error) {
	session, err := s.session(ctx, token)
	if errors.Is(err, redis.Nil) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if !now.Before(session.Expires) {
		return nil, false, nil
	}
	return session.Document, true, nil
}

// session reads one session, or returns redis.Nil.
func (s *Store) session(ctx context.Context, token string) (storedSession, error) {
	packed, err := s.get(ctx, schemas.SessionKey(token))
	if errors.Is(err, redis.Nil) {
		return storedSession{}, err
	}
	if err != nil {
		return storedSession{}, unavailable("read session from redis", err)
	}
	var session storedSession
	if err := json.Unmarshal(packed, &session); err != nil {
		return storedSession{}, fmt.Errorf("decode session: %w", err)
	}
	return session, nil
}

// PutSession implements account.SessionStore. Redis clears ended sessions by itself; only the index of the user's is
// cleared here. It comes first: an entry whose session is missing is harmless.
func (s *Store) PutSession(ctx context.Context, session account.StoredSession, now time.Time) error {
	index := schemas.SessionsKey(session.User)
	_, err := s.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.ZRemRangeByScore(ctx, index, "-inf", strconv.FormatInt(now.UnixMicro(), 10))
		pipe.ZAdd(ctx, index, redis.Z{Score: float64(session.Expires.UnixMicro()), Member: session.Token})
		pipe.ExpireAt(ctx, index, session.Expires)
		return nil
	})
	if err != nil {
		return unavailable("write session to redis", err)
	}
	return s.setSession(ctx, session.Token, session.Document, redis.SetArgs{ExpireAt: session.Expires}, session.Expires)
}

// RefreshSession implements account.SessionStore: a session that was ended meanwhile stays ended.
func (s *Store) RefreshSession(ctx context.Context, token string, document []byte, expires time.Time) error {
	return s.setSession(ctx, token, document, redis.SetArgs{Mode: "XX", ExpireAt: expires}, expires)
}

func (s *Store) setSession(ctx context.Context, token string, document []byte, how redis.SetArgs, expires time.Time) error {
	packed, err := json.Marshal(storedSession{Document: document, Expires: expires})
	if err != nil {
		return fmt.Errorf("encode session: %w", err)
	}
	err = s.client.SetArgs(ctx, schemas.SessionKey(token), packed, how).Err()
	if err != nil && !errors.Is(err, redis.Nil) { // Nil means that there was nothing to refresh.
		return unavailable("write session to redis", err)
	}
	return nil
}

// DeleteSession implements account.SessionStore.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	if err := s.client.Del(ctx, schemas.SessionKey(token)).Err(); err != nil {
		return unavailable("delete session from redis", err)
	}
	return nil
}

// SessionsOf implements account.SessionStore.
func (s *Store) SessionsOf(ctx context.Context, user string, now time.Time) ([]account.StoredSession, error) {
	tokens, err := s.client.ZRange(ctx, schemas.SessionsKey(user), 0, -1).Result()
	if err != nil {
		return nil, unavailable("read sessions from redis", err)
	}
	var sessions []account.StoredSession
	for _, token := range tokens {
		stored, err := s.session(ctx, token)
		switch {
		case errors.Is(err, redis.Nil):
		case err != nil:
			return nil, err
		case now.Before(stored.Expires):
			sessions = append(sessions, account.StoredSession{Token: token, User: user, Document: stored.Document, Expires: stored.Expires})
		}
	}
	return sessions, nil
}
