package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sys/unix"

	"assent/server/internal/chaosproxy"
)

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) anyServer() *program { return s.programs[rand.N(len(s.programs))] }

func killServer(s *stage, _ int) { s.kill(s.anyServer()) }

func (s *stage) kill(p *program) {
	s.t.Helper()
	s.killForGood(p)
	p.start()
}

func (s *stage) killForGood(p *program) {
	s.t.Helper()
	if err := p.end(os.Kill); err == nil {
		s.t.Error("killed, and yet it ended well")
	}
}

func freezeServer(s *stage, _ int) {
	p := s.anyServer()
	s.must(p.command.Process.Signal(syscall.SIGSTOP))
	s.hold()
	s.must(p.command.Process.Signal(syscall.SIGCONT))
}

func killOrFreezeServer(s *stage, round int) {
	if round%2 == 0 {
		killServer(s, round)
	} else {
		freezeServer(s, round)
	}
}

// fillDisk lets no file of the server grow, in the middle of a page of SQLite's log, by the limit on file sizes: it
// fails a write as a full disk does, needs no root, and can be lifted. Every other time the server is killed meanwhile.
func fillDisk(s *stage, round int) {
	p := s.programs[0]
	log, err := os.Stat(filepath.Join(p.args[1], "assent.db-wal"))
	s.must(err)
	mend := s.limitFiles(p, uint64(log.Size())/2)
	s.hold()
	if round%2 == 0 {
		mend()
	} else {
		s.kill(p)
	}
}

// limitFiles lets no file of the server grow beyond a size until it is mended.
func (s *stage) limitFiles(p *program, size uint64) (mend func()) {
	s.t.Helper()
	var usual unix.Rlimit
	s.must(unix.Prlimit(p.command.Process.Pid, unix.RLIMIT_FSIZE, nil, &usual))
	s.must(unix.Prlimit(p.command.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: usual.Max}, nil))
	return func() { s.must(unix.Prlimit(p.command.Process.Pid, unix.RLIMIT_FSIZE, &usual, nil)) }
}

// killRedisAndFillDisk leaves room for some decisions in each file of the spool, and tears the one after them.
func killRedisAndFillDisk(s *stage, round int) {
	p := s.programs[0]
	mend := s.limitFiles(p, 5_000)
	s.must(s.redis.Kill())
	s.hold()
	if round%2 == 0 {
		mend()
		s.must(s.redis.Start())
		return
	}
	s.killForGood(p)
	s.must(s.redis.Start())
	p.start()
}

// jumpyClock is right but for what it is set to.
type jumpyClock struct{ off atomic.Int64 }

func (c *jumpyClock) now() time.Time { return time.Now().Add(time.Duration(c.off.Load())) }

func setClock(s *stage, round int) {
	s.set.clock.off.Store(int64([]time.Duration{24 * time.Hour, 0, -24 * time.Hour, 0}[round%4]))
}

func killRedis(s *stage, _ int) {
	s.must(s.redis.Kill())
	s.hold()
	s.must(s.redis.Start())
}

// killRedisAndServer kills the server after it has begun to spool, and then once more while it hands that over.
func killRedisAndServer(s *stage, _ int) {
	p := s.programs[0]
	s.must(s.redis.Kill())
	s.await(func() error {
		files, err := filepath.Glob(filepath.Join(p.args[1], "spool", "*.spool"))
		if err == nil && len(files) == 0 {
			err = errors.New("nothing is spooled")
		}
		return err
	})
	s.hold()
	s.killForGood(p)
	s.must(s.redis.Start())
	p.start()
	time.Sleep(rand.N(20 * time.Millisecond))
	s.kill(p)
}

func freezeRedis(s *stage, _ int) {
	s.must(s.redis.Freeze())
	s.hold()
	s.must(s.redis.Thaw())
}

// fillRedis leaves room for some decisions more.
func fillRedis(s *stage, _ int) {
	options, err := redis.ParseURL(s.redis.URL)
	s.must(err)
	client := redis.NewClient(options)
	defer client.Close()
	memory, err := client.InfoMap(s.t.Context(), "memory").Result()
	s.must(err)
	used, err := strconv.Atoi(memory["Memory"]["used_memory"])
	s.must(err)
	s.must(client.ConfigSet(s.t.Context(), "maxmemory", strconv.Itoa(used+20_000)).Err())
	s.hold()
	s.must(client.ConfigSet(s.t.Context(), "maxmemory", "0").Err())
}

// weathers are what networks do. The counts of bytes are such that some requests of a connection get through.
var weathers = []chaosproxy.Weather{
	{CutRequest: 5_000}, {CutAnswer: 5_000}, {Silent: true}, {Refuse: true}, {Delay: 20 * time.Millisecond},
}

// changeWeather plays all weathers, each after a cut of what is open, and each that strikes until it has struck.
func changeWeather(s *stage, _ int) {
	for _, weather := range weathers {
		before := s.weather.Struck()
		s.weather.Set(weather)
		s.weather.Cut()
		s.hold()
		if weather.Refuse || weather.CutRequest+weather.CutAnswer > 0 {
			s.await(func() error {
				if s.weather.Struck() == before {
					return fmt.Errorf("the weather %+v strikes nobody", weather)
				}
				return nil
			})
		}
	}
	s.weather.Set(chaosproxy.Weather{})
}

func disturbClickHouse(s *stage, round int) {
	if round%2 == 0 {
		s.must(s.clickhouse.Kill())
		s.hold()
		s.must(s.clickhouse.Start())
		return
	}
	s.must(s.clickhouse.Freeze())
	s.hold()
	s.must(s.clickhouse.Thaw())
}
