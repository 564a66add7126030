package transparency

import (
	"crypto/sha256"
	"time"

	"assent/server/internal/consent"
)

// Tombstone is an entry of the log which tells that the decision of an earlier one was erased, and nothing of whose it was.
type Tombstone struct {
	Erased int64 // Index of the earlier entry.
	At     time.Time
	Reason string // A code, never words of anybody's.
}

const tombstoneDomain = "assent/erasure/1"

// Commit returns what stands for the tombstone in the log: as that of a decision, with its own domain and fields.
func (t Tombstone) Commit(salt Salt) Commitment {
	text := number(number(begin(nil, tombstoneDomain, salt), t.Erased), consent.Micros(t.At))
	return sha256.Sum256(field(text, t.Reason))
}
