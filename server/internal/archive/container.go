package archive

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// What a hostile file may make its reader do. No archive of ours comes near.
const (
	mostDirectory = 4 << 20 // Bytes of names and sizes: some thirty thousand notices.
	mostOfOne     = 8 << 20 // Bytes of a file that is read as a whole.
	mostDense     = 200     // How many times as large as it is packed a file is; decisions are some five times.
	mostLine      = 1 << 20 // Bytes of one record.
)

// container is the ZIP file as it was given.
type container struct {
	from  io.ReaderAt
	size  int64
	files []*zip.File
	named map[string]*zip.File
}

// bounded is a file of which only so much is read at first.
type bounded struct {
	io.ReaderAt
	left int
}

var errDirectory = errors.New("its directory is larger than that of any archive")

func (b *bounded) ReadAt(to []byte, at int64) (int, error) {
	if b.left -= len(to); b.left < 0 {
		return 0, errDirectory
	}
	return b.ReaderAt.ReadAt(to, at)
}

func openContainer(from io.ReaderAt, size int64) (*container, error) {
	opened, err := zip.NewReader(&bounded{from, mostDirectory}, size)
	if errors.Is(err, errDirectory) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("it is no archive, or its end is missing: %w", err)
	}
	c := &container{from: from, size: size, files: opened.File, named: map[string]*zip.File{}}
	left := uint64(size)
	for _, file := range opened.File {
		packed, whole := file.CompressedSize64, file.UncompressedSize64
		switch {
		case c.named[file.Name] != nil:
			return nil, fmt.Errorf("%q is in it twice", file.Name)
		case file.Method != zip.Deflate:
			return nil, fmt.Errorf("%q is packed in another way than archives are", file.Name)
		case packed > left:
			return nil, fmt.Errorf("%q is said to be larger than the archive has room for", file.Name)
		case whole/mostDense > packed:
			return nil, fmt.Errorf("%q would be unpacked to more than %d times its size: nothing that is on record is like that", file.Name, mostDense)
		}
		left -= packed
		c.named[file.Name] = file
	}
	return c, nil
}

// unpacked reads one file, and compares it at its end with what the directory says.
type unpacked struct {
	file  *zip.File
	raw   *bufio.Reader
	plain io.Reader
	crc   uint32
	bytes uint64
}

func (c *container) open(name string) (*unpacked, error) {
	file := c.named[name]
	if file == nil {
		return nil, fmt.Errorf("%s is missing", name)
	}
	at, err := file.DataOffset()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	raw := bufio.NewReaderSize(io.NewSectionReader(c.from, at, int64(file.CompressedSize64)), 64<<10)
	return &unpacked{file: file, raw: raw, plain: flate.NewReader(raw)}, nil
}

func (u *unpacked) Read(to []byte) (int, error) {
	n, err := u.plain.Read(to)
	u.crc = crc32.Update(u.crc, crc32.IEEETable, to[:n])
	if u.bytes += uint64(n); u.bytes > u.file.UncompressedSize64 {
		return 0, errors.New("it is longer than the directory says")
	}
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	if _, more := u.raw.ReadByte(); more == nil || u.bytes != u.file.UncompressedSize64 || u.crc != u.file.CRC32 {
		return n, errors.New("it is damaged: it is not what the directory says")
	}
	return n, io.EOF
}

// whole reads a small file.
func (c *container) whole(name string) ([]byte, error) {
	from, err := c.open(name)
	if err != nil {
		return nil, err
	}
	if from.file.UncompressedSize64 > mostOfOne {
		return nil, fmt.Errorf("%s is larger than that of any archive", name)
	}
	text, err := io.ReadAll(from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return text, nil
}

func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

var errContainer = errors.New("the file has something in it that archives do not have: programs may unpack it differently")

// isPlain holds every byte of the container that is no packed content against what Write writes, so that no program finds
// anything else in it.
func (c *container) isPlain() error {
	same := &comparison{with: c.from}
	again := zip.NewWriter(same)
	for _, file := range c.files {
		header := headerOf(file.Name)
		header.Flags, header.CreatorVersion, header.ReaderVersion = 0x8, 20, 20 // As zip.Writer sets them for a file whose size is not known before.
		header.CRC32, header.CompressedSize64, header.UncompressedSize64 = file.CRC32, file.CompressedSize64, file.UncompressedSize64
		to, err := again.CreateRaw(header)
		if err != nil {
			return fmt.Errorf("compare %s: %w", file.Name, err)
		}
		packed, err := file.OpenRaw()
		if err != nil {
			return errContainer
		}
		if _, err := io.Copy(to, packed); err != nil {
			return err
		}
	}
	if err := again.Close(); err != nil {
		return err
	}
	if same.at != c.size {
		return errContainer
	}
	return nil
}

// comparison fails where what is written is not what a file has there.
type comparison struct {
	with io.ReaderAt
	at   int64
	buf  []byte
}

func (c *comparison) Write(some []byte) (int, error) {
	if len(c.buf) < len(some) {
		c.buf = make([]byte, len(some))
	}
	n, err := c.with.ReadAt(c.buf[:len(some)], c.at)
	if n < len(some) && err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if !bytes.Equal(c.buf[:n], some) {
		return 0, errContainer
	}
	c.at += int64(n)
	return n, nil
}
