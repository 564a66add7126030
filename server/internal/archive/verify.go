package archive

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/evidence"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/transparency"
	"assent/server/internal/witnessing"
)

// Trusted is what the reader of an archive has from elsewhere. All of it may be empty: then the archive's own keys are
// believed, and all that shows is that it agrees with itself.
type Trusted struct {
	LogKey      string
	Keys        evidence.PublishedKeys
	Witnesses   []string // Keys of those who cosign the log.
	Checkpoints []string // Of the log, kept elsewhere.
}

// Finding is the first thing that is not as it was written.
type Finding struct {
	File    string
	Record  int64  // Its number in the decisions' file, or 0.
	Receipt string // Of the record's decision, where that is known.
	What    string
}

// Error says what was found, and where.
func (f *Finding) Error() string {
	switch {
	case f.File == "":
		return f.What
	case f.Record == 0:
		return fmt.Sprintf("%s: %s", f.File, f.What)
	case f.Receipt == "":
		return fmt.Sprintf("%s: record %d: %s", f.File, f.Record, f.What)
	default:
		return fmt.Sprintf("%s: record %d, decision %q: %s", f.File, f.Record, f.Receipt, f.What)
	}
}

// Verified says what holds.
type Verified struct {
	Manifest Manifest
	LogKey   string
	SignedBy string // Id of the key.
	Root     tlog.Hash
	Between  Stretch
	Notices  int      // Texts that decisions answer.
	Unknown  int64    // Decisions whose notice is not in the archive.
	Cosigned []string // Names of the witnesses whose signatures hold.
	Unheard  []string // Names of others that have signed, whose keys the reader did not give.
	Earlier  int      // Checkpoints of before that the log continues.
	Compared int      // The reader's own that agree.
	Apart    []int64  // Sizes of those of the reader's that the archive has nothing about.
}

// Verify reads an archive from its beginning to its end, in memory that does not grow with it. The error is a *Finding for
// the first thing that is wrong, or one of reading.
func Verify(from io.ReaderAt, size int64, trusted Trusted) (Verified, error) {
	c, err := openContainer(from, size)
	if err != nil {
		return Verified{}, &Finding{What: err.Error()}
	}
	v := &verification{container: c, trusted: trusted, unread: map[string]File{}, notices: map[string]bool{}}
	for _, check := range []func() error{v.manifest, v.checkpoint, v.decisions, v.earlier, v.noticeTexts, v.scripts, v.others} {
		if err := check(); err != nil {
			return v.Verified, err
		}
	}
	if v.doubt != nil {
		return v.Verified, v.doubt
	}
	if err := c.isPlain(); err != nil {
		return v.Verified, &Finding{What: err.Error()}
	}
	return v.Verified, nil
}

type verification struct {
	*container
	Verified
	trusted Trusted
	tree    tlog.Tree
	doubt   *Finding        // What is wrong with the manifest: told where nothing is that it speaks of.
	unread  map[string]File // Of the manifest, by name.
	notices map[string]bool // Those that are there, and whether a decision names them.
}

// read returns a file that the manifest names.
func (v *verification) read(name string) ([]byte, error) {
	text, err := v.whole(name)
	if err != nil {
		return nil, &Finding{File: name, What: err.Error()}
	}
	return text, v.took(name, int64(len(text)), sumOf(text))
}

func (v *verification) took(name string, size int64, sum string) error {
	said, isNamed := v.unread[name]
	delete(v.unread, name)
	switch {
	case !isNamed:
		return &Finding{File: name, What: "was put in: the manifest does not name it"}
	case said.Bytes != size || said.SHA256 != sum:
		return &Finding{File: name, What: "was changed: it has another hash than the manifest says"}
	}
	return nil
}

