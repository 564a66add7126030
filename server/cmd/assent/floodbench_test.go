package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/server/internal/consent"
)

const (
	floodRate   = 2000 // Posts a second, if the machine can.
	floodLines  = 16   // Connections of the flood.
	cleanVisits = 300  // In each round with and without the flood.
)

// BenchmarkFlood tells what a flood that is refused costs a visitor who has nothing to do with it: the time to record
// with the flood as a ratio to that without, in turns. The flood comes from one network.
func BenchmarkFlood(b *testing.B) {
	data := b.TempDir()
	added := addSite(b, data)
	p := startProgram(b, data, "ASSENT_TRUSTED_PROXY=127.0.0.1")
	p.serves(added)
	transport := &http.Transport{MaxIdleConnsPerHost: floodLines}
	defer transport.CloseIdleConnections()
	v := visit{client: &http.Client{Transport: transport}, server: p, site: added}
	var alone, flooded []time.Duration
	var posted, refused atomic.Int64
	for round := range planned().rounds {
		alone = append(alone, v.decideCleanly(b, 2*round)...)
		stop := v.beginFlood(b, &posted, &refused)
		flooded = append(flooded, v.decideCleanly(b, 2*round+1)...)
		stop()
	}
	slices.Sort(alone)
	slices.Sort(flooded)
	for _, percent := range []int{50, 90, 99} {
		without, with := alone[len(alone)*percent/100], flooded[len(flooded)*percent/100]
		b.Logf("p%d of a visitor: %v alone, %v under the flood (%.2fx)", percent, without, with, float64(with)/float64(without))
	}
	b.Logf("flood: %d posts, of which %d were within the limit", posted.Load(), posted.Load()-refused.Load())
}

// decideCleanly returns how long each of the round's visitors waited, every one from another network.
func (v visit) decideCleanly(b *testing.B, round int) []time.Duration {
	b.Helper()
	took := make([]time.Duration, cleanVisits)
	for i := range took {
		d := v.decision()
		begun := time.Now()
		if status, _ := v.send(b, d, through{address: fmt.Sprintf("20%d.%d.%d.7", round%10, i/256, i%256), userAgent: browser}); status != http.StatusCreated {
			b.Errorf("a visitor is answered %d", status)
		}
		took[i] = time.Since(begun)
		time.Sleep(2 * time.Millisecond)
	}
	return took
}

// beginFlood posts from one network until the returned function is called.
func (v visit) beginFlood(b *testing.B, posted, refused *atomic.Int64) (end func()) {
	stop, flooding := make(chan struct{}), sync.WaitGroup{}
	for range floodLines {
		flooding.Go(func() {
			pace := time.NewTicker(floodLines * time.Second / floodRate)
			defer pace.Stop()
			for {
				select {
				case <-stop:
					return
				case <-pace.C:
				}
				d := v.decision()
				d.Action = consent.AcceptAll
				status, _ := v.send(b, d, through{address: "198.51.100.7"})
				posted.Add(1)
				if status == http.StatusTooManyRequests {
					refused.Add(1)
				}
			}
		})
	}
	return func() { close(stop); flooding.Wait() }
}
