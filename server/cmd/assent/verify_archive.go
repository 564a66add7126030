package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"assent/server/internal/archive"
	"assent/server/internal/evidence"
)

type verifyArchiveCommand struct {
	File        string   `arg:"" help:"The archive, as assent archive or the dashboard wrote it." placeholder:"FILE"`
	Key         string   `help:"Public key of the log that you have from elsewhere, such as /log/key answered. Without it, the archive's own is believed." placeholder:"KEY"`
	ReceiptKeys string   `help:"Keys of the server's receipts that you have from elsewhere: a file of what /.well-known/assent-keys.json answered. Without it, the archive's own are believed." name:"receipt-keys" placeholder:"FILE"`
	Witness     []string `help:"Key of a witness, such as /log/witness/key answered, whose signature is to be checked; may be given several times." placeholder:"KEY"`
	Checkpoint  []string `help:"Checkpoint of the log that was kept elsewhere; may be given several times." placeholder:"FILE"`
}

// Run needs nothing but the file.
func (c *verifyArchiveCommand) Run(env *environment) (err error) {
	trusted := archive.Trusted{LogKey: strings.TrimSpace(c.Key), Witnesses: c.Witness}
	if c.ReceiptKeys != "" {
		text, err := os.ReadFile(c.ReceiptKeys)
		if err != nil {
			return fmt.Errorf("read keys: %w", err)
		}
		if trusted.Keys, err = evidence.ReadPublished(text); err != nil {
			return fmt.Errorf("keys of %s: %w", c.ReceiptKeys, err)
		}
	}
	if trusted.Checkpoints, err = readCheckpoints(c.Checkpoint); err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	about, err := file.Stat()
	if err != nil {
		return err
	}
	verified, err := archive.Verify(file, about.Size(), trusted)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return tellArchive(env.stdout, verified, trusted)
}

// tellArchive says what holds, and what the archive cannot show. Texts in it are somebody else's: quoted.
func tellArchive(to io.Writer, v archive.Verified, trusted archive.Trusted) error {
	m := v.Manifest
	since := "the beginning"
	if !m.From.IsZero() {
		since = m.From.Format(time.RFC3339)
	}
	issuer := "a server whose address it does not tell"
	if m.Issuer != "" {
		issuer = strconv.Quote(m.Issuer)
	}
	lines := []string{
		"The archive holds: every file and every record is as it was written.",
		"",
		fmt.Sprintf("Site       %q (%q)", m.Site, m.Name),
		fmt.Sprintf("Recorded   from %s until before %s, by the server's clock", since, m.To.Format(time.RFC3339)),
		fmt.Sprintf("Made       %s, by %s", m.MadeAt.Format(time.RFC3339), issuer),
		fmt.Sprintf("Records    %d decisions and %d tombstones are in the log as they are here; %d texts of notices are those that were answered", m.Decisions, m.Tombstones, v.Notices),
		fmt.Sprintf("Log        %d entries, root %s", m.Entries, v.Root),
		fmt.Sprintf("Signed     by key %s; the log by %s", v.SignedBy, v.LogKey),
	}
	if len(m.Restricted) > 0 {
		lines = append(lines, fmt.Sprintf("Restricted %d decisions are of visitors who restricted the processing (GDPR, article 18); manifest.json has the numbers of the records", len(m.Restricted)))
	}
	if len(v.Cosigned) > 0 {
		lines = append(lines, fmt.Sprintf("Witnesses  %q have signed the log's head, or an earlier one that it continues", v.Cosigned))
	}
	if v.Earlier+v.Compared > 0 {
		lines = append(lines, fmt.Sprintf("Continues  %d earlier heads that are in the archive; %d that you gave agree", v.Earlier, v.Compared))
	}
	lines = append(lines, "", "What it does not show:")
	for _, doubt := range doubts(v, trusted) {
		lines = append(lines, "- "+doubt)
	}
	_, err := io.WriteString(to, strings.Join(lines, "\n")+"\n")
	return err
}

func doubts(v archive.Verified, trusted archive.Trusted) (doubts []string) {
	add := func(format string, values ...any) { doubts = append(doubts, fmt.Sprintf(format, values...)) }
	if trusted.LogKey == "" {
		add("whose log it is: the key came with the archive. Compare it with one that you have from elsewhere (--key)")
	}
	if trusted.Keys == nil {
		add("who made it: the keys came with the archive. Give those of the server (--receipt-keys)")
	}
	if len(v.Unheard) > 0 {
		add("whether %q have signed the log's head: give their keys (--witness)", v.Unheard)
	}
	switch between, hidden := v.Between, v.Between.Hidden(); {
	case between.Decisions == 0:
		add("that nothing was recorded: it has no decisions, and nothing tells whose the entries of the log are")
	case hidden > 0:
		add("that none is left out: from the first decision (entry %d) to the last (entry %d) the log has %d other entries, which are hashes without a name. The key that signed the archive stands for that", between.First, between.Last, hidden)
	default:
		add("whether some are left out before the first decision (entry %d) or after the last (entry %d). In between none is: every entry is here, or has a tombstone", between.First, between.Last)
	}
	if v.Manifest.Tombstones > 0 {
		add("of which site the %d erased decisions were, and what they said", v.Manifest.Tombstones)
	}
	if v.Unknown > 0 {
		add("what %d decisions answer: the texts of their notices are not in it, since the site had none of them", v.Unknown)
	}
	for _, size := range v.Apart {
		add("that the log continues the checkpoint of %d entries that you gave: the archive has nothing about it; the server's /log/growth?from=%d has", size, size)
	}
	add("who sat before the browser that sent a decision")
	return doubts
}
