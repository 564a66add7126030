package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tick is the unit of /proc/PID/stat: USER_HZ, which is 100 on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// contender is one server of the comparison, with the processes that work for it.
type contender struct {
	announcement
	name      string
	hit       hit
	processes []int // Its own first.
	rounds    map[int][]sample
	memory    map[int]float64 // Peak after the rounds of so many connections.
}

// launch starts the command and reads where it listens. It ends with the benchmark.
func launch(b *testing.B, name string, command *exec.Cmd, beside ...int) *contender {
	b.Helper()
	stdin, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	var logged bytes.Buffer
	command.Stderr = &logged
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := stdin.Close(); err != nil {
			b.Error(err)
		}
		if err := command.Wait(); err != nil {
			b.Errorf("%s: %v\n%s", name, err, &logged)
		}
	})
	c := &contender{name: name, rounds: map[int][]sample{}, memory: map[int]float64{}, processes: append([]int{command.Process.Pid}, beside...)}
	if err := json.NewDecoder(stdout).Decode(&c.announcement); err != nil {
		b.Fatalf("%s does not listen: %v\n%s", name, err, &logged)
	}
	return c
}

// benchCommand is this binary as one of the servers, run under the words of a tracer if there are any.
func benchCommand(b *testing.B, tracer []string, kind string, env ...string) *exec.Cmd {
	b.Helper()
	executable, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	words := append(tracer, executable)
	command := exec.Command(words[0], words[1:]...)
	command.Env = append(append(os.Environ(), asBenchServer+"="+kind, "ASSENT_DATA="+b.TempDir()), env...)
	return command
}

// processorTime is what the contender's processes have used, in user and system mode.
func (c *contender) processorTime(b *testing.B) time.Duration {
	b.Helper()
	var sum time.Duration
	for _, id := range c.processes {
		stat := procFile(b, id, "stat")
		// The name in parentheses may hold spaces; what follows it does not.
		fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
		for _, field := range fields[11:13] {
			ticks, err := strconv.Atoi(field)
			if err != nil {
				b.Fatal(err)
			}
			sum += time.Duration(ticks) * tick
		}
	}
	return sum
}

// peakMemory is the most that the server itself had resident, in MiB.
func (c *contender) peakMemory(b *testing.B) float64 {
	b.Helper()
	_, after, _ := strings.Cut(procFile(b, c.processes[0], "status"), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kilobytes) / 1024
}

func procFile(b *testing.B, id int, name string) string {
	b.Helper()
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", id, name))
	if err != nil {
		b.Fatal(err)
	}
	return string(content)
}

// flushCounter counts the flushes to disk of what is started under it. By its filter in the kernel (seccomp) strace stops
// a process at those calls only, so that batches form as they do without it.
type flushCounter struct{ folder string }

// tracer returns the words that start a program under the counter; strace itself stays in the background, so that the
// program keeps its process id.
func (f flushCounter) tracer(name string) []string {
	return []string{"strace", "-D", "-f", "-qq", "--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-o", filepath.Join(f.folder, name), "--"}
}

// shadow puts a program of that name in front of the PATH that runs the real one under the counter.
func (f flushCounter) shadow(b *testing.B, name string) {
	b.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		b.Fatal(err)
	}
	bin := b.TempDir()
	script := "#!/bin/sh\nexec " + strings.Join(append(f.tracer(name+".$$"), path), " ") + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o700); err != nil {
		b.Fatal(err)
	}
	b.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

// count is how many calls have begun so far.
func (f flushCounter) count(b *testing.B) int {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(f.folder, "*"))
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		n += bytes.Count(content, []byte("sync("))
	}
	return n
}
