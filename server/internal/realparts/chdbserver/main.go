// Command chdbserver serves the current ClickHouse engine (libchdb) over ClickHouse's HTTP interface, as far as
// clickhouse-go uses it. Tests start it; it is never shipped.
//
// libchdb is loaded from CHDB_LIB_PATH when the program starts. There is one session per process, so queries take
// turns.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
	"github.com/chdb-io/chdb-go/chdb"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: chdbserver ADDRESS FOLDER")
	}
	session, err := chdb.NewSession(filepath.Join(os.Args[2], "data"))
	if err != nil {
		log.Fatalf("open session: %v", err)
	}
	log.Fatal(http.ListenAndServe(os.Args[1], &server{session: session, dir: os.Args[2]}))
}

type server struct {
	guard   sync.Mutex
	session *chdb.Session
	dir     string
}

// ServeHTTP answers one query. An INSERT has its statement in the URL and its rows in the body; any other statement is
// the body.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		fail(w, err)
		return
	}
	s.guard.Lock()
	defer s.guard.Unlock()
	answer, err := s.answer(r, body)
	if err != nil {
		fail(w, err)
		return
	}
	if _, err := w.Write(answer); err != nil {
		log.Printf("write answer: %v", err)
	}
}

func (s *server) answer(r *http.Request, body []byte) ([]byte, error) {
	parameters := r.URL.Query()
	if database := parameters.Get("database"); database != "" {
		if _, err := s.query("USE `" + database + "`"); err != nil {
			return nil, err
		}
	}
	if statement := parameters.Get("query"); statement != "" {
		return nil, s.insert(statement, insertSettings(parameters), body)
	}
	native, err := s.query(string(body))
	if err != nil {
		return nil, err
	}
	return translate(native)
}

var insertStatement = regexp.MustCompile(`(?is)^\s*(INSERT INTO .*?)\s*(FORMAT Native|VALUES)?\s*$`)

// insertSettings are those of an insert that libchdb has to be told.
func insertSettings(parameters url.Values) string {
	settings := "insert_deduplication_token = '" + parameters.Get("insert_deduplication_token") + "'"
	if deduplicate := parameters.Get("insert_deduplicate"); deduplicate != "" {
		settings += ", insert_deduplicate = " + deduplicate
	}
	return settings
}

// insert goes by way of a file, because libchdb takes no data beside the statement.
func (s *server) insert(statement, settings string, rows []byte) (err error) {
	match := insertStatement.FindStringSubmatch(statement)
	if match == nil {
		return fmt.Errorf("cannot serve the statement %q", statement)
	}
	file := filepath.Join(s.dir, "rows.native")
	if err := os.WriteFile(file, rows, 0o600); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file)) }()
	_, err = s.query(fmt.Sprintf("%s SETTINGS %s SELECT * FROM file('%s', 'Native')", match[1], settings, file))
	return err
}

func (s *server) query(statement string) ([]byte, error) {
	result, err := s.session.Query(statement, "Native")
	if err != nil {
		return nil, err
	}
	if result == nil {
		return nil, nil
	}
	defer result.Free()
	if err := result.Error(); err != nil {
		return nil, err
	}
	return bytes.Clone(result.Buf()), nil
}

// translate turns the blocks of libchdb, which are of revision 0, into those of the revision that clickhouse-go reads.
func translate(native []byte) ([]byte, error) {
	reader := chproto.NewReader(bytes.NewReader(native))
	var out chproto.Buffer
	for {
		var block proto.Block
		if err := block.Decode(reader, 0); errors.Is(err, io.EOF) {
			return out.Buf, nil
		} else if err != nil {
			return nil, fmt.Errorf("decode block: %w", err)
		}
		if err := block.Encode(&out, clickhouse.ClientTCPProtocolVersion); err != nil {
			return nil, fmt.Errorf("encode block: %w", err)
		}
	}
}

var exceptionCode = regexp.MustCompile(`Code:\s*(\d+)\.`)

func fail(w http.ResponseWriter, err error) {
	text := err.Error()
	if match := exceptionCode.FindStringSubmatchIndex(text); match != nil {
		w.Header().Set("X-ClickHouse-Exception-Code", text[match[2]:match[3]])
		text = text[match[0]:]
	}
	http.Error(w, strings.TrimSpace(text), http.StatusInternalServerError)
}
