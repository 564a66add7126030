package witnessing

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// addition is what a witness is asked to cosign (C2SP tlog-witness, add-checkpoint).
type addition struct {
	old        int64 // Size of the log that the witness has cosigned last.
	proof      []tlog.Hash
	checkpoint string
}

// mostHashes is how long a proof can be.
const mostHashes = 63

func (a addition) text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "old %d\n", a.old)
	for _, hash := range a.proof {
		text.WriteString(base64.StdEncoding.EncodeToString(hash[:]) + "\n")
	}
	return text.String() + "\n" + a.checkpoint
}

// ErrMalformed means that a request to a witness is not one.
var ErrMalformed = errors.New("not a line \"old SIZE\", lines of hashes in base64, an empty line and a checkpoint of at least that size")

func parseAddition(text string) (addition, error) {
	head, checkpoint, isWhole := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	size, isOld := strings.CutPrefix(lines[0], "old ")
	if !isWhole || !isOld || len(lines)-1 > mostHashes {
		return addition{}, ErrMalformed
	}
	parsed := addition{checkpoint: checkpoint}
	var err error
	if parsed.old, err = parseSize(size); err != nil {
		return addition{}, err
	}
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return addition{}, ErrMalformed
		}
		parsed.proof = append(parsed.proof, tlog.Hash(hash))
	}
	return parsed, nil
}

// parseSize reads a size in decimal without leading zeros.
func parseSize(text string) (int64, error) {
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != text {
		return 0, ErrMalformed
	}
	return size, nil
}

// sizeOf is the number of entries that a checkpoint says it stands for.
func sizeOf(checkpoint string) (int64, error) {
	lines := strings.SplitN(checkpoint, "\n", 3)
	if len(lines) < 3 {
		return 0, ErrMalformed
	}
	return parseSize(lines[1])
}
