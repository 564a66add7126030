package embeddedstore

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/consent"
)

var (
	_ account.Store        = (*Store)(nil)
	_ account.SessionStore = (*Store)(nil)
)

const ticketSetting = "setup-ticket"

// HasUsers implements account.Store.
func (s *Store) HasUsers(ctx context.Context) (bool, error) {
	var exists bool
	if err := s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM people WHERE kind = ?)", account.UserKind).Scan(&exists); err != nil {
		return false, unavailable("read users", err)
	}
	return exists, nil
}

// User implements account.Store.
func (s *Store) User(ctx context.Context, email string) (account.User, error) {
	var document []byte
	err := s.read.QueryRowContext(ctx, "SELECT document FROM people WHERE kind = ? AND name = ?", account.UserKind, email).Scan(&document)
	if err != nil {
		return account.User{}, found("read user", err)
	}
	return account.DecodeUser(document)
}

// Token implements account.Store.
func (s *Store) Token(ctx context.Context, hash string) (account.Token, error) {
	var document []byte
	err := s.read.QueryRowContext(ctx, "SELECT document FROM people WHERE kind = ? AND name = ?", account.TokenKind, hash).Scan(&document)
	if err != nil {
		return account.Token{}, found("read token", err)
	}
	return account.DecodeToken(document)
}

// OfferTicket implements account.Store.
func (s *Store) OfferTicket(ctx context.Context, ticket account.Ticket) error {
	value, err := json.Marshal(ticket)
	if err != nil {
		return fmt.Errorf("encode set-up ticket: %w", err)
	}
	_, err = s.write.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, ticketSetting, value)
	if err != nil {
		return unavailable("write set-up ticket", err)
	}
	return nil
}

// RedeemTicket implements account.Store.
func (s *Store) RedeemTicket(ctx context.Context, hash string, now time.Time, owner account.User) (err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return unavailable("create owner", err)
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	if err := checkTicket(ctx, tx, hash, now); err != nil {
		return err
	}
	document, err := json.Marshal(owner)
	if err != nil {
		return fmt.Errorf("encode user: %w", err)
	}
	created, err := tx.ExecContext(ctx, `INSERT INTO people (kind, name, document)
		SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM people WHERE kind = ?1)`, account.UserKind, owner.Email, document)
	if err != nil {
		return unavailable("create owner", err)
	}
	if n, err := created.RowsAffected(); err != nil || n == 0 {
		return errors.Join(account.ErrTicket, err)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM settings WHERE name = ?", ticketSetting); err != nil {
		return unavailable("create owner", err)
	}
	if err := tx.Commit(); err != nil {
		return unavailable("create owner", err)
	}
	return nil
}

func checkTicket(ctx context.Context, tx *sql.Tx, hash string, now time.Time) error {
	var value []byte
	err := tx.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", ticketSetting).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return account.ErrTicket
	}
	if err != nil {
		return unavailable("read set-up ticket", err)
	}
	var ticket account.Ticket
	if err := json.Unmarshal(value, &ticket); err != nil {
		return fmt.Errorf("decode set-up ticket: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(ticket.Hash), []byte(hash)) != 1 || !now.Before(ticket.ExpiresAt) {
		return account.ErrTicket
	}
	return nil
}

// FindSession implements account.SessionStore.
func (s *Store) FindSession(ctx context.Context, token string, now time.Time) ([]byte, bool, error) {
	var document []byte
	err := s.read.QueryRowContext(ctx, "SELECT document FROM sessions WHERE token = ? AND expires_at > ?", token, now.UnixMicro()).Scan(&document)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, unavailable("read session", err)
	}
	return document, true, nil
}

// PutSession implements account.SessionStore.
func (s *Store) PutSession(ctx context.Context, session account.StoredSession, now time.Time) error {
	if _, err := s.write.ExecContext(ctx, "DELETE FROM sessions WHERE expires_at <= ?", now.UnixMicro()); err != nil {
		return unavailable("clear sessions", err)
	}
	_, err := s.write.ExecContext(ctx, `INSERT INTO sessions (token, user, document, expires_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (token) DO UPDATE SET user = excluded.user, document = excluded.document, expires_at = excluded.expires_at`,
		session.Token, session.User, session.Document, session.Expires.UnixMicro())
	if err != nil {
		return unavailable("write session", err)
	}
	return nil
}

// RefreshSession implements account.SessionStore.
func (s *Store) RefreshSession(ctx context.Context, token string, document []byte, expires time.Time) error {
	_, err := s.write.ExecContext(ctx, "UPDATE sessions SET document = ?, expires_at = ? WHERE token = ?", document, expires.UnixMicro(), token)
	if err != nil {
		return unavailable("refresh session", err)
	}
	return nil
}

// DeleteSession implements account.SessionStore.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	if _, err := s.write.ExecContext(ctx, "DELETE FROM sessions WHERE token = ?", token); err != nil {
		return unavailable("delete session", err)
	}
	return nil
}

// SessionsOf implements account.SessionStore.
func (s *Store) SessionsOf(ctx context.Context, user string, now time.Time) (_ []account.StoredSession, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT token, document, expires_at FROM sessions WHERE user = ? AND expires_at > ?", user, now.UnixMicro())
	if err != nil {
		return nil, unavailable("read sessions", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var sessions []account.StoredSession
	for rows.Next() {
		session := account.StoredSession{User: user}
		var expires int64
		if err := rows.Scan(&session.Token, &session.Document, &expires); err != nil {
			return nil, unavailable("read sessions", err)
		}
		session.Expires = consent.FromMicros(expires)
		sessions = append(sessions, session)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read sessions", err)
	}
	return sessions, nil
}
