package witness

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// mostDecisions of one visitor: fewer than the ids that a store remembers of each.
	mostDecisions = 6
	// patience bounds how long a visitor insists after the crowd was told to leave.
	patience = time.Minute
)

// Crowd is a number of visitors who decide at once; each is followed by another.
type Crowd struct {
	leaving      atomic.Bool
	acknowledged atomic.Int64
	deciding     sync.WaitGroup
	giveUp       context.CancelFunc

	mu       sync.Mutex
	visitors []Visitor
}

// Gather lets as many visitors as there are doors decide under the notice, until Leave.
func Gather(doors []Door, notice, page string) *Crowd {
	ctx, giveUp := context.WithCancel(context.Background())
	c := &Crowd{giveUp: giveUp}
	for _, door := range doors {
		c.deciding.Go(func() {
			for !c.leaving.Load() {
				c.visit(ctx, door, notice, page)
			}
		})
	}
	return c
}

// Acknowledged is how many decisions were answered by a 2xx so far.
func (c *Crowd) Acknowledged() int64 { return c.acknowledged.Load() }

// Leave lets the visitors finish what they have begun and returns all who have been there.
func (c *Crowd) Leave() []Visitor {
	c.leaving.Store(true)
	defer time.AfterFunc(patience, c.giveUp).Stop()
	c.deciding.Wait()
	c.giveUp()
	return c.visitors
}

func (c *Crowd) visit(ctx context.Context, door Door, notice, page string) {
	v := newVisitor()
	for range 1 + rand.N(mostDecisions) {
		v.decide(ctx, door, v.Decision(notice, page))
		if len(v.Told[len(v.Told)-1].Answers) > 0 {
			c.acknowledged.Add(1)
		}
		sleep(ctx, time.Duration(2+rand.N(20))*time.Millisecond)
		if c.leaving.Load() {
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.visitors = append(c.visitors, *v)
}
