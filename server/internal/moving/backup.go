package moving

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"
)

// format is the version of the file. A later one may add members and kinds; what reads it refuses those of a later
// version than its own.
const format = 1

// A backup is JSON, one object a line, compressed with gzip: a header, then items as Item has them, then the end.
type (
	header struct {
		Format int       `json:"assentBackup"`
		Taken  time.Time `json:"taken"`
	}
	end struct {
		Totals map[string]total `json:"totals"` // By kind.
		SHA256 string           `json:"sha256"` // Of all lines before this one.
	}
	line struct {
		Item
		End *end `json:"end,omitempty"`
	}
)

// Backup writes everything that the place keeps into a new file that only its owner can read. The file is there when it
// is whole and on disk, or not at all.
func Backup(ctx context.Context, from Place, name string) (sums Sums, err error) {
	if _, err := os.Lstat(name); !errors.Is(err, os.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("%s exists: backups are not overwritten, choose another name", name), err)
	}
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".part-*") // Readable by its owner alone.
	if err != nil {
		return nil, fmt.Errorf("create backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	sums, err = writeBackup(ctx, from, file)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, fmt.Errorf("write backup: %w", err)
	}
	if err := publish(file.Name(), name); err != nil {
		return nil, fmt.Errorf("write backup: %w", err)
	}
	return sums, nil
}

// publish gives a file that is on disk its name, and makes the name durable too. A link does not replace what has got that
// name meanwhile; where there are no links (FAT), renaming has to do.
func publish(temporary, name string) error {
	err := os.Link(temporary, name)
	switch {
	case errors.Is(err, os.ErrExist):
		return err
	case err != nil:
		err = os.Rename(temporary, name)
	default:
		err = os.Remove(temporary)
	}
	if err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func writeBackup(ctx context.Context, from Place, file io.Writer) (Sums, error) {
	buffered := bufio.NewWriterSize(file, 1<<20)
	packed, err := gzip.NewWriterLevel(buffered, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	out := lineWriter{to: packed, hash: sha256.New()}
	if err := out.write(header{Format: format, Taken: time.Now().UTC().Truncate(time.Second)}); err != nil {
		return nil, err
	}
	sums := Sums{}
	err = from.Read(ctx, func(item Item) error {
		return errors.Join(sums.take(item), out.write(item))
	})
	if err != nil {
		return nil, err
	}
	if err := out.write(line{End: &end{Totals: sums.totals(), SHA256: hex.EncodeToString(out.hash.Sum(nil))}}); err != nil {
		return nil, err
	}
	return sums, errors.Join(packed.Close(), buffered.Flush())
}

// lineWriter writes JSON, one value a line, and hashes it.
type lineWriter struct {
	to   io.Writer
	hash hash.Hash
}

func (w lineWriter) write(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = io.MultiWriter(w.to, w.hash).Write(append(text, '\n'))
	return err
}
