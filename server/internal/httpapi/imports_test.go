package httpapi

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"assent/schemas"
)

func TestASetUpIsImported(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	path := "sites/" + s.site.ID + "/import"
	order := schemas.ImportOrder{File: `var klaroConfig = { services: [{ name: "googleAnalytics", purposes: ["analytics"], default: true }, { name: "kite", title: "Kite", purposes: ["marketing"] }] }`,
		Cookies: "Platform,Category,Cookie / Data Key name,Retention period,Data Controller\nKite,Marketing,kite,1 year,Kite Ltd\n"}
	answer, text := s.admin(http.MethodPost, path, order, "Cookie", cookie)
	read := decode[schemas.Import](t, text)
	if answer.StatusCode != http.StatusOK || read.Kind != "klaro" || len(read.Notice.Services) != 2 || read.Notice.Services[1].Provider != "Kite Ltd" || len(read.Remarks) == 0 {
		t.Fatalf("%d %s", answer.StatusCode, text)
	}
	if _, text := s.admin(http.MethodGet, "sites/"+s.site.ID+"/draft", nil, "Cookie", cookie); len(decode[schemas.Review](t, text).Differences) != 0 {
		t.Errorf("the import was stored: %s", text)
	}
	answer, text = s.admin(http.MethodPut, "sites/"+s.site.ID+"/draft", read.Notice, "Cookie", cookie, "If-Match", `"0"`)
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the draft does not take it: %d %s", answer.StatusCode, text)
	}
}

// ASVS 5.2.1
func TestWhatCannotBeImportedIsTold(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	for name, c := range map[string]struct {
		site   string
		body   any
		status int
		says   string
	}{
		"nothing known":    {s.site.ID, schemas.ImportOrder{File: "var x = 1"}, http.StatusUnprocessableEntity, "/file"},
		"no list":          {s.site.ID, schemas.ImportOrder{File: `klaroConfig = {services: [{name: "a", title: "A"}]}`, Cookies: "x"}, http.StatusUnprocessableEntity, "/cookies"},
		"an unknown kind":  {s.site.ID, schemas.ImportOrder{File: "var x = 1", Kind: "other"}, http.StatusUnprocessableEntity, "/kind"},
		"no JSON":          {s.site.ID, "{", http.StatusBadRequest, "malformed"},
		"an unknown site":  {"nobody", schemas.ImportOrder{File: "var x = 1"}, http.StatusNotFound, ""},
		"too large a file": {s.site.ID, schemas.ImportOrder{File: strings.Repeat("x", 5<<20+1)}, http.StatusUnprocessableEntity, "5 MB"},
		"too large":        {s.site.ID, schemas.ImportOrder{File: strings.Repeat("x", importLimit)}, http.StatusRequestEntityTooLarge, "5 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			answer, text := s.as(t).admin(http.MethodPost, "sites/"+c.site+"/import", c.body, "Cookie", cookie)
			if answer.StatusCode != c.status || !strings.Contains(string(text), c.says) {
				t.Errorf("%d %s, want %d with %q", answer.StatusCode, text, c.status, c.says)
			}
		})
	}
}

// ASVS 5.2.1, 15.2.2
func TestFilesAreReadInTurn(t *testing.T) {
	s := startServer(t)
	i := imports{catalog: s.catalog, running: make(chan struct{}, 1)}
	i.running <- struct{}{} // Somebody else's.
	c := echo.New().NewContext(httptest.NewRequest(http.MethodPost, "/", http.NoBody), httptest.NewRecorder())
	c.SetParamNames("site")
	c.SetParamValues(s.site.ID)
	if err := i.read(c); !errors.Is(err, errImportBusy) {
		t.Errorf("%v, want to be asked to wait", err)
	}
}
