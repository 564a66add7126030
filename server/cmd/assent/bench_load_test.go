package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// The generator writes requests that are ready but for their ids and reads no more of an answer than it must: it shares
// the machine with what it measures, and Go's own client costs as much as the server.

// marks stand in a request where each sending puts new values.
var (
	idMark     = "00000000-0000-7000-8000-000000000000"
	secretMark = "zzzzzzzzzzzzzzzzzzzzzz"
)

// hit is one request, in variants that are sent in turns.
type hit struct {
	variants [][]byte
	status   string // Of the answer that is expected.
}

// newHit builds a request as a browser sends it.
func newHit(method, path, body, status string, more ...string) hit {
	head := method + " " + path + " HTTP/1.1\r\nHost: assent.shop.example\r\nOrigin: " + shopOrigin + "\r\n" +
		"Content-Type: application/json\r\nAccept: */*\r\nAccept-Language: de-DE,de;q=0.9,en;q=0.8\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36\r\n" +
		"Referer: " + shopOrigin + "/\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n"
	for _, header := range more {
		head += header + "\r\n"
	}
	if body != "" {
		head += "Content-Length: " + strconv.Itoa(len(body)) + "\r\n"
	}
	return hit{variants: [][]byte{[]byte(head + "\r\n" + body)}, status: status}
}

// outcome is what one load found.
type outcome struct {
	rate      float64         // Answers per second.
	latencies []time.Duration // Sorted.
	answers   int
}

func (r outcome) quantile(q float64) time.Duration {
	return r.latencies[min(int(q*float64(len(r.latencies))), len(r.latencies)-1)]
}

// closed sends from so many connections, each one when the one before is answered: what the server can do at most.
func (h hit) closed(b *testing.B, address string, connections int, duration time.Duration) outcome {
	b.Helper()
	until := time.Now().Add(duration)
	return h.send(b, address, connections, func(send func(intended time.Time)) {
		for time.Now().Before(until) {
			send(time.Now())
		}
	})
}

// open sends at a fixed rate whatever the server does. A request's time runs from when it was due, so that one which had
// to wait for a stuttering server counts the wait (no coordinated omission).
func (h hit) open(b *testing.B, address string, connections int, rate float64, duration time.Duration) outcome {
	b.Helper()
	due := make(chan time.Time, int(rate*duration.Seconds())+1)
	go pace(due, rate, duration)
	return h.send(b, address, connections, func(send func(intended time.Time)) {
		for intended := range due {
			send(intended)
		}
	})
}

// pace sleeps on a thread of its own: Go's timers may be a millisecond late.
func pace(due chan<- time.Time, rate float64, duration time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(due)
	begun := time.Now()
	for i := range int(rate * duration.Seconds()) {
		next := begun.Add(time.Duration(float64(i) / rate * float64(time.Second)))
		if wait := time.Until(next); wait > 0 {
			pause := syscall.NsecToTimespec(wait.Nanoseconds())
			_ = syscall.Nanosleep(&pause, nil) // Woken early, it sends early by microseconds.
		}
		due <- next
	}
}

// send lets drive send on each of the connections and gathers what came of it.
func (h hit) send(b *testing.B, address string, connections int, drive func(send func(intended time.Time))) outcome {
	b.Helper()
	var sending sync.WaitGroup
	var failure atomic.Pointer[error]
	results := make([][]time.Duration, connections)
	begun := time.Now()
	for i := range results {
		sending.Go(func() {
			c, err := dialServer(address)
			if err != nil {
				failure.Store(&err)
				return
			}
			defer c.Close()
			drive(func(intended time.Time) {
				if failure.Load() != nil {
					return
				}
				if err := c.ask(h); err != nil {
					failure.Store(&err)
				}
				results[i] = append(results[i], time.Since(intended))
			})
		})
	}
	sending.Wait()
	took := time.Since(begun)
	if err := failure.Load(); err != nil {
		b.Fatal(*err)
	}
	all := slices.Concat(results...)
	slices.Sort(all)
	return outcome{rate: float64(len(all)) / took.Seconds(), latencies: all, answers: len(all)}
}

type connection struct {
	net.Conn
	reader  *bufio.Reader
	request []byte
}

func dialServer(address string) (*connection, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn, reader: bufio.NewReader(conn)}, nil
}

func (c *connection) ask(h hit) error {
	c.request = append(c.request[:0], h.variants[rand.IntN(len(h.variants))]...)
	renew(c.request)
	if _, err := c.Write(c.request); err != nil {
		return err
	}
	status, body, err := c.answer()
	if err == nil && status != h.status {
		err = fmt.Errorf("answer %s, want %s: %s", status, h.status, body)
	}
	return err
}

// renew puts a new id and a new secret in their places.
func renew(request []byte) {
	if i := bytes.Index(request, []byte(idMark)); i >= 0 {
		copy(request[i:], uuid.Must(uuid.NewV7()).String())
	}
	if i := bytes.Index(request, []byte(secretMark)); i >= 0 {
		for j := range secretMark {
			// Letters that are in base64url and in base58, which c15t wants.
			request[i+j] = "abcdefghijkmnopqrstuvwxyz2345678"[rand.IntN(32)]
		}
	}
}

// answer reads one answer. The body is good until the next one.
func (c *connection) answer() (status string, body []byte, err error) {
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return "", nil, err
	}
	status, length := string(line[9:12]), 0
	for {
		if line, err = c.reader.ReadSlice('\n'); err != nil {
			return "", nil, err
		}
		if len(line) <= 2 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			length = -1
		}
		if err != nil {
			return "", nil, err
		}
	}
	if length < 0 {
		return status, nil, c.skipChunks()
	}
	if body, err = c.reader.Peek(length); err == nil {
		_, err = c.reader.Discard(length)
	}
	return status, body, err
}

func (c *connection) skipChunks() error {
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return err
		}
		if _, err := c.reader.Discard(int(size) + 2); err != nil || size == 0 {
			return err
		}
	}
}
