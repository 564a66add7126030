// Package archive puts what a site recorded in a period into one file for somebody who does not trust this server, such as
// an authority: the decisions with proofs that the log of decisions has them, and all that they refer to. It is checked with
// nothing but the file, and better with keys that its reader has from elsewhere.
package archive

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/transparency"
)

// format is the manifest's; its number changes when older programs would read an archive wrongly.
const format = "assent-archive/1"

// Files of an archive, beside a notice each.
const (
	readmeFile     = "README.txt"
	decisionsFile  = "decisions.jsonl"
	scriptsFile    = "scripts.jsonl"
	processingFile = "processing.json"
	processingPage = "processing.html"
	logKeyFile     = "log-key.txt"
	checkpointFile = "checkpoint.txt"
	earlierFile    = "earlier-checkpoints.jsonl"
	keysFile       = "receipt-keys.json"
	manifestFile   = "manifest.json"
	signedManifest = "manifest.jws"
)

const noticeFolder = "notices/"

func noticeFile(id string) string { return noticeFolder + id + ".json" }

// noticeOf is whose file it is, or "".
func noticeOf(file string) string {
	id, isNotice := strings.CutPrefix(file, noticeFolder)
	id, isJSON := strings.CutSuffix(id, ".json")
	if !isNotice || !isJSON {
		return ""
	}
	return id
}

// Manifest says what an archive holds.
type Manifest struct {
	Format     string    `json:"format"`
	Site       string    `json:"site"`
	Name       string    `json:"name"`
	Issuer     string    `json:"issuer,omitempty"` // Address of the server.
	From       time.Time `json:"from,omitzero"`    // Recorded in [From, To).
	To         time.Time `json:"to"`
	MadeAt     time.Time `json:"madeAt"`
	Entries    int64     `json:"entries"` // Of the log.
	Decisions  int64     `json:"decisions"`
	Tombstones int64     `json:"tombstones"`
	Restricted []int64   `json:"restricted,omitempty"` // Numbers of the records whose visitors restricted the processing (GDPR, article 18).
	Files      []File    `json:"files"`
}

// File is one of an archive's, and its hash.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// line is one record of the decisions' file: a decision, or a tombstone for one that was erased.
type line struct {
	Number    int64            `json:"number"` // From 1 on, without gaps.
	Index     int64            `json:"index"`  // Of the entry in the log.
	Salt      string           `json:"salt"`
	Decision  *schemas.Receipt `json:"decision,omitempty"`
	Tombstone *tombstone       `json:"tombstone,omitempty"`
	Proof     []tlog.Hash      `json:"proof"` // For a transparency.Chain.
}

type tombstone struct {
	Erased int64     `json:"erased"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// earlier is a checkpoint of before, and the proof that the log has only grown since.
type earlier struct {
	Checkpoint string      `json:"checkpoint"`
	Growth     []tlog.Hash `json:"growth"`
}

// canonical is the one way to write a value down (RFC 8785).
func canonical(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	canonical := jsontext.Value(text)
	err = canonical.Canonicalize()
	return canonical, err
}

// receiptOf is a decision as everybody may read it at its receipt's address.
func receiptOf(r consent.Record) *schemas.Receipt {
	receipt := r.Receipt()
	if !receipt.DecidedAt.IsZero() {
		receipt.DecidedAt = receipt.DecidedAt.UTC()
	}
	return &receipt
}

const day = 24 * time.Hour

// recordOf is the reverse of receiptOf.
func recordOf(receipt schemas.Receipt) (consent.Record, error) {
	id, err := uuid.Parse(receipt.ID)
	if err != nil {
		return consent.Record{}, fmt.Errorf("its id cannot be read: %w", err)
	}
	purposes := maps.Clone(receipt.Purposes)
	delete(purposes, consent.Essential)
	return consent.Record{
		ID: id, Site: receipt.Site, Subject: receipt.Subject, Notice: receipt.Notice, Action: receipt.Action,
		Purposes: purposes, Services: receipt.Services, Source: receipt.Source, Synthetic: receipt.Synthetic,
		Locale: receipt.Locale, Page: receipt.Page, DecidedAt: receipt.DecidedAt, RecordedAt: receipt.RecordedAt,
		LifetimeDays: int(receipt.ExpiresAt.Sub(receipt.RecordedAt) / day), Flags: receipt.Flags, Regime: receipt.Regime,
		Removed: receipt.Removed, Country: receipt.Country, Device: receipt.Device, Browser: receipt.Browser, Waited: receipt.Waited,
	}, nil
}

func saltText(salt transparency.Salt) string { return hex.EncodeToString(salt[:]) }

// records is how many lines there are.
func (m Manifest) records() int64 { return m.Decisions + m.Tombstones }

func (m Manifest) covers(at time.Time) bool { return !at.Before(m.From) && at.Before(m.To) }
