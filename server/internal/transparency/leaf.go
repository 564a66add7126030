// Package transparency keeps a log of all decisions that cannot be changed without anybody noticing: a Merkle tree (RFC
// 6962) over a commitment to each, whose head is signed. It has the formats of C2SP (tlog-checkpoint, tlog-tiles), so that
// other people's tools can read and witness it, and holds nothing of a visitor: a commitment is a hash under a random salt.
package transparency

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
)

// SaltSize is the length of a salt in bytes: as hard to guess as a key, since a decision itself is not.
const SaltSize = 16

// Salt hides what a commitment is of. Without it, nobody can tell.
type Salt [SaltSize]byte

// CommitmentSize is the length of a commitment in bytes.
const CommitmentSize = sha256.Size

// Commitment stands for one decision in the log.
type Commitment [CommitmentSize]byte

// leafDomain begins what is hashed, so that a commitment is nothing else's hash; its number changes with the fields.
const leafDomain = "assent/decision/1"

// Commit returns SHA-256 of the domain, the salt, and the decision's fields one after the other, each after its length in
// bytes as four bytes, the greatest first.
func Commit(salt Salt, r consent.Record) Commitment { return commit(salt, &r) }

func commit(salt Salt, r *consent.Record) Commitment {
	var room [1024]byte // Enough for most without asking for memory.
	return sha256.Sum256(decisionText(room[:0], salt, r))
}

// decisionText is what a decision's commitment is the hash of. Times are microseconds since 1970 in decimal, 0 for one that
// is not known. A list is its length, then its members; answers are theirs, then names and 1 or 0 in turn, sorted by name.
func decisionText(text []byte, salt Salt, r *consent.Record) []byte {
	text = begin(text, leafDomain, salt)
	id, _ := r.ID.MarshalText() // It never fails.
	text = field(field(field(field(field(text, id), r.Site), r.Subject), r.Notice), r.Action)
	text = answers(answers(text, r.Purposes), r.Services)
	text = field(field(field(field(text, r.Source), strconv.FormatBool(r.Synthetic)), r.Locale), r.Page)
	text = number(number(number(text, consent.Micros(r.DecidedAt)), consent.Micros(r.RecordedAt)), int64(r.LifetimeDays))
	text = list(field(list(text, r.Flags), r.Regime), r.Removed)
	return number(field(field(field(text, r.Country), r.Device), r.Browser), int64(r.Waited))
}

func begin(text []byte, domain string, salt Salt) []byte {
	return append(append(text, domain...), salt[:]...)
}

func field[T string | []byte](text []byte, value T) []byte {
	return append(binary.BigEndian.AppendUint32(text, uint32(len(value))), value...)
}

func list(text []byte, members []string) []byte {
	text = number(text, int64(len(members)))
	for _, member := range members {
		text = field(text, member)
	}
	return text
}

func number(text []byte, n int64) []byte {
	if 0 <= n && n < 10 { // As most are.
		return append(text, 0, 0, 0, 1, '0'+byte(n))
	}
	text = append(text, 0, 0, 0, 0)
	begun := len(text)
	text = strconv.AppendInt(text, n, 10)
	binary.BigEndian.PutUint32(text[begun-4:], uint32(len(text)-begun))
	return text
}

func answers(text []byte, given map[string]bool) []byte {
	text = number(text, int64(len(given)))
	if len(given) == 0 {
		return text
	}
	var room [16]string
	names := room[:0]
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		answer := int64(0)
		if given[name] {
			answer = 1
		}
		text = number(field(text, name), answer)
	}
	return text
}

// leafHash is tlog.RecordHash of the commitment, without asking for memory.
func (c Commitment) leafHash() tlog.Hash {
	var text [1 + CommitmentSize]byte // RFC 6962 puts a zero in front of a leaf.
	copy(text[1:], c[:])
	return sha256.Sum256(text[:])
}
