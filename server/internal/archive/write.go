package archive

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/evidence"
	"assent/server/internal/processing"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/transparency"
)

// Source is where archives come from.
type Source struct {
	Log     *transparency.Log
	Rows    transparency.Archive
	Notices site.Archive
	Scripts snippetbuild.Editions
	Keys    *evidence.Keyring
	Issuer  string // Address of the server, or empty.
	// Known returns checkpoints that witnesses have signed too, as far as they are at hand.
	Known func() []string
	// Restricted returns the subjects of a site who restricted the processing: their decisions are marked.
	Restricted func(ctx context.Context, site string) ([]string, error)
}

// Wanted says what is to be in an archive.
type Wanted struct {
	Site       schemas.Site
	From, To   time.Time // Recorded in [From, To); a zero From is before everything.
	MadeAt     time.Time
	Processing schemas.Processing // In whose language the explanation is, too.
}

// ErrChanged means that what the archive was to prove is not what the log has.
var ErrChanged = errors.New("what is kept is not what was entered into the log of decisions; see: assent verify")

// Write writes an archive, in memory that does not grow with it.
func Write(ctx context.Context, to io.Writer, source Source, wanted Wanted) (Manifest, error) {
	if err := source.Log.CatchUp(ctx); err != nil {
		return Manifest{}, err
	}
	restricted, err := source.Restricted(ctx, wanted.Site.ID)
	if err != nil {
		return Manifest{}, err
	}
	prover, err := source.Log.Prover(ctx)
	if errors.Is(err, transparency.ErrNotYet) {
		return Manifest{}, &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/site", Detail: "nothing was recorded yet: there is nothing to prove"}}}
	}
	if err != nil {
		return Manifest{}, err
	}
	w := &writer{ctx: ctx, source: source, wanted: wanted, restricted: restricted, zip: zip.NewWriter(to), prover: prover, notices: map[string]bool{}, window: window{first: -1}}
	w.manifest = Manifest{Format: format, Site: wanted.Site.ID, Name: wanted.Site.Name, Issuer: source.Issuer, From: wanted.From.UTC(), To: wanted.To.UTC(),
		MadeAt: wanted.MadeAt.UTC(), Entries: prover.Tree.N}
	if wanted.From.IsZero() {
		w.window.first, w.window.isOpen = 0, true
	}
	for _, write := range []func() error{w.readme, w.decisions, w.writeNotices, w.scripts, w.processing, w.keys, w.checkpoints, w.writeManifest} {
		if err := write(); err != nil {
			return Manifest{}, err
		}
	}
	return w.manifest, w.zip.Close()
}

type writer struct {
	ctx        context.Context
	source     Source
	wanted     Wanted
	zip        *zip.Writer
	prover     *transparency.Prover
	manifest   Manifest
	restricted []string        // Subjects.
	notices    map[string]bool // Those that decisions name and the site published.
	window     window
	entries    int64 // Of the log, that were read.
}

// window is the part of the log that has the period's decisions, whoever's they are: an entry whose decision was erased does
// not tell when that was recorded, those around it do.
type window struct {
	first  int64 // -1 before its first entry.
	end    int64 // Behind the last one, unless it is open.
	isOpen bool
}

func (w *window) see(index int64, isCovered bool) {
	switch {
	case isCovered && w.first < 0:
		w.first, w.isOpen = index, true
	case isCovered:
		w.isOpen = true
	case w.isOpen:
		w.isOpen, w.end = false, index
	}
}

func (w *window) has(index int64) bool {
	return w.first >= 0 && index >= w.first && (w.isOpen || index < w.end)
}

