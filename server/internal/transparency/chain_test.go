package transparency

import (
	"errors"
	"math/rand/v2"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// inMemory are all hashes of a tree, by index of storage.
type inMemory []tlog.Hash

func (m inMemory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = m[index]
	}
	return hashes, nil
}

func treeOf(t *testing.T, size int64) (tlog.Tree, inMemory) {
	t.Helper()
	var hashes inMemory
	for i := range size {
		more, err := tlog.StoredHashes(i, commitmentOf(i), hashes)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, more...)
	}
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		t.Fatal(err)
	}
	return tlog.Tree{N: size, Hash: root}, hashes
}

func commitmentOf(index int64) []byte {
	c := Commitment{byte(index), byte(index >> 8)}
	return c[:]
}

// TestAChainTakesEntriesOfTheLogAndNoOthers has trees of all small sizes, and of each some of its entries.
func TestAChainTakesEntriesOfTheLogAndNoOthers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for size := int64(1); size < 90; size++ {
		tree, hashes := treeOf(t, size)
		for _, share := range []float64{0.02, 0.3, 1} {
			prover := &Prover{Tree: tree, hashes: hashes, known: []span{{0, size}}}
			chain, sent := NewChain(tree), 0
			for index := range size {
				if random.Float64() > share {
					continue
				}
				proof, err := prover.Prove(index)
				if err != nil {
					t.Fatal(err)
				}
				sent += len(proof)
				doubtful := *chain
				doubtful.known = append([]knownSpan(nil), chain.known...)
				if err := doubtful.Check(index, Commitment(commitmentOf(index+1)), proof); !errors.Is(err, ErrNotLogged) {
					t.Fatalf("another entry for %d of %d: %v", index, size, err)
				}
				if err := chain.Check(index, Commitment(commitmentOf(index)), proof); err != nil {
					t.Fatalf("entry %d of %d: %v", index, size, err)
				}
				doubtful.known = append([]knownSpan(nil), chain.known...)
				if err := doubtful.Check(index, Commitment(commitmentOf(index)), proof); !errors.Is(err, ErrOutOfOrder) {
					t.Fatalf("entry %d of %d twice: %v", index, size, err)
				}
			}
			if share == 1 && sent != int(size)-1 {
				t.Errorf("%d hashes prove all of %d entries", sent, size)
			}
		}
	}
}

func TestAProverKeepsTheOrder(t *testing.T) {
	tree, hashes := treeOf(t, 10)
	prover := &Prover{Tree: tree, hashes: hashes, known: []span{{0, 10}}}
	for _, index := range []int64{4, 10} {
		if _, err := prover.Prove(index); (err != nil) != (index == 10) {
			t.Fatalf("entry %d: %v", index, err)
		}
	}
	if _, err := prover.Prove(3); !errors.Is(err, ErrOutOfOrder) {
		t.Fatal(err)
	}
}
