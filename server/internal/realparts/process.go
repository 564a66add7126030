// Package realparts starts the real Redis, ClickHouse and web servers that tests run against: on free ports of 127.0.0.1,
// with data in a temporary folder, ended with the test binary whatever becomes of it. It is imported by tests only.
package realparts

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a server may take to start or stop on a busy machine.
const patience = time.Minute

// process is one server that can be stopped, killed and started again on the same port and data.
type process struct {
	name    string
	command func() *exec.Cmd
	ready   func() error // nil once the server answers.
	log     string       // File with its output.

	guard   sync.Mutex
	running *exec.Cmd
	ended   chan struct{}
}

// start runs the server and waits until it answers.
func (p *process) start() error {
	p.guard.Lock()
	defer p.guard.Unlock()
	if p.running != nil {
		return nil
	}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	command := p.command()
	command.Stdout, command.Stderr = log, log
	launched, ended := make(chan error), make(chan struct{})
	go runPinned(command, launched, ended)
	if err := <-launched; err != nil {
		return errors.Join(fmt.Errorf("start %s: %w", p.name, err), log.Close())
	}
	p.running, p.ended = command, ended
	return errors.Join(p.await(), log.Close())
}

// runPinned starts the command and waits for its end on one locked thread. The kernel ends the child when that very
// thread dies (prctl(2), PR_SET_PDEATHSIG), so it must live as long as the test binary does and no shorter.
func runPinned(command *exec.Cmd, launched chan<- error, ended chan<- struct{}) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err := command.Start()
	launched <- err
	if err == nil {
		// How a server ends is no news: the tests kill it.
		_ = command.Wait()
		close(ended)
	}
}

func (p *process) await() error {
	deadline := time.Now().Add(patience)
	for {
		err := p.ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("start %s: it ended at once; its last words:\n%s", p.name, p.lastWords())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("start %s: no answer within %v (%w); its last words:\n%s", p.name, patience, err, p.lastWords())
		}
	}
}

func (p *process) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// end sends the signal and waits for the end.
func (p *process) end(signal syscall.Signal) error {
	p.guard.Lock()
	defer p.guard.Unlock()
	if p.running == nil {
		return nil
	}
	if err := p.running.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end %s: %w", p.name, err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		return fmt.Errorf("end %s: still there after %v", p.name, patience)
	}
	p.running = nil
	return nil
}

// signal sends the signal, one that does not end the server.
func (p *process) signal(signal syscall.Signal) error {
	p.guard.Lock()
	defer p.guard.Unlock()
	if p.running == nil {
		return fmt.Errorf("signal %s: it does not run", p.name)
	}
	if err := p.running.Process.Signal(signal); err != nil {
		return fmt.Errorf("signal %s: %w", p.name, err)
	}
	return nil
}

// folder is the server's own.
func (p *process) folder() string { return filepath.Dir(p.log) }

// id is the process id; 0 while the server does not run.
func (p *process) id() int {
	p.guard.Lock()
	defer p.guard.Unlock()
	if p.running == nil {
		return 0
	}
	return p.running.Process.Pid
}

// Servers remembers what was started, so that one call ends it all.
type Servers struct {
	dir  string
	more []func() error

	guard sync.Mutex // Tests start servers side by side.
	parts []*process
}

// Main is the TestMain of a package that needs servers: it sets servers to an empty set, runs the tests and ends what
// they started. It does not return.
func Main(m *testing.M, servers **Servers) {
	set, err := newServers()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	*servers = set
	code := m.Run()
	if err := set.End(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// newServers returns an empty set whose data lives in a temporary folder.
func newServers() (*Servers, error) {
	dir, err := os.MkdirTemp("", "assent-parts-")
	if err != nil {
		return nil, fmt.Errorf("make folder for test servers: %w", err)
	}
	return &Servers{dir: dir}, nil
}

// End kills all servers and removes their data.
func (s *Servers) End() error {
	var failures []error
	for _, end := range s.more {
		failures = append(failures, end())
	}
	for _, part := range s.parts {
		failures = append(failures, part.end(syscall.SIGKILL))
	}
	return errors.Join(append(failures, os.RemoveAll(s.dir))...)
}

// add prepares a folder for a server and starts it.
func (s *Servers) add(name string, prepare func(dir string) (*process, error)) (*process, error) {
	dir, err := os.MkdirTemp(s.dir, name+"-")
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	part, err := prepare(dir)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	part.name, part.log = name, filepath.Join(dir, "output.log")
	s.guard.Lock()
	s.parts = append(s.parts, part)
	s.guard.Unlock()
	return part, part.start()
}

// freePort finds a port that is free together with the one 10000 higher, where a Redis Cluster has its bus. Both lie
// below the range from which the kernel takes the ports of outgoing connections: those would take the place of a server
// that is away for a moment.
func freePort() (int, error) {
	var failure error
	for range 100 {
		port := 10_000 + rand.N(12_000)
		if failure = errors.Join(tryPort(port), tryPort(port+10_000)); failure == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("find a free port: %w", failure)
}

func tryPort(port int) error {
	listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return err
	}
	return listener.Close()
}

// program finds an executable or says how to get it.
func program(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		// Debian keeps servers where the PATH of most users does not look.
		path, err = exec.LookPath(filepath.Join("/usr/sbin", name))
	}
	if err != nil {
		return "", fmt.Errorf("%s is not installed: run deploy/install-test-parts.sh (make test does)", name)
	}
	return path, nil
}
