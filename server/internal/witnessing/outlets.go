package witnessing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// file is the path of a file that checkpoints are appended to. It is opened for each, so that it may be moved away.
type file string

func (f file) send(_ context.Context, _ Log, checkpoint string) (_ handed, err error) {
	opened, err := os.OpenFile(string(f), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return handed{}, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	if _, err := opened.WriteString(checkpoint); err != nil {
		return handed{}, err
	}
	return handed{checkpoint: checkpoint}, opened.Sync()
}

// webhook gets checkpoints as plain text.
type webhook struct{ address string }

func (w webhook) send(ctx context.Context, _ Log, checkpoint string) (handed, error) {
	status, answer, err := post(ctx, w.address, checkpoint)
	if err != nil {
		return handed{}, err
	}
	if status/100 != 2 {
		return handed{}, refusal(status, answer)
	}
	return handed{checkpoint: checkpoint}, nil
}

// client asks addresses that the operator has given, who may well have a witness in his own network: unlike what people write
// into a form, they are not held to public ones. Redirects are not followed, since they would be somebody else's.
var client = &http.Client{
	Timeout:       10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

const longestAnswer = 8 << 10

func post(ctx context.Context, address, body string) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return 0, nil, errors.New("the address cannot be asked")
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	response, err := client.Do(request)
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err // Without the address, which may hold a secret.
	}
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	answer, err = io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	return response.StatusCode, answer, err
}

// refusal quotes the beginning of an answer, which says what is wrong where the other side is well made.
func refusal(status int, answer []byte) error {
	said, _, _ := bytes.Cut(answer, []byte("\n"))
	if len(said) > 200 {
		said = said[:200]
	}
	return fmt.Errorf("it answered %d: %q", status, said)
}