// manifest checks what the archive says of itself, and who has signed that.
func (v *verification) manifest() error {
	keys, err := v.whole(keysFile)
	if err != nil {
		return &Finding{File: keysFile, What: err.Error()}
	}
	believed := v.trusted.Keys
	if believed == nil {
		if believed, err = evidence.ReadPublished(keys); err != nil {
			return &Finding{File: keysFile, What: err.Error()}
		}
	}
	text, err := v.whole(manifestFile)
	if err != nil {
		return &Finding{File: manifestFile, What: err.Error()}
	}
	jws, err := v.whole(signedManifest)
	if err != nil {
		return &Finding{File: signedManifest, What: err.Error()}
	}
	var signed []byte
	v.SignedBy, signed, err = believed.OpenArchive(strings.TrimSuffix(string(jws), "\n"))
	switch {
	case errors.Is(err, evidence.ErrUnknownKey):
		v.doubt = &Finding{File: signedManifest, What: "a key has signed it that is not among those given"}
	case err != nil:
		v.doubt = &Finding{File: signedManifest, What: "its signature does not hold: it was changed, or another key has signed it"}
	case !bytes.Equal(signed, text):
		v.doubt = &Finding{File: manifestFile, What: "was changed: it is not what was signed"}
		text = signed
	}
	if err := strictly(text, &v.Manifest); err != nil {
		return &Finding{File: manifestFile, What: err.Error()}
	}
	if v.Manifest.Format != format {
		return &Finding{File: manifestFile, What: fmt.Sprintf("is of the format %q, and this program reads %s: take a newer one", v.Manifest.Format, format)}
	}
	for _, one := range v.Manifest.Files {
		v.unread[one.Name] = one
	}
	for _, file := range v.files {
		if id := noticeOf(file.Name); id != "" {
			v.notices[id] = false
		}
	}
	return v.took(keysFile, int64(len(keys)), sumOf(keys))
}

// strictly reads a value that is written down in the one way.
func strictly(text []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	again, err := canonical(to)
	if err != nil || !bytes.Equal(again, text) {
		return errors.New("was changed: it is not written in the way that archives are")
	}
	return nil
}

// checkpoint finds out what the log's key, and others, have signed.
func (v *verification) checkpoint() error {
	key, err := v.read(logKeyFile)
	if err != nil {
		return err
	}
	v.LogKey = strings.TrimSuffix(string(key), "\n")
	if v.trusted.LogKey != "" && v.LogKey != v.trusted.LogKey {
		return &Finding{File: logKeyFile, What: "is another log's than the one whose key you gave"}
	}
	text, err := v.read(checkpointFile)
	if err != nil {
		return err
	}
	if v.tree, err = transparency.OpenCheckpoint(string(text), v.LogKey); err != nil {
		return &Finding{File: checkpointFile, What: err.Error()}
	}
	if v.Root = v.tree.Hash; v.tree.N != v.Manifest.Entries {
		return &Finding{File: checkpointFile, What: fmt.Sprintf("stands for %d entries, and the manifest speaks of %d", v.tree.N, v.Manifest.Entries)}
	}
	v.hear(string(text))
	return v.compare(nil)
}

// hear notes who else has signed a checkpoint.
func (v *verification) hear(checkpoint string) {
	var known []string
	for _, key := range v.trusted.Witnesses {
		if name, err := witnessing.CheckCosignature(checkpoint, key); err == nil {
			known = append(known, name)
		}
	}
	origin, _, _ := strings.Cut(v.LogKey, "+")
	for _, name := range signers(checkpoint) {
		switch {
		case name == origin:
		case slices.Contains(known, name):
			v.Cosigned = append(v.Cosigned, name)
		default:
			v.Unheard = append(v.Unheard, name)
		}
	}
}

// signers are the names under a checkpoint, whether or not their signatures hold.
func signers(checkpoint string) (names []string) {
	unverified := new(note.UnverifiedNoteError)
	if _, err := note.Open([]byte(checkpoint), note.VerifierList()); !errors.As(err, &unverified) {
		return nil
	}
	for _, one := range unverified.Note.UnverifiedSigs {
		names = append(names, one.Name)
	}
	return names
}

// earlier checks that the log continues the checkpoints of before, and compares them with the reader's own.
func (v *verification) earlier() error {
	if _, isThere := v.named[earlierFile]; !isThere {
		return nil
	}
	text, err := v.read(earlierFile)
	if err != nil {
		return err
	}
	before := map[int64]tlog.Hash{}
	for one := range strings.Lines(string(text)) {
		var e earlier
		if err := strictly([]byte(strings.TrimSuffix(one, "\n")), &e); err != nil {
			return &Finding{File: earlierFile, What: err.Error()}
		}
		tree, err := transparency.OpenCheckpoint(e.Checkpoint, v.LogKey)
		if err != nil {
			return &Finding{File: earlierFile, What: err.Error()}
		}
		if err := tlog.CheckTree(e.Growth, v.tree.N, v.tree.Hash, tree.N, tree.Hash); err != nil {
			return &Finding{File: earlierFile, What: fmt.Sprintf("the log of %d entries does not continue that of %d", v.tree.N, tree.N)}
		}
		before[tree.N] = tree.Hash
		v.hear(e.Checkpoint)
	}
	v.Earlier = len(before)
	return v.compare(before)
}

