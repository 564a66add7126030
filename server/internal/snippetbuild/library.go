package snippetbuild

import (
	"context"
	"fmt"
	"sync"

	"assent/server/internal/consent"
)

// Source knows what each site publishes.
type Source interface {
	// Shown returns the current, complete input of the script for an arm of a site's experiment, or consent.ErrNotFound for
	// the site. Arm 0 is shown what is published, and so are all where no experiment runs.
	Shown(ctx context.Context, site string, arm int) (Input, error)
}

// Library serves scripts: the current one of a site, built when it is first asked for, and every earlier one by hash.
type Library struct {
	shelf  Shelf
	source Source
	mu     sync.Mutex
	sites  map[edition]*volume
}

// edition is a site's script for visitors of one regime in one arm.
type edition struct {
	site, regime string
	arm          int
}

// volume is the last script of one edition; its lock lets one request build what many wait for.
type volume struct {
	mu      sync.Mutex
	version string // Of the input that it was built from.
	script  Script
}

// NewLibrary returns a library that keeps what it builds on shelf.
func NewLibrary(shelf Shelf, source Source) *Library {
	return &Library{shelf: shelf, source: source, sites: map[edition]*volume{}}
}

// Strictest chooses the regime of visitors whose place is unknown, and is what a pinned tag should have.
func Strictest() string { return consent.OptIn }

// Current returns the script of what a site publishes now, or consent.ErrNotFound. Where the notice leaves the regime to
// the visitor's region, it asks for it; otherwise the notice's own holds.
func (l *Library) Current(ctx context.Context, site string, regime func() string) (Script, error) {
	return l.Shown(ctx, site, 0, regime)
}

// Shown is Current for an arm of the site's experiment.
func (l *Library) Shown(ctx context.Context, site string, arm int, regime func() string) (Script, error) {
	in, err := l.source.Shown(ctx, site, arm)
	if err != nil {
		return Script{}, fmt.Errorf("read notice: %w", err)
	}
	if FollowsRegion(in.Notice) {
		in.Notice.Regime = regime()
	}
	v := l.volume(edition{site, Regime(in.Notice), arm})
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.version == in.version() {
		return v.script, nil
	}
	script, err := l.make(ctx, in)
	if err != nil {
		return Script{}, err
	}
	v.version, v.script = in.version(), script
	return script, nil
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

func (l *Library) volume(e edition) *volume {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sites[e] == nil {
		l.sites[e] = &volume{}
	}
	return l.sites[e]
}