// file writes one file. Its hash goes into the manifest.
func (w *writer) file(name string, fill func(io.Writer) error) error {
	entry, err := w.zip.CreateHeader(headerOf(name))
	if err != nil {
		return fmt.Errorf("begin %s: %w", name, err)
	}
	sum := &summed{to: entry, hash: sha256.New()}
	buffered := bufio.NewWriterSize(sum, 64<<10)
	if err := fill(buffered); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if name != manifestFile && name != signedManifest {
		w.manifest.Files = append(w.manifest.Files, File{Name: name, Bytes: sum.bytes, SHA256: hex.EncodeToString(sum.hash.Sum(nil))})
	}
	return nil
}

func (w *writer) text(name string, text []byte) error {
	return w.file(name, func(to io.Writer) error {
		_, err := to.Write(text)
		return err
	})
}

// headerOf is what the container says of a file. It says nothing that the content does not: a reader compares it.
func headerOf(name string) *zip.FileHeader { return &zip.FileHeader{Name: name, Method: zip.Deflate} }

type summed struct {
	to    io.Writer
	hash  hash.Hash
	bytes int64
}

func (s *summed) Write(some []byte) (int, error) {
	s.hash.Write(some)
	s.bytes += int64(len(some))
	return s.to.Write(some)
}

func (w *writer) readme() error {
	return w.file(readmeFile, func(to io.Writer) error {
		return readmes.ExecuteTemplate(to, w.wanted.Processing.Language+".txt", explained{Manifest: w.manifest, Key: w.source.Log.Public()})
	})
}

var errEnough = errors.New("all entries under the checkpoint were read")

func (w *writer) decisions() error {
	return w.file(decisionsFile, func(to io.Writer) error {
		err := w.source.Rows.EachRow(w.ctx, func(row transparency.Row) error { return w.row(to, row) })
		switch {
		case errors.Is(err, errEnough):
			return nil
		case err == nil:
			return fmt.Errorf("%w: it has %d entries, and its checkpoint stands for %d", ErrChanged, w.entries, w.prover.Tree.N)
		}
		return err
	})
}

// row takes the next of the log. Who checks the archive would find what is refused here.
func (w *writer) row(to io.Writer, row transparency.Row) error {
	if row.Entry == nil { // It waits for the log.
		return nil
	}
	if row.Index != w.entries {
		return changed(row, fmt.Sprintf("comes where entry %d is due", w.entries))
	}
	w.entries++
	err := w.logged(to, row)
	if err == nil && w.entries == w.prover.Tree.N {
		return errEnough
	}
	return err
}

func (w *writer) logged(to io.Writer, row transparency.Row) error {
	switch {
	case row.Tombstone != nil:
		if w.window.has(row.Tombstone.Erased) {
			w.manifest.Tombstones++
			return w.line(to, row, line{Tombstone: &tombstone{Erased: row.Tombstone.Erased, At: row.Tombstone.At.UTC(), Reason: row.Tombstone.Reason}},
				row.Tombstone.Commit(row.Entry.Salt))
		}
		return nil
	case row.Erased:
		return nil
	case row.Decision == nil:
		return changed(row, "was removed, or cannot be read")
	}
	isCovered := w.manifest.covers(row.Decision.RecordedAt)
	w.window.see(row.Index, isCovered)
	if !isCovered || row.Decision.Site != w.wanted.Site.ID {
		return nil
	}
	if row.Odd != "" {
		return changed(row, row.Odd)
	}
	if err := w.findNotice(row.Decision.Notice); err != nil {
		return err
	}
	w.manifest.Decisions++
	if slices.Contains(w.restricted, row.Decision.Subject) {
		w.manifest.Restricted = append(w.manifest.Restricted, w.manifest.records())
	}
	return w.line(to, row, line{Decision: receiptOf(*row.Decision)}, transparency.Commit(row.Entry.Salt, *row.Decision))
}

func changed(row transparency.Row, what string) error {
	finding := &transparency.Finding{Position: row.Position, Index: row.Index, What: what}
	if row.Decision != nil {
		finding.Receipt = row.Decision.ID.String()
	}
	return fmt.Errorf("%w: %w", ErrChanged, finding)
}

