package moving

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"time"
)

// longest is the size of one line, in bytes, that is read: a built script with its languages has a few hundred thousand.
const longest = 64 << 20

// Checked is a backup that was read to its end and found whole.
type Checked struct {
	Taken time.Time
	Sums  Sums
	hash  string // Of its content: its name in marks.
	name  string
}

// Verify reads a backup to its end and holds it against its own totals and hash, without keeping it in memory.
func Verify(name string) (Checked, error) {
	checked := Checked{Sums: Sums{}, name: name}
	found, err := readBackup(name, checked.Sums.take)
	if err != nil {
		return Checked{}, fmt.Errorf("backup %s: %w", name, err)
	}
	if !maps.Equal(checked.Sums.totals(), found.end.Totals) || found.hash != found.end.SHA256 {
		return Checked{}, fmt.Errorf("backup %s: it is damaged: what it holds is not what was written", name)
	}
	checked.Taken, checked.hash = found.header.Taken, found.hash
	return checked, nil
}

// content is what a backup tells about itself, and the hash of the lines that were read.
type content struct {
	header header
	end    end
	hash   string
}

// readBackup calls do with each item.
func readBackup(name string, do func(Item) error) (content, error) {
	file, err := os.Open(name)
	if err != nil {
		return content{}, err
	}
	found, err := readLines(file, do)
	return found, errors.Join(err, file.Close())
}

func readLines(file io.Reader, do func(Item) error) (content, error) {
	packed, err := gzip.NewReader(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		return content{}, fmt.Errorf("it is no backup of assent: %w", err)
	}
	lines := bufio.NewScanner(packed)
	lines.Buffer(make([]byte, 0, 1<<20), longest)
	found, hash := content{}, sha256.New()
	if !lines.Scan() {
		return content{}, broken(lines.Err())
	}
	if err := json.Unmarshal(lines.Bytes(), &found.header); err != nil || found.header.Format == 0 {
		return content{}, errors.New("it is no backup of assent")
	}
	if found.header.Format > format {
		return content{}, fmt.Errorf("it was written by a newer version of assent (format %d, this one knows %d): upgrade assent", found.header.Format, format)
	}
	for {
		hash.Write(lines.Bytes())
		hash.Write([]byte{'\n'})
		if !lines.Scan() {
			return content{}, broken(lines.Err())
		}
		next, err := decodeLine(lines.Bytes())
		if err != nil {
			// The last line before a cut is not whole; what comes after it tells of the cut.
			lines.Scan()
			return content{}, broken(cmp.Or(lines.Err(), err))
		}
		if next.End != nil {
			found.end, found.hash = *next.End, hex.EncodeToString(hash.Sum(nil))
			return found, atEnd(lines)
		}
		if err := do(next.Item); err != nil {
			return content{}, err
		}
	}
}

func decodeLine(text []byte) (line, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var next line
	if err := decoder.Decode(&next); err != nil {
		return line{}, err
	}
	if next.End == nil {
		if _, err := next.kind(); err != nil {
			return line{}, fmt.Errorf("a line cannot be read: %w", err)
		}
	}
	return next, nil
}

// atEnd reads to the end of the file, where gzip's own check of the content stands.
func atEnd(lines *bufio.Scanner) error {
	if lines.Scan() {
		return errors.New("it is damaged: something follows its end")
	}
	if err := lines.Err(); err != nil {
		return broken(err)
	}
	return nil
}

func broken(err error) error {
	if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it is cut off: its end is missing")
	}
	return fmt.Errorf("it is damaged: %w", err)
}
