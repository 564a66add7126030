package witnessing

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
	"assent/server/internal/transparency"
)

// Store keeps what a witness has cosigned. Several processes may use it at once.
type Store interface {
	// WitnessSeed returns what the witness's key is made of, or consent.ErrNotFound.
	WitnessSeed(ctx context.Context) ([]byte, error)
	// KeepWitnessSeed keeps it, unless there is one.
	KeepWitnessSeed(ctx context.Context, seed []byte) error
	// Witnessed returns the latest checkpoint of another log; "" before the first.
	Witnessed(ctx context.Context, origin string) (string, error)
	// KeepWitnessed puts a checkpoint in the place of another one, durably; false when that is not the latest any more.
	KeepWitnessed(ctx context.Context, origin, was, now string) (bool, error)
}

// Why a witness does not cosign.
var (
	ErrUnknownLog = errors.New("no log of this name is witnessed here")
	ErrSignature  = errors.New("the log's key has not signed the checkpoint")
	ErrProof      = errors.New("the hashes do not prove that the log has only grown")
)

// ConflictError means that the log of the request is not the one that was cosigned last.
type ConflictError struct{ Size int64 } // Of the one that was.

// Error says so.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("the checkpoint that was cosigned last stands for %d entries", e.Size)
}

// Witness cosigns the checkpoints of other logs, each as long as it continues the one before (C2SP tlog-witness).
type Witness struct {
	store Store
	key   cosignatureSigner
	logs  map[string]string // Public keys by origin.
	now   func() time.Time
	log   *slog.Logger
}

// OpenWitness returns the store's witness of the logs with these public keys. Random must be cryptographically secure.
func OpenWitness(ctx context.Context, store Store, logs []string, random io.Reader, now func() time.Time, log *slog.Logger) (*Witness, error) {
	w := &Witness{store: store, logs: map[string]string{}, now: now, log: log}
	for _, public := range logs {
		verifier, err := note.NewVerifier(public)
		if err != nil {
			return nil, fmt.Errorf("%q is no key of a log: give what its /log/key answers", public)
		}
		w.logs[verifier.Name()] = public
	}
	seed, err := store.WitnessSeed(ctx)
	if errors.Is(err, consent.ErrNotFound) {
		fresh := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(random, fresh); err != nil {
			return nil, fmt.Errorf("draw the witness's key: %w", err)
		}
		if err := store.KeepWitnessSeed(ctx, fresh); err != nil {
			return nil, err
		}
		// Another instance may have been faster.
		seed, err = store.WitnessSeed(ctx)
	}
	if err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, errors.New("the witness's key in the store is damaged")
	}
	w.key.private = ed25519.NewKeyFromSeed(seed)
	w.key.public = w.key.private.Public().(ed25519.PublicKey)
	w.key.name = fmt.Sprintf("assent-witness/%x", w.key.public[:8])
	return w, nil
}

// Public is the key that cosignatures are checked with.
func (w *Witness) Public() string { return w.key.text() }

// Add takes a request to cosign a checkpoint and returns the cosignature's line. Errors: ErrMalformed, ErrUnknownLog,
// ErrSignature, ErrProof, a *ConflictError, or the store's.
func (w *Witness) Add(ctx context.Context, request string) (string, error) {
	adding, err := parseAddition(request)
	if err != nil {
		return "", err
	}
	origin, _, _ := strings.Cut(adding.checkpoint, "\n")
	public, isKnown := w.logs[origin]
	if !isKnown {
		return "", ErrUnknownLog
	}
	tree, err := transparency.OpenCheckpoint(adding.checkpoint, public)
	if err != nil {
		return "", ErrSignature
	}
	if adding.old > tree.N {
		return "", ErrMalformed
	}
	was, err := w.store.Witnessed(ctx, origin)
	if err != nil {
		return "", err
	}
	if err := w.continues(ctx, was, public, tree, adding); err != nil {
		return "", err
	}
	return w.cosign(ctx, origin, was, public, adding.checkpoint)
}

// continues reports whether a log is the one that was cosigned last, or that one grown.
func (w *Witness) continues(ctx context.Context, was, public string, tree tlog.Tree, adding addition) error {
	var known tlog.Tree
	if was != "" {
		var err error
		if known, err = transparency.OpenCheckpoint(was, public); err != nil {
			return fmt.Errorf("read the checkpoint that was cosigned last: %w", err)
		}
	}
	if adding.old != known.N {
		return &ConflictError{Size: known.N}
	}
	switch {
	case known.N == tree.N && known.Hash != tree.Hash && known.N > 0:
		// Both are signed, which proves it to everybody.
		w.log.ErrorContext(ctx, "a log has signed two histories; keep both checkpoints", "cosigned", was, "refused", adding.checkpoint)
		return &ConflictError{Size: known.N}
	case known.N == 0 || known.N == tree.N:
		if len(adding.proof) > 0 {
			return ErrProof
		}
	default:
		if err := tlog.CheckTree(adding.proof, tree.N, tree.Hash, known.N, known.Hash); err != nil {
			w.log.WarnContext(ctx, "a log has signed a checkpoint and not proved that it continues the one before", "cosigned", was, "refused", adding.checkpoint)
			return ErrProof
		}
	}
	return nil
}

// cosign keeps the checkpoint, without the signatures of others, and signs it.
func (w *Witness) cosign(ctx context.Context, origin, was, public, checkpoint string) (string, error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return "", fmt.Errorf("read the log's key: %w", err)
	}
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	if err != nil {
		return "", ErrSignature
	}
	own, err := note.Sign(&note.Note{Text: opened.Text, Sigs: opened.Sigs})
	if err != nil {
		return "", fmt.Errorf("write checkpoint: %w", err)
	}
	isKept, err := w.store.KeepWitnessed(ctx, origin, was, string(own))
	if err != nil {
		return "", err
	}
	if !isKept {
		return "", w.moved(ctx, origin, public)
	}
	signer := w.key
	signer.at = w.now()
	cosigned, err := note.Sign(&note.Note{Text: opened.Text}, signer)
	if err != nil {
		return "", fmt.Errorf("cosign checkpoint: %w", err)
	}
	return strings.TrimPrefix(string(cosigned), opened.Text+"\n"), nil
}

// moved says how far the log is that another request has cosigned meanwhile.
func (w *Witness) moved(ctx context.Context, origin, public string) error {
	latest, err := w.store.Witnessed(ctx, origin)
	if err != nil {
		return err
	}
	tree, err := transparency.OpenCheckpoint(latest, public)
	if err != nil {
		return fmt.Errorf("read the checkpoint that was cosigned last: %w", err)
	}
	return &ConflictError{Size: tree.N}
}