func (w *writer) line(to io.Writer, row transparency.Row, l line, commitment transparency.Commitment) error {
	if commitment != row.Entry.Commitment {
		return changed(row, "was changed")
	}
	l.Number, l.Index, l.Salt = w.manifest.records(), row.Index, saltText(row.Entry.Salt)
	var err error
	if l.Proof, err = w.prover.Prove(row.Index); err != nil {
		return err
	}
	text, err := canonical(l)
	if err != nil {
		return err
	}
	_, err = to.Write(append(text, '\n'))
	return err
}

// findNotice notes which notices are to be written. A visitor may refuse one that was never published: those are not noted,
// since there may be any number of them.
func (w *writer) findNotice(id string) error {
	if w.notices[id] {
		return nil
	}
	_, err := w.source.Notices.Notice(w.ctx, w.wanted.Site.ID, id)
	if errors.Is(err, consent.ErrNotFound) {
		return nil
	}
	if err == nil {
		w.notices[id] = true
	}
	return err
}

func (w *writer) writeNotices() error {
	for _, id := range slices.Sorted(maps.Keys(w.notices)) {
		document, err := w.source.Notices.Notice(w.ctx, w.wanted.Site.ID, id)
		if err != nil {
			return err
		}
		if site.IDOf(document) != id {
			return fmt.Errorf("%w: notice %s was changed", ErrChanged, id)
		}
		if err := w.text(noticeFile(id), document); err != nil {
			return err
		}
	}
	return nil
}

// scripts tells which scripts showed the archive's notices, since when. Of earlier times none may be on record.
func (w *writer) scripts() error {
	editions, err := w.source.Scripts.Of(w.ctx, w.wanted.Site.ID)
	if err != nil {
		return err
	}
	editions = slices.DeleteFunc(editions, func(e snippetbuild.Published) bool { return !w.notices[e.Notice] })
	return lines(w, scriptsFile, editions)
}

func (w *writer) processing() error {
	text, err := json.MarshalIndent(w.wanted.Processing, "", "  ")
	if err != nil {
		return fmt.Errorf("write record of processing: %w", err)
	}
	if err := w.text(processingFile, text); err != nil {
		return err
	}
	return w.file(processingPage, func(to io.Writer) error { return processing.WritePage(to, w.wanted.Processing) })
}

func (w *writer) keys() error {
	if err := w.text(logKeyFile, []byte(w.source.Log.Public()+"\n")); err != nil {
		return err
	}
	return w.text(keysFile, w.source.Keys.Published())
}

// checkpoints writes the log's head, and heads of before that others have signed as well.
func (w *writer) checkpoints() error {
	head := w.prover.Checkpoint
	var before []earlier
	for _, checkpoint := range w.source.Known() {
		tree, err := transparency.OpenCheckpoint(checkpoint, w.source.Log.Public())
		if err != nil {
			return err
		}
		switch {
		case tree == w.prover.Tree:
			head = checkpoint
		case tree.N > 0 && tree.N < w.prover.Tree.N:
			growth, err := w.prover.ProveGrowth(tree.N)
			if err != nil {
				return err
			}
			before = append(before, earlier{Checkpoint: checkpoint, Growth: growth})
		}
	}
	if err := w.text(checkpointFile, []byte(head)); err != nil {
		return err
	}
	return lines(w, earlierFile, before)
}

// lines writes a file with a value in each line. Without any it writes none.
func lines[T any](w *writer, name string, values []T) error {
	if len(values) == 0 {
		return nil
	}
	return w.file(name, func(to io.Writer) error {
		for _, one := range values {
			text, err := canonical(one)
			if err != nil {
				return err
			}
			if _, err := to.Write(append(text, '\n')); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *writer) writeManifest() error {
	text, err := canonical(w.manifest)
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := w.text(manifestFile, text); err != nil {
		return err
	}
	signed, err := w.source.Keys.SignArchive(text)
	if err != nil {
		return err
	}
	return w.text(signedManifest, []byte(signed+"\n"))
}
