package chaosproxy

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// link is one connection of a client and the one to the server that belongs to it.
type link struct {
	proxy          *Proxy
	client, server net.Conn
	asked          atomic.Int64 // Bytes that the client has sent.
	once           sync.Once
	ended          chan struct{} // Closed when the link has ended.
}

// piece is what one read brought, to be passed on when its time has come.
type piece struct {
	bytes []byte
	read  time.Time
}

// inFlight bounds the pieces of one direction that a delay holds.
const inFlight = 1024

func (l *link) run() {
	var directions sync.WaitGroup
	for _, d := range []struct {
		from, to net.Conn
		allowed  func(Weather, int) bool
	}{{l.client, l.server, l.mayAsk}, {l.server, l.client, l.mayAnswer}} {
		pieces := make(chan piece, inFlight)
		directions.Go(func() { l.read(d.from, pieces) })
		directions.Go(func() { l.write(d.to, pieces, d.allowed) })
	}
	directions.Wait()
	l.end(func(connection net.Conn) { _ = connection.Close() }) // What was written is still delivered.
}

// reset ends both connections by RST.
func (l *link) reset() { l.end(reset) }

func (l *link) end(closing func(net.Conn)) {
	l.once.Do(func() {
		close(l.ended)
		closing(l.client)
		closing(l.server)
	})
}

func (l *link) read(from net.Conn, pieces chan<- piece) {
	defer close(pieces)
	for {
		buffer := make([]byte, 16<<10)
		n, err := from.Read(buffer)
		if n > 0 {
			select {
			case pieces <- piece{buffer[:n], time.Now()}:
			case <-l.ended:
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				l.reset() // As its peer did.
			}
			return
		}
	}
}

// write passes pieces on. When their sender has no more, it tells the receiver so and leaves the other direction open.
func (l *link) write(to net.Conn, pieces <-chan piece, allowed func(Weather, int) bool) {
	for one := range pieces {
		weather, ok := l.await(one)
		if !ok {
			return
		}
		if !allowed(weather, len(one.bytes)) {
			l.proxy.struck.Add(1)
			l.reset()
			return
		}
		if _, err := to.Write(one.bytes); err != nil {
			l.reset()
			return
		}
	}
	if tcp, ok := to.(*net.TCPConn); ok {
		_ = tcp.CloseWrite() // Fails when the connection is gone, which says as much.
	}
}

// await returns when the piece may pass, with the weather that let it; false when the link ended before.
func (l *link) await(one piece) (Weather, bool) {
	for {
		weather, changed := l.proxy.now()
		var due <-chan time.Time // Never, in silence.
		if !weather.Silent {
			left := time.Until(one.read.Add(weather.Delay))
			if left <= 0 {
				return weather, true
			}
			due = time.After(left)
		}
		select {
		case <-due:
		case <-changed:
		case <-l.ended:
			return Weather{}, false
		}
	}
}

func (l *link) mayAsk(weather Weather, bytes int) bool {
	asked := l.asked.Add(int64(bytes))
	return weather.CutRequest == 0 || asked <= int64(weather.CutRequest)
}

func (l *link) mayAnswer(weather Weather, _ int) bool {
	return weather.CutAnswer == 0 || l.asked.Load() <= int64(weather.CutAnswer)
}
