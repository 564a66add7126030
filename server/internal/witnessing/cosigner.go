package witnessing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// cosigner is a witness of ours: it gets each checkpoint with the proof that the log has only grown, and gives a signature.
type cosigner struct {
	address string
	key     cosignatureKey
	known   int64 // Size that the witness has cosigned last, as far as is known here.
}

func (c *cosigner) send(ctx context.Context, log Log, checkpoint string) (handed, error) {
	// Once more where it says which size it knows.
	for range 2 {
		adding, err := c.addition(ctx, log, checkpoint)
		if err != nil {
			return handed{}, err
		}
		status, answer, err := post(ctx, c.address, adding.text())
		if err != nil {
			return handed{}, err
		}
		switch status {
		case http.StatusOK:
			return c.taken(adding.checkpoint, string(answer))
		case http.StatusConflict:
			known, err := parseSize(strings.TrimSuffix(string(answer), "\n"))
			if err != nil {
				return handed{}, refusal(status, answer)
			}
			if known == adding.old {
				return handed{}, fmt.Errorf("it has cosigned another log of %d entries under this name: this one was written anew", known)
			}
			c.known = known
		default:
			return handed{}, refusal(status, answer)
		}
	}
	return handed{}, errors.New("it says twice that it knows another size of the log")
}

func (c *cosigner) addition(ctx context.Context, log Log, checkpoint string) (addition, error) {
	if c.known == 0 {
		return addition{checkpoint: checkpoint}, nil
	}
	_, tree, err := log.Tree(ctx)
	if err != nil {
		return addition{}, err
	}
	if c.known > tree.N {
		return addition{}, fmt.Errorf("it has cosigned %d entries of this log, which has %d: entries are gone, as after an older copy was put back", c.known, tree.N)
	}
	proof, latest, err := log.ProveGrowth(ctx, c.known)
	return addition{old: c.known, proof: proof, checkpoint: latest}, err
}

// taken keeps of the answer what the witness's key has signed.
func (c *cosigner) taken(checkpoint, answer string) (handed, error) {
	opened, err := note.Open([]byte(checkpoint+answer), note.VerifierList(c.key))
	if err != nil {
		return handed{}, fmt.Errorf("its answer is no cosignature by %s: %w", c.key.name, err)
	}
	if c.known, err = sizeOf(checkpoint); err != nil {
		return handed{}, err
	}
	var lines strings.Builder
	for _, signature := range opened.Sigs {
		fmt.Fprintf(&lines, "— %s %s\n", signature.Name, signature.Base64)
	}
	return handed{checkpoint: checkpoint, cosignatures: lines.String()}, nil
}
