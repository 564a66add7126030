package singlesignon

import (
	"io"
	"net/http"
)

// largestAnswer is more than any provider has to say.
const largestAnswer = 1 << 20

// plain bounds what a provider may answer, and drops the pages that come with errors: the library puts them into its
// errors, and so they would get into the log.
type plain struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p plain) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := p.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body := bounded{Reader: io.LimitReader(answer.Body, largestAnswer), Closer: answer.Body}
	if request.Method == http.MethodGet && answer.StatusCode != http.StatusOK {
		body.Reader = http.NoBody
	}
	answer.Body = body
	return answer, nil
}

type bounded struct {
	io.Reader
	io.Closer
}
