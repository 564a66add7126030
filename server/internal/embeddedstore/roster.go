package embeddedstore

import (
	"context"
	"database/sql"
	"errors"

	"assent/server/internal/account"
)

// Roster implements account.RosterStore.
func (s *Store) Roster(ctx context.Context) (account.Roster, error) {
	documents, err := readDocuments(ctx, s.read)
	if err != nil {
		return account.Roster{}, err
	}
	return documents.Roster()
}

// ChangeRoster implements account.RosterStore.
func (s *Store) ChangeRoster(ctx context.Context, edit func(*account.Roster) error) (err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return unavailable("change people", err)
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	documents, err := readDocuments(ctx, tx)
	if err != nil {
		return err
	}
	changes, err := documents.Edit(edit)
	if err != nil {
		return err
	}
	for key, document := range changes {
		if err := writeDocument(ctx, tx, key, document); err != nil {
			return unavailable("change people", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return unavailable("change people", err)
	}
	return nil
}

func writeDocument(ctx context.Context, tx *sql.Tx, key account.DocumentKey, document []byte) error {
	if document == nil {
		_, err := tx.ExecContext(ctx, "DELETE FROM people WHERE kind = ? AND name = ?", key.Kind, key.Name)
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO people (kind, name, document) VALUES (?, ?, ?)
		ON CONFLICT (kind, name) DO UPDATE SET document = excluded.document`, key.Kind, key.Name, document)
	return err
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func readDocuments(ctx context.Context, from querier) (_ account.Documents, err error) {
	rows, err := from.QueryContext(ctx, "SELECT kind, name, document FROM people")
	if err != nil {
		return nil, unavailable("read people", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	documents := account.Documents{}
	for rows.Next() {
		var key account.DocumentKey
		var document []byte
		if err := rows.Scan(&key.Kind, &key.Name, &document); err != nil {
			return nil, unavailable("read people", err)
		}
		documents[key] = document
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read people", err)
	}
	return documents, nil
}
