package chaosproxy_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"assent/server/internal/chaosproxy"
)

// echo is a server that answers every byte with itself.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(connection, connection) // Ends with the client, however that ends.
				_ = connection.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

func start(t *testing.T, target string) *chaosproxy.Proxy {
	t.Helper()
	proxy, err := chaosproxy.Start(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	return proxy
}

func dial(t *testing.T, proxy *chaosproxy.Proxy) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", proxy.Address())
	if err != nil {
		t.Fatal(err)
	}
	if err := connection.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// exchange returns what came back of a message before the connection failed.
func exchange(connection net.Conn, message string) (string, error) {
	if _, err := connection.Write([]byte(message)); err != nil {
		return "", err
	}
	answer := make([]byte, len(message))
	n, err := io.ReadFull(connection, answer)
	return string(answer[:n]), err
}

func wantAnswer(t *testing.T, connection net.Conn, message string) {
	t.Helper()
	if answer, err := exchange(connection, message); err != nil || answer != message {
		t.Fatalf("answer of %d bytes, %v; want the %d that were sent", len(answer), err, len(message))
	}
}

func wantBroken(t *testing.T, connection net.Conn, message string) {
	t.Helper()
	if answer, err := exchange(connection, message); err == nil || answer != "" || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("answer %q, %v; want a broken connection", answer, err)
	}
}

func TestFairWeatherForwardsAndSaysGoodbye(t *testing.T) {
	connection := dial(t, start(t, echo(t)))
	message := strings.Repeat("0123456789", 100_000)
	go func() {
		_, _ = connection.Write([]byte(message)) // What is missing shows in the answer.
		_ = connection.(*net.TCPConn).CloseWrite()
	}()
	if answer, err := io.ReadAll(connection); err != nil || !bytes.Equal(answer, []byte(message)) {
		t.Errorf("%d of %d bytes came back: %v", len(answer), len(message), err)
	}
}

func TestSilenceEndsWithAllThatWasSaid(t *testing.T) {
	proxy := start(t, echo(t))
	connection := dial(t, proxy)
	wantAnswer(t, connection, "before")
	proxy.Set(chaosproxy.Weather{Silent: true})
	heard := make(chan string)
	go func() {
		answer, err := exchange(connection, "within")
		if err != nil {
			t.Error(err)
		}
		heard <- answer
	}()
	select {
	case answer := <-heard:
		t.Errorf("heard %q in the silence", answer)
	case <-time.After(50 * time.Millisecond):
		proxy.Set(chaosproxy.Weather{})
		if answer := <-heard; answer != "within" {
			t.Errorf("heard %q after the silence", answer)
		}
	}
}

func TestADelayHoldsEachWay(t *testing.T) {
	proxy := start(t, echo(t))
	connection := dial(t, proxy)
	wantAnswer(t, connection, "before")
	const delay = 20 * time.Millisecond
	proxy.Set(chaosproxy.Weather{Delay: delay})
	begun := time.Now()
	wantAnswer(t, connection, "slow")
	if took := time.Since(begun); took < 2*delay {
		t.Errorf("there and back in %v, want at least %v", took, 2*delay)
	}
}

func TestCutsAndRefusals(t *testing.T) {
	target := echo(t)
	proxy := start(t, target)
	cut := dial(t, proxy)
	wantAnswer(t, cut, "before")
	proxy.Cut()
	wantBroken(t, cut, "after")

	for name, weather := range map[string]chaosproxy.Weather{"request": {CutRequest: 10}, "answer": {CutAnswer: 10}} {
		proxy.Set(weather)
		connection := dial(t, proxy)
		wantAnswer(t, connection, "0123456789")
		wantBroken(t, connection, name)
	}
	proxy.Set(chaosproxy.Weather{Refuse: true})
	wantRefused(t, proxy)
	if n := proxy.Struck(); n != 3 {
		t.Errorf("the weather struck %d connections, want 3", n)
	}
	proxy.Set(chaosproxy.Weather{})
	proxy.Retarget("127.0.0.1:1")
	wantRefused(t, proxy)
	proxy.Retarget(target)
	wantAnswer(t, dial(t, proxy), "somebody there")
}

// wantRefused takes a reset for an answer at whatever moment it comes.
func wantRefused(t *testing.T, proxy *chaosproxy.Proxy) {
	t.Helper()
	connection, err := net.Dial("tcp", proxy.Address())
	if err != nil {
		return
	}
	if answer, err := exchange(connection, "hello"); err == nil || answer != "" {
		t.Errorf("answer %q, %v; want a reset connection", answer, err)
	}
	_ = connection.Close()
}
