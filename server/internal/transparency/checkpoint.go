package transparency

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Key signs a log's checkpoints. Its name is the log's origin, which no other log has.
type Key struct {
	Secret string // As note.NewSigner takes it.
	Public string // As note.NewVerifier takes it: name, hash and key, separated by +.
}

// NewKey draws a key for a log of its own.
func NewKey(random io.Reader) (Key, error) {
	id := make([]byte, 8)
	if _, err := io.ReadFull(random, id); err != nil {
		return Key{}, fmt.Errorf("draw the log's name: %w", err)
	}
	secret, public, err := note.GenerateKey(random, fmt.Sprintf("assent/%x", id))
	if err != nil {
		return Key{}, fmt.Errorf("draw the log's key: %w", err)
	}
	return Key{Secret: secret, Public: public}, nil
}

// sign returns the tree's checkpoint, signed (C2SP tlog-checkpoint).
func (k Key) sign(tree tlog.Tree) (string, error) {
	signer, err := note.NewSigner(k.Secret)
	if err != nil {
		return "", fmt.Errorf("read the log's key: %w", err)
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), tree.N, base64.StdEncoding.EncodeToString(tree.Hash[:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return "", fmt.Errorf("sign checkpoint: %w", err)
	}
	return string(signed), nil
}

// ErrCheckpoint means that a text is no checkpoint, or not one that this key has signed.
var ErrCheckpoint = errors.New("not a checkpoint of this log")

// OpenCheckpoint checks a checkpoint's signature and returns the tree that it stands for, or ErrCheckpoint.
func OpenCheckpoint(checkpoint, public string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("read the log's public key: %w", err)
	}
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	// After the three lines others may follow, which mean nothing here.
	lines := strings.SplitN(opened.Text, "\n", 4)
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, ErrCheckpoint
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, ErrCheckpoint
	}
	hash, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(hash) != tlog.HashSize {
		return tlog.Tree{}, ErrCheckpoint
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(hash)}, nil
}

// SplitCheckpoints takes apart what has several, one after the other: each ends with lines of signatures.
func SplitCheckpoints(text string) []string {
	var all []string
	begin, isSigned := 0, false
	for at := 0; at < len(text); {
		line, _, _ := strings.Cut(text[at:], "\n")
		wasSigned := isSigned
		if isSigned = strings.HasPrefix(line, "— "); wasSigned && !isSigned {
			all, begin = append(all, text[begin:at]), at
		}
		at += len(line) + 1
	}
	return append(all, text[begin:])
}