// compare holds the reader's own checkpoints against what the archive has of the log.
func (v *verification) compare(before map[int64]tlog.Hash) error {
	v.Compared, v.Apart = 0, nil
	for _, text := range v.trusted.Checkpoints {
		tree, err := transparency.OpenCheckpoint(text, v.LogKey)
		if err != nil {
			return &Finding{What: fmt.Sprintf("a checkpoint that you gave is none of this log: %v", err)}
		}
		known, isKnown := before[tree.N]
		if tree.N == v.tree.N {
			known, isKnown = v.tree.Hash, true
		}
		switch {
		case !isKnown:
			v.Apart = append(v.Apart, tree.N)
		case known != tree.Hash:
			return &Finding{File: checkpointFile, What: fmt.Sprintf("the log has two histories: the checkpoint of %d entries that you gave is another one. Keep both", tree.N)}
		default:
			v.Compared++
		}
	}
	return nil
}

// decisions checks one record after the other.
func (v *verification) decisions() error {
	from, err := v.open(decisionsFile)
	if err != nil {
		return &Finding{File: decisionsFile, What: err.Error()}
	}
	all := &reckoned{from: from, hash: sha256.New()}
	lines := bufio.NewScanner(all)
	lines.Buffer(make([]byte, 0, 64<<10), mostLine)
	lines.Split(wholeLines)
	records := records{verification: v, chain: transparency.NewChain(v.tree)}
	for lines.Scan() {
		if err := records.next(lines.Bytes()); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return &Finding{File: decisionsFile, Record: records.count + 1, What: err.Error()}
	}
	if want := v.Manifest.records(); records.count != want || records.decisions != v.Manifest.Decisions {
		return &Finding{File: decisionsFile, Record: records.count + 1,
			What: fmt.Sprintf("is missing: there are %d decisions and %d tombstones, the manifest says %d and %d", records.decisions, records.count-records.decisions, v.Manifest.Decisions, v.Manifest.Tombstones)}
	}
	if restricted := v.Manifest.Restricted; !slices.IsSorted(restricted) || len(restricted) > 0 && (restricted[0] < 1 || restricted[len(restricted)-1] > records.count) {
		return &Finding{File: manifestFile, What: "names records as restricted that are not there"}
	}
	return v.took(decisionsFile, all.bytes, hex.EncodeToString(all.hash.Sum(nil)))
}

type reckoned struct {
	from  io.Reader
	hash  hash.Hash
	bytes int64
}

func (r *reckoned) Read(to []byte) (int, error) {
	n, err := r.from.Read(to)
	r.hash.Write(to[:n])
	r.bytes += int64(n)
	return n, err
}

// wholeLines splits at line feeds and keeps what is odd about a line in it, such as that it ends otherwise.
func wholeLines(data []byte, atEnd bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEnd && len(data) > 0 {
		return 0, nil, errors.New("is cut off")
	}
	return 0, nil, nil
}

type records struct {
	*verification
	chain     *transparency.Chain
	count     int64
	decisions int64
}

func (r *records) next(text []byte) error {
	finding := &Finding{File: decisionsFile, Record: r.count + 1}
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		finding.What = "cannot be read: " + err.Error()
		return finding
	}
	if l.Decision != nil {
		finding.Receipt = l.Decision.ID
	}
	if finding.What = r.fault(l, text); finding.What != "" {
		return finding
	}
	r.count++
	if l.Tombstone != nil {
		r.Between.bury(l.Tombstone.Erased)
	} else {
		r.Between.show(l.Index)
	}
	return nil
}

