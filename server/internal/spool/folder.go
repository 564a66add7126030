package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const (
	extension = ".spool"
	// segmentSize is when the next segment is begun: what is drained again after a crash is at most one, and a file
	// is given back to the system as soon as the journal has all of it.
	segmentSize = 8 << 20
)

// folder is the segments on disk, oldest first. What was there at the start is only read; appends go into new ones.
type folder struct {
	dir      string
	lock     *os.File
	segments []*segment
	active   *segment // The last one, if this process may append to it.
	next     uint32
	size     int64 // Of all segments.
	log      *slog.Logger
}

type segment struct {
	number  uint32
	path    string
	file    *os.File
	size    int64
	damaged bool // To be kept when it is drained.
}

// openFolder locks the folder and finds the segments that an earlier process left.
func openFolder(dir string, log *slog.Logger) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	if err := syncFolder(filepath.Dir(dir)); err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock spool: %w", err)
	}
	f := &folder{dir: dir, lock: lock, next: 1, log: log}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another assent spools in %s", dir), lock.Close())
	}
	if err := f.find(); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func (f *folder) find() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("read spool: %w", err)
	}
	for _, entry := range entries {
		name, isSegment := strings.CutSuffix(entry.Name(), extension)
		number, err := strconv.ParseUint(name, 10, 32)
		if !isSegment || err != nil || number == 0 {
			continue
		}
		if err := f.adopt(entry.Name(), uint32(number)); err != nil {
			return err
		}
	}
	slices.SortFunc(f.segments, func(a, b *segment) int { return int(a.number) - int(b.number) })
	return nil
}

// adopt opens a segment of an earlier process. One of another version is left alone, and told of.
func (f *folder) adopt(name string, number uint32) error {
	path := filepath.Join(f.dir, name)
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open spool: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("open spool: %w", err), file.Close())
	}
	f.next = max(f.next, number+1)
	head := make([]byte, len(magic))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return errors.Join(fmt.Errorf("read spool: %w", err), file.Close())
	}
	switch {
	case string(head) == magic:
		f.segments = append(f.segments, &segment{number: number, path: path, file: file, size: info.Size()})
		f.size += info.Size()
		return nil
	case info.Size() <= int64(len(magic)) && strings.HasPrefix(magic, string(bytes.TrimRight(head, "\x00"))):
		// The process ended before the file was begun, hence before anything in it.
		return errors.Join(file.Close(), os.Remove(path))
	default:
		f.log.Error("a file of the spool is damaged or of another version of assent, and is left alone", "file", path)
		return file.Close()
	}
}

// append writes whole frames behind the last one and returns when they are on disk. Nothing of a write that failed is
// counted: the next one goes into a new segment, because nobody knows what a failed flush has left.
func (f *folder) append(frames []byte) error {
	_, err := f.active.file.WriteAt(frames, f.active.size)
	if err == nil {
		err = f.active.file.Sync()
	}
	if err != nil {
		err = fmt.Errorf("write spool: %w", err)
		if cut := f.active.file.Truncate(f.active.size); cut != nil {
			err = errors.Join(err, fmt.Errorf("cut spool: %w", cut))
		}
		f.active = nil
		return err
	}
	f.active.size += int64(len(frames))
	f.size += int64(len(frames))
	return nil
}

// prepare makes sure that there is a segment to append to, and returns where the next frame will be.
func (f *folder) prepare() (place, error) {
	if f.active == nil || f.active.size >= segmentSize {
		if err := f.begin(); err != nil {
			return 0, fmt.Errorf("begin file of spool: %w", err)
		}
	}
	return placeOf(f.active.number, f.active.size), nil
}

func (f *folder) begin() error {
	path := filepath.Join(f.dir, fmt.Sprintf("%010d%s", f.next, extension))
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(magic)
	if err = errors.Join(err, file.Sync(), syncFolder(f.dir)); err != nil {
		return errors.Join(err, file.Close(), os.Remove(path))
	}
	f.active = &segment{number: f.next, path: path, file: file, size: int64(len(magic))}
	f.segments = append(f.segments, f.active)
	f.size += f.active.size
	f.next++
	return nil
}

// syncFolder makes the names in it durable.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// read returns the frame at a place, or errFrame.
func (f *folder) read(at place) (frame, error) {
	index, found := slices.BinarySearchFunc(f.segments, at.segment(), func(s *segment, number uint32) int { return int(s.number) - int(number) })
	if !found {
		return frame{}, errFrame
	}
	for _, size := range []int{usualFrame, maxFrame} {
		data := make([]byte, size)
		n, err := f.segments[index].file.ReadAt(data, at.offset())
		if err != nil && !errors.Is(err, io.EOF) {
			return frame{}, fmt.Errorf("read spool: %w", err)
		}
		if found, err := parseFrame(data[:n]); err == nil {
			return found, nil
		}
	}
	return frame{}, errFrame
}

// retire removes the oldest segment, which the journal has all of, or keeps it aside if there is more in it than could
// be read.
func (f *folder) retire() error {
	oldest := f.segments[0]
	f.segments = f.segments[1:]
	f.size -= oldest.size
	if oldest == f.active {
		f.active = nil
	}
	if oldest.damaged {
		return errors.Join(oldest.file.Close(), os.Rename(oldest.path, oldest.path+".damaged"))
	}
	return errors.Join(oldest.file.Close(), os.Remove(oldest.path))
}

// setAside appends a text to a file beside the segments.
func (f *folder) setAside(name string, text []byte) error {
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close(), syncFolder(f.dir))
}

func (f *folder) close() error {
	var failures []error
	for _, one := range f.segments {
		failures = append(failures, one.file.Close())
	}
	return errors.Join(append(failures, f.lock.Close())...)
}
