// Package transparency keeps a log of all decisions that cannot be changed without anybody noticing: a Merkle tree (RFC
// 6962) over a commitment to each, whose head is signed. It has the formats of C2SP (tlog-checkpoint, tlog-tiles), so that
// other people's tools can read and witness it, and holds nothing of a visitor: a commitment is a hash under a random salt.
package transparency

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"strconv"

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
func Commit(salt Salt, r consent.Record) Commitment {
	return commit(leafDomain, salt, fields(r))
}

func commit(domain string, salt Salt, fields []string) Commitment {
	text := make([]byte, 0, 512)
	text = append(append(text, domain...), salt[:]...)
	for _, field := range fields {
		text = append(binary.BigEndian.AppendUint32(text, uint32(len(field))), field...)
	}
	return sha256.Sum256(text)
}

// fields are the decision's, in the order of the commitment. Times are microseconds since 1970 in decimal, 0 for one that is
// not known. A list is its length, then its members; answers are theirs, then names and 1 or 0 in turn, sorted by name.
func fields(r consent.Record) []string {
	text := []string{r.ID.String(), r.Site, r.Subject, r.Notice, r.Action}
	text = appendAnswers(appendAnswers(text, r.Purposes), r.Services)
	text = append(text, r.Source, strconv.FormatBool(r.Synthetic), r.Locale, r.Page, number(consent.Micros(r.DecidedAt)),
		number(consent.Micros(r.RecordedAt)), number(int64(r.LifetimeDays)))
	text = append(append(text, number(int64(len(r.Flags)))), r.Flags...)
	text = append(append(text, r.Regime, number(int64(len(r.Removed)))), r.Removed...)
	return append(text, r.Country, r.Device, r.Browser, number(int64(r.Waited)))
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func appendAnswers(text []string, answers map[string]bool) []string {
	text = append(text, number(int64(len(answers))))
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		answer := "0"
		if answers[name] {
			answer = "1"
		}
		text = append(text, name, answer)
	}
	return text
}