// fault is what is wrong with the record, or "".
func (r *records) fault(l line, text []byte) string {
	if want := r.count + 1; l.Number > want {
		return fmt.Sprintf("is missing: number %d stands in its place", l.Number)
	} else if l.Number < want {
		return fmt.Sprintf("number %d stands in its place: it was moved or put in", l.Number)
	}
	commitment, what := r.commitment(&l)
	if what != "" {
		return what
	}
	if again, err := canonical(l); err != nil || !bytes.Equal(again, text) {
		return "was changed: it is not written in the way that archives are, or part of it does not follow from the rest"
	}
	switch err := r.chain.Check(l.Index, commitment, l.Proof); {
	case errors.Is(err, transparency.ErrOutOfOrder):
		return fmt.Sprintf("says that it is entry %d of the log, which does not come after the record before, or is beyond the %d that were signed for: it was moved or put in", l.Index, r.tree.N)
	case err != nil:
		return fmt.Sprintf("is not what the log has as entry %d: it was changed, or records before it were taken out or put in", l.Index)
	}
	return ""
}

// commitment is what the log has of the record, if that is what it says. What the record says is put as it follows from that.
func (r *records) commitment(l *line) (c transparency.Commitment, what string) {
	var salt transparency.Salt
	if n, err := hex.Decode(salt[:], []byte(l.Salt)[:min(len(l.Salt), 2*len(salt))]); err != nil || n != len(salt) {
		return c, "was changed: it has no salt"
	}
	l.Salt = saltText(salt)
	switch {
	case (l.Decision == nil) == (l.Tombstone == nil):
		return c, "was changed: it is neither a decision nor a tombstone"
	case l.Tombstone != nil && l.Tombstone.Erased >= l.Index:
		return c, "was changed: it is a tombstone for what comes after it"
	case l.Tombstone != nil:
		return transparency.Tombstone{Erased: l.Tombstone.Erased, At: l.Tombstone.At, Reason: l.Tombstone.Reason}.Commit(salt), ""
	}
	record, err := recordOf(*l.Decision)
	if err != nil {
		return c, "was changed: " + err.Error()
	}
	l.Decision = receiptOf(record)
	switch {
	case record.Site != r.Manifest.Site:
		return c, fmt.Sprintf("is of site %q, and the archive of %q", record.Site, r.Manifest.Site)
	case !r.Manifest.covers(record.RecordedAt):
		return c, "was not recorded in the archive's period"
	}
	if _, isThere := r.notices[record.Notice]; isThere {
		r.notices[record.Notice] = true
	} else {
		r.Unknown++
	}
	r.decisions++
	return transparency.Commit(salt, record), ""
}

// noticeTexts checks that each notice is the one by whose hash decisions name it.
func (v *verification) noticeTexts() error {
	for _, file := range v.files {
		id := noticeOf(file.Name)
		if id == "" {
			continue
		}
		text, err := v.read(file.Name)
		if err != nil {
			return err
		}
		if site.IDOf(text) != id {
			return &Finding{File: file.Name, What: "was changed: it is not the text that its decisions name"}
		}
		if !v.notices[id] {
			return &Finding{File: file.Name, What: "was put in: no decision names it"}
		}
		v.Notices++
	}
	return nil
}

// scripts checks that what is said of scripts is about the archive's notices. Archives of before have no such file.
func (v *verification) scripts() error {
	if _, isThere := v.named[scriptsFile]; !isThere {
		return nil
	}
	text, err := v.read(scriptsFile)
	if err != nil {
		return err
	}
	for one := range strings.Lines(string(text)) {
		var said snippetbuild.Published
		if err := strictly([]byte(strings.TrimSuffix(one, "\n")), &said); err != nil {
			return &Finding{File: scriptsFile, What: err.Error()}
		}
		_, isMissing := v.unread[noticeFile(said.Notice)] // Which is told in its turn.
		if !v.notices[said.Notice] && !isMissing {
			return &Finding{File: scriptsFile, What: fmt.Sprintf("speaks of notice %q, which no decision names", said.Notice)}
		}
	}
	return nil
}

// others holds all further files against the manifest, and finds those that are not there.
func (v *verification) others() error {
	for _, name := range []string{readmeFile, processingFile, processingPage} {
		if _, err := v.read(name); err != nil {
			return err
		}
	}
	for _, file := range v.files {
		known := []string{readmeFile, decisionsFile, scriptsFile, processingFile, processingPage, logKeyFile, checkpointFile, earlierFile, keysFile, manifestFile, signedManifest}
		if noticeOf(file.Name) == "" && !slices.Contains(known, file.Name) {
			return &Finding{File: file.Name, What: "was put in: no archive has such a file"}
		}
	}
	for _, file := range v.Manifest.Files {
		if _, isUnread := v.unread[file.Name]; isUnread {
			return &Finding{File: file.Name, What: "is missing"}
		}
	}
	return nil
}
