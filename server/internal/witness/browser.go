package witness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"

	"assent/schemas"
)

// Browser posts decisions as the script does, to whichever of the servers a load balancer would choose.
type Browser struct {
	Client  *http.Client // What takes longer than its timeout has an unknown outcome.
	Servers []string     // As http://HOST:PORT.
	Site    string
	Origin  string
	// UnavailableIsRefused is for faults under which a server that cannot reach its store has recorded nothing. Else a
	// 503 of this kind may have been recorded: the store's answer may be what was lost.
	UnavailableIsRefused bool
}

var _ Door = (*Browser)(nil)

// Decide implements Door.
func (b *Browser) Decide(ctx context.Context, decision schemas.Decision) Answer {
	status, body, err := b.post(ctx, decision)
	var dialing *net.OpError
	if errors.As(err, &dialing) && dialing.Op == "dial" {
		return Answer{Refused: true}
	}
	if err != nil {
		return Answer{}
	}
	if status/100 == 2 {
		var recorded schemas.Recorded
		if err := json.Unmarshal(body, &recorded); err != nil {
			panic(fmt.Sprintf("a 2xx says %q: %v", body, err)) // The schema's tests hold the server to it.
		}
		return Answer{Recorded: &recorded}
	}
	return Answer{Refused: b.refuses(status, body)}
}

func (b *Browser) refuses(status int, body []byte) bool {
	var problem schemas.Problem
	if err := json.Unmarshal(body, &problem); err != nil {
		return false
	}
	switch problem.Type {
	case "urn:assent:problem:unavailable":
		return b.UnavailableIsRefused
	case "urn:assent:problem:overloaded":
		return true
	default:
		return status/100 == 4
	}
}

func (b *Browser) post(ctx context.Context, decision schemas.Decision) (int, []byte, error) {
	body, err := json.Marshal(decision)
	if err != nil {
		return 0, nil, err
	}
	server := b.Servers[rand.N(len(b.Servers))]
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/v1/sites/"+b.Site+"/decisions", bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Origin", b.Origin)
	request.Header.Set("Content-Type", "application/json")
	// Reports leave out what programs that say so decide.
	request.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
	answer, err := b.Client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	return answer.StatusCode, content, err
}
