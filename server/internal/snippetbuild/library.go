package snippetbuild

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"assent/server/internal/consent"
)

// Source knows what each site publishes.
type Source interface {
	// Shown returns the current, complete input of the script for an arm of a site's experiment, or consent.ErrNotFound for
	// the site. Arm 0 is shown what is published, and so are all where no experiment runs.
	Shown(ctx context.Context, site string, arm int) (Input, error)
}

const (
	// noteTime bounds how long visitors wait for that a script is noted as the current one.
	noteTime = 2 * time.Second
	// notePause is how long a script is served without a note until noting it is tried again.
	notePause = time.Minute
)

// Library serves scripts: the current one of a site, built when it is first asked for, and every earlier one by hash.
type Library struct {
	shelf  Shelf
	source Source
	annals Annals
	log    *slog.Logger
	now    func() time.Time
	mu     sync.Mutex
	sites  map[place]*volume
}

// place is where the library has a site's script for visitors of one regime in one arm.
type place struct {
	site, regime string
	arm, age     int
}

// volume is the last script of one place; its lock lets one request build what many wait for.
type volume struct {
	mu      sync.Mutex
	version string // Of the input that it was built from.
	script  Script
	isNoted bool
	noteAt  time.Time // Not tried again before.
}

// NewLibrary returns a library that keeps what it builds on shelf, and notes in annals since when it is the current one.
func NewLibrary(shelf Shelf, source Source, annals Annals, log *slog.Logger) *Library {
	return &Library{shelf: shelf, source: source, annals: annals, log: log, now: time.Now, sites: map[place]*volume{}}
}

// Rules are those of the place where a visitor is.
type Rules struct {
	Regime string
	Age    int // From which a child consents alone; 0 where no law says so.
}

// Strictest is the regime of visitors whose place is unknown, and what a pinned tag should have.
func Strictest() string { return consent.OptIn }

// StrictestRules are those of visitors whose place is unknown, and what a pinned tag should have.
func StrictestRules() Rules { return Rules{Regime: Strictest(), Age: highestAge} }

// Current returns the script of what a site publishes now, or consent.ErrNotFound. Where the notice leaves the regime to
// the visitor's region, or asks for an age that is another one there, it asks for the rules of that; otherwise the notice's own
// hold.
func (l *Library) Current(ctx context.Context, site string, rules func() Rules) (Script, error) {
	return l.Shown(ctx, site, 0, rules)
}

// Shown is Current for an arm of the site's experiment.
func (l *Library) Shown(ctx context.Context, site string, arm int, rules func() Rules) (Script, error) {
	in, err := l.source.Shown(ctx, site, arm)
	if err != nil {
		return Script{}, fmt.Errorf("read notice: %w", err)
	}
	switch {
	case asksAge(in.Notice):
		in.Age = rules().Age
	case FollowsRegion(in.Notice):
		in.Notice.Regime = rules().Regime
	}
	v := l.volume(place{site, Regime(in.Notice), arm, in.Age})
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.version != in.version() {
		script, err := l.make(ctx, in)
		if err != nil {
			return Script{}, err
		}
		v.version, v.script, v.isNoted, v.noteAt = in.version(), script, false, time.Time{}
	}
	l.note(ctx, v, Edition{site, in.NoticeID, Regime(in.Notice), in.Age})
	return v.script, nil
}

// note has a script on record before the first visitor gets it. A store that does not take the note keeps no script from
// visitors: it is tried again while the script is served.
func (l *Library) note(ctx context.Context, v *volume, of Edition) {
	now := l.now()
	if v.isNoted || now.Before(v.noteAt) {
		return
	}
	// Not for this visitor alone: the note is made although they leave.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	if err := l.annals.Note(ctx, of, v.script); err != nil {
		v.noteAt = now.Add(notePause)
		l.log.Error("the script that visitors get is not on record; their receipts do not name it until that succeeds",
			"site", of.Site, "notice", of.Notice, "regime", of.Regime, "script", v.script.Hash, "error", err)
		return
	}
	v.isNoted = true
}

// Pinned returns a script of a site by its hash, current or not, or consent.ErrNotFound.
func (l *Library) Pinned(ctx context.Context, site, hash string) (Script, error) {
	document, err := l.shelf.Script(ctx, site, hash)
	if err != nil {
		return Script{}, fmt.Errorf("take script from shelf: %w", err)
	}
	return DecodeScript(document)
}

// make puts a script on the shelf before anyone can learn its hash.
func (l *Library) make(ctx context.Context, in Input) (Script, error) {
	script, err := Build(in)
	if err != nil {
		return Script{}, fmt.Errorf("build script of site %s: %w", in.Site, err)
	}
	document, err := Encode(script)
	if err != nil {
		return Script{}, err
	}
	if err := l.shelf.PutScript(ctx, in.Site, script.Hash, document); err != nil {
		return Script{}, fmt.Errorf("put script on shelf: %w", err)
	}
	return script, nil
}

func (l *Library) volume(at place) *volume {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sites[at] == nil {
		l.sites[at] = &volume{}
	}
	return l.sites[at]
}
