// Package chaosproxy stands between a client and a server and does to their connections what networks do: it delays,
// cuts, refuses, and leaves them open and silent. It is imported by tests only.
package chaosproxy

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Weather is what the proxy does to the connections of its time. The zero value forwards faithfully.
type Weather struct {
	Refuse bool          // New connections are reset at once.
	Silent bool          // Connections stay open and nothing gets through, as behind a cable that was pulled.
	Delay  time.Duration // Each way; it slows the news, not the flow.

	// A connection is reset when its client has sent more than this many bytes, the last of them not forwarded: a
	// request of which the server saw one part. 0 for never.
	CutRequest int
	// A connection is reset when its client has sent more than this many bytes and the server says the next thing: a
	// request that was served and whose answer was lost. 0 for never.
	CutAnswer int
}

// Proxy forwards TCP connections to a target.
type Proxy struct {
	listener net.Listener
	serving  sync.WaitGroup
	struck   atomic.Int64

	mu      sync.Mutex
	target  string
	weather Weather
	changed chan struct{} // Closed when the weather changes.
	open    map[*link]struct{}
	closed  bool
}

// Start returns a proxy that forwards to the target, HOST:PORT, from a free port of 127.0.0.1.
func Start(target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: listener, target: target, changed: make(chan struct{}), open: map[*link]struct{}{}}
	p.serving.Go(p.accept)
	return p, nil
}

// Address is where clients connect to, as HOST:PORT.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Set changes the weather of all connections, those that are open included.
func (p *Proxy) Set(weather Weather) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.weather = weather
	close(p.changed)
	p.changed = make(chan struct{})
}

// Struck is how many connections the weather has refused or reset so far.
func (p *Proxy) Struck() int64 { return p.struck.Load() }

// Cut resets the connections that are open.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.open {
		l.reset()
	}
}

// Retarget lets new connections go to another server, as an address does that moves at a fail-over, and cuts the rest.
func (p *Proxy) Retarget(target string) {
	p.mu.Lock()
	p.target = target
	p.mu.Unlock()
	p.Cut()
}

// Close ends the proxy and its connections.
func (p *Proxy) Close() error {
	err := p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Cut()
	p.serving.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // Of one connection, which is gone.
		}
		p.serving.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	weather, _ := p.now()
	if weather.Refuse {
		p.struck.Add(1)
		reset(client)
		return
	}
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	server, err := net.Dial("tcp", target)
	if err != nil {
		reset(client)
		return
	}
	l := &link{proxy: p, client: client, server: server, ended: make(chan struct{})}
	if !p.add(l) {
		l.reset()
		return
	}
	defer p.remove(l)
	l.run()
}

func (p *Proxy) add(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[l] = struct{}{}
	return !p.closed
}

func (p *Proxy) remove(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, l)
}

// now returns the weather and a channel that is closed when it changes.
func (p *Proxy) now() (Weather, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.weather, p.changed
}

// reset ends a connection as a crashed peer does: by RST, without the goodbye of Close.
func reset(connection net.Conn) {
	if tcp, ok := connection.(*net.TCPConn); ok {
		// Fails on a connection that has ended already, which is what is wanted.
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}
