package sealing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Given returns the source that an operator names: keys themselves, or the file that has them.
func Given(text string) Source {
	if strings.HasPrefix(strings.TrimSpace(text), prefix) {
		return Value(text)
	}
	return File(text)
}

// Value is keys that stand in the environment, separated by commas or line ends.
type Value string

// Keys implements Source.
func (v Value) Keys(context.Context) ([]Key, error) {
	keys, err := parseKeys(strings.ReplaceAll(string(v), ",", "\n"))
	if err != nil {
		return nil, fmt.Errorf("data keys in ASSENT_DATA_KEYS: %w", err)
	}
	return keys, nil
}

func (v Value) String() string { return "ASSENT_DATA_KEYS" }

// File is keys in a file, one a line, the one that seals first.
type File string

func (f File) String() string { return "the key file " + string(f) }

// Beside is the file that a server made itself beside its data. One that is not there has no keys.
type Beside struct{ File }

// Keys implements Source.
func (b Beside) Keys(ctx context.Context) ([]Key, error) {
	keys, err := b.File.Keys(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return keys, err
}

// forOthers are the permissions that make a file everybody's.
const forOthers fs.FileMode = 0o007

// Keys implements Source. It refuses a file that every user of the machine may read.
func (f File) Keys(context.Context) ([]Key, error) {
	file, err := os.Open(string(f))
	if err != nil {
		return nil, fmt.Errorf("read data keys: %w; make them with: assent keys rotate data --data-keys FILE", err)
	}
	keys, err := f.read(file)
	return keys, errors.Join(err, file.Close())
}

func (f File) read(file *os.File) ([]Key, error) {
	state, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read data keys: %w", err)
	}
	if state.Mode().Perm()&forOthers != 0 {
		return nil, fmt.Errorf("data keys in %s: every user of this machine may read or change the file; run: chmod 600 %s", string(f), string(f))
	}
	text, err := os.ReadFile(string(f))
	if err != nil {
		return nil, fmt.Errorf("read data keys: %w", err)
	}
	keys, err := parseKeys(string(text))
	if err != nil {
		return nil, fmt.Errorf("data keys in %s: %w", string(f), err)
	}
	return keys, nil
}

// Change implements Editable. Of several processes one at a time changes the file.
func (f File) Change(ctx context.Context, edit func([]Key) ([]Key, error)) (err error) {
	folder, err := os.Open(filepath.Dir(string(f)))
	if err != nil {
		return fmt.Errorf("change data keys: %w", err)
	}
	defer func() { err = errors.Join(err, folder.Close()) }() // Which frees the lock, too.
	if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("change data keys: %w", err)
	}
	keys, err := f.Keys(ctx)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	edited, err := edit(keys)
	if err != nil {
		return err
	}
	text := format(edited)
	if format(keys) == text {
		return nil
	}
	if err := f.replace(text); err != nil {
		return fmt.Errorf("change data keys: %w", err)
	}
	// The name, too, has to outlast a power cut: something is soon sealed with what the file says.
	return folder.Sync()
}

// replace writes the file beside itself first, so that it is there whole, the old one or the new one.
func (f File) replace(text string) error {
	beside, err := os.CreateTemp(filepath.Dir(string(f)), "."+filepath.Base(string(f))+".part-*") // Readable by its owner alone.
	if err != nil {
		return err
	}
	_, err = beside.WriteString(text)
	if err = errors.Join(err, beside.Sync(), beside.Close()); err == nil {
		err = os.Rename(beside.Name(), string(f))
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside.Name()))
	}
	return nil
}
