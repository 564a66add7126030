package main

import (
	"net/http"
	"time"
)

// drain goes on answering for a while after /readyz began to say no, so that balancers look away before the listener
// closes. It returns early when the listener fails.
func (s *server) drain(failed <-chan error) {
	s.stopping.Store(true)
	if s.drainDelay <= 0 {
		return
	}
	s.log.Info("draining", "delay", s.drainDelay.String())
	select {
	case <-failed:
	case <-time.After(s.drainDelay):
	}
}

// parting asks clients for a new connection while the server stops: one that is kept alive would be cut under the next
// request.
func (s *server) parting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
