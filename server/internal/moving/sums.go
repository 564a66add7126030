package moving

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
)

// Sum is how many items there are and a hash of their content that does not depend on their order: the SHA-256 of each,
// added up in four lanes of 64 bits. It tells of loss, doubles and damage; who can change a store can forge it.
type Sum struct {
	Count int64
	lanes [4]uint64
}

func (s *Sum) add(line []byte) {
	hash := sha256.Sum256(line)
	for i := range s.lanes {
		s.lanes[i] += binary.BigEndian.Uint64(hash[8*i:])
	}
	s.Count++
}

// Hash is the content's hash in hex.
func (s Sum) Hash() string {
	var hash []byte
	for _, lane := range s.lanes {
		hash = binary.BigEndian.AppendUint64(hash, lane)
	}
	return hex.EncodeToString(hash)
}

// Sums has one Sum for each kind of item.
type Sums map[string]Sum

func (s Sums) add(kind string, line []byte) {
	sum := s[kind]
	sum.add(line)
	s[kind] = sum
}

// total is a Sum as manifests have it.
type total struct {
	Count int64  `json:"count"`
	Hash  string `json:"hash"`
}

func (s Sums) totals() map[string]total {
	totals := map[string]total{}
	for kind, sum := range s {
		totals[kind] = total{Count: sum.Count, Hash: sum.Hash()}
	}
	return totals
}

// Proof holds two sides against each other.
type Proof struct{ There, Here Sums }

// Equal reports whether both sides hold the same.
func (p Proof) Equal() bool {
	for kind := range p.kinds() {
		if p.There[kind] != p.Here[kind] {
			return false
		}
	}
	return true
}

// Lines tells, for each kind, what was found on both sides.
func (p Proof) Lines() []string {
	var lines []string
	for _, kind := range slices.Sorted(maps.Keys(p.kinds())) {
		there, here := p.There[kind], p.Here[kind]
		verdict := "equal"
		if there != here {
			verdict = "NOT EQUAL"
		}
		lines = append(lines, fmt.Sprintf("%-12s %10d %s -> %10d %s  %s", kind, there.Count, there.Hash(), here.Count, here.Hash(), verdict))
	}
	return lines
}

func (p Proof) kinds() map[string]bool {
	kinds := map[string]bool{}
	for _, side := range []Sums{p.There, p.Here} {
		for kind := range side {
			kinds[kind] = true
		}
	}
	return kinds
}
