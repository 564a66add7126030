package register

import (
	"context"
	"errors"

	"assent/server/internal/consent"
)

var errTaken = errors.New("somebody was first")

// turn is the one document of its kind: which moment somebody was first at.
type turn struct {
	At string `json:"at"`
}

// First reports whether nobody asked for a kind at that moment or a later one before, so that one of all servers does what
// is to be done once. Moments are compared as text.
func First(ctx context.Context, store Store, kind Kind, moment string) (bool, error) {
	const everywhere, id = "*", "last"
	book := Book[turn]{Store: store, Kind: kind}
	_, err := book.Change(ctx, everywhere, id, func(t *turn) error {
		if t.At >= moment {
			return errTaken
		}
		t.At = moment
		return nil
	})
	if errors.Is(err, consent.ErrNotFound) {
		err = book.Add(ctx, everywhere, id, turn{At: moment})
	}
	if errors.Is(err, errTaken) || errors.Is(err, consent.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}
