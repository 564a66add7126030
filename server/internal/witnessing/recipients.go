// Package witnessing carries the log's checkpoints to where the server's administrators cannot write, and keeps those of
// other logs for them.
package witnessing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Log is what recipients are told of.
type Log interface {
	// Tree returns the latest checkpoint and what it stands for; "" before the first.
	Tree(ctx context.Context) (string, tlog.Tree, error)
	// ProveGrowth returns the proof that an earlier log is the beginning of the present one, and that one's checkpoint.
	ProveGrowth(ctx context.Context, from int64) ([]tlog.Hash, string, error)
}

// Times are how long a recipient waits.
type Times struct {
	Look  time.Duration // Between looks for a new checkpoint, and after the first failure.
	Pause time.Duration // At most, after many failures.
}

// UsualTimes suit a log that signs every ten seconds while decisions come.
var UsualTimes = Times{Look: 2 * time.Second, Pause: 2 * time.Minute}

// outlet is a way to hand a checkpoint over.
type outlet interface {
	// send returns lines of cosignatures, if the outlet gives any, and the checkpoint that they are for.
	send(ctx context.Context, log Log, checkpoint string) (handed handed, err error)
}

// handed is a checkpoint that was taken, and the cosignatures given for it.
type handed struct {
	checkpoint   string
	cosignatures string
}

// Recipient is somebody who gets each new checkpoint. While he cannot be reached, only the newest waits for him.
type Recipient struct {
	Name   string // Tells recipients apart in log and metrics. It is no whole address: those of webhooks are often secret.
	outlet outlet
	latest atomic.Pointer[handed]
	at     atomic.Pointer[time.Time]
}

// Last is when he last took a checkpoint; false before the first.
func (r *Recipient) Last() (time.Time, bool) {
	if at := r.at.Load(); at != nil {
		return *at, true
	}
	return time.Time{}, false
}

// Recipients are all of them.
type Recipients []*Recipient

// Parse reads where checkpoints go: the path of a file, the address of a webhook, or KEY@ADDRESS of a witness.
func Parse(texts []string) (Recipients, error) {
	var all Recipients
	names := map[string]int{}
	for _, text := range texts {
		one, err := parse(text)
		if err != nil {
			return nil, err
		}
		names[one.Name]++
		if n := names[one.Name]; n > 1 {
			one.Name = fmt.Sprintf("%s (%d)", one.Name, n)
		}
		all = append(all, one)
	}
	return all, nil
}

var errNoRecipient = errors.New("give the path of a file, the address of a webhook, or KEY@ADDRESS of another deployment")

func parse(text string) (*Recipient, error) {
	key, address, isWitness := strings.Cut(text, "@http")
	switch {
	case strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"):
		target, err := parseAddress(text)
		if err != nil {
			return nil, err
		}
		return &Recipient{Name: target.Host, outlet: webhook{address: target.String()}}, nil
	case isWitness:
		target, err := parseAddress("http" + address)
		if err != nil {
			return nil, err
		}
		verifier, err := newCosignatureVerifier(key)
		if err != nil {
			return nil, err
		}
		return &Recipient{Name: target.Host, outlet: &cosigner{address: target.JoinPath("add-checkpoint").String(), key: verifier}}, nil
	case text == "", strings.Contains(text, "://"):
		return nil, errNoRecipient
	default:
		return &Recipient{Name: filepath.Base(text), outlet: file(text)}, nil
	}
}

// parseAddress says nothing of the address in its error, since there may be a secret in it.
func parseAddress(text string) (*url.URL, error) {
	address, err := url.Parse(text)
	if err != nil || address.Host == "" {
		return nil, errors.New("the address of a webhook or witness cannot be read; write it as https://example.com/path")
	}
	return address, nil
}

// Keep hands each new checkpoint to everybody until ctx ends.
func (all Recipients) Keep(ctx context.Context, log Log, times Times, logger *slog.Logger) {
	var running sync.WaitGroup
	for _, one := range all {
		running.Go(func() { one.keep(ctx, log, times, logger) })
	}
	running.Wait()
}

// keep asks for the newest checkpoint at each attempt, so that nothing piles up.
func (r *Recipient) keep(ctx context.Context, log Log, times Times, logger *slog.Logger) {
	pause, isOut := times.Look, false
	for {
		err := r.next(ctx, log)
		switch {
		case err != nil && ctx.Err() == nil:
			if !isOut {
				logger.ErrorContext(ctx, "a recipient does not take the log's checkpoints; he is tried again", "recipient", r.Name, "error", err)
			} else {
				pause = min(2*pause, times.Pause)
			}
			isOut = true
		case err == nil:
			if isOut {
				logger.InfoContext(ctx, "the recipient takes the log's checkpoints again", "recipient", r.Name)
			}
			pause, isOut = times.Look, false
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (r *Recipient) next(ctx context.Context, log Log) error {
	checkpoint, _, err := log.Tree(ctx)
	if err != nil || checkpoint == "" {
		return err
	}
	if latest := r.latest.Load(); latest != nil && latest.checkpoint == checkpoint {
		return nil
	}
	handed, err := r.outlet.send(ctx, log, checkpoint)
	if err != nil {
		return err
	}
	now := time.Now()
	r.at.Store(&now)
	r.latest.Store(&handed)
	return nil
}

// Cosigned returns the checkpoint with the cosignatures that there are for it.
func (all Recipients) Cosigned(checkpoint string) string {
	cosigned := checkpoint
	for _, one := range all {
		if latest := one.latest.Load(); latest != nil && latest.checkpoint == checkpoint {
			cosigned += latest.cosignatures
		}
	}
	return cosigned
}

// Latest returns the newest checkpoints that there are cosignatures for, with those.
func (all Recipients) Latest() []string {
	var cosigned []string
	for _, one := range all {
		latest := one.latest.Load()
		if latest == nil || latest.cosignatures == "" {
			continue
		}
		if whole := all.Cosigned(latest.checkpoint); !slices.Contains(cosigned, whole) {
			cosigned = append(cosigned, whole)
		}
	}
	return cosigned
}
