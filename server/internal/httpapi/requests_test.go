package httpapi

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/requests"
	"assent/server/internal/rights"
)

func (s *testServer) requestOwn(secret, kind string) (int, []byte) {
	s.t.Helper()
	answer, body := s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/requests", schemas.OwnRequest{Secret: secret, Kind: kind}, "Origin", shopOrigin, "Content-Type", "application/json")
	return answer.StatusCode, body
}

func TestVisitorsRequests(t *testing.T) {
	s := startErasing(t)
	d := s.decision(consent.AcceptAll)
	s.post(d)
	for kind, want := range map[string]string{requests.Information: "done", requests.Rectification: "open", requests.Restriction: "open", requests.Objection: "open"} {
		status, body := s.requestOwn(d.Secret, kind)
		got := decode[schemas.OwnRequestAnswer](t, body)
		if status != http.StatusOK || got.Request.State != want {
			t.Errorf("%s: %d %s", kind, status, body)
		}
		if _, body := s.requestOwn(d.Secret, kind); decode[schemas.OwnRequestAnswer](t, body).Request.Reference != got.Request.Reference {
			t.Errorf("%s again is another one", kind)
		}
	}
	status, body := s.requestOwn(d.Secret, requests.Access)
	if got := decode[schemas.OwnRequestAnswer](t, body); status != http.StatusOK || len(got.Decisions) != 1 || got.Decisions[0].ID != d.ID {
		t.Errorf("access: %d %s", status, body)
	}
	for range 2 { // Withdrawn once, however often it is asked.
		if status, body := s.requestOwn(d.Secret, requests.Withdrawal); status != http.StatusOK {
			t.Errorf("withdrawal: %d %s", status, body)
		}
	}
	if rows := s.rows(); rows != 2 {
		t.Errorf("%d decisions, want the first and its withdrawal", rows)
	}
	if _, body := s.do(http.MethodGet, "/v1/sites/"+s.site.ID+"/subjects/"+consent.Subject(s.site.ID, d.Secret), nil); !strings.Contains(string(body), `"withdraw"`) {
		t.Errorf("the choice is %s", body)
	}
	var first schemas.Request
	for i := range 2 {
		status, body := s.requestOwn(d.Secret, requests.Erasure)
		got := decode[schemas.OwnRequestAnswer](t, body).Request
		if status != http.StatusOK || len(got.Receipts) != 2 || got.State != "done" || i == 1 && got.Reference != first.Reference {
			t.Errorf("erasure: %d %s", status, body)
		}
		first = got
	}
	documents, err := s.store.Documents(t.Context(), requests.Kind, s.site.ID)
	if err != nil || len(documents) != 7 {
		t.Errorf("%d requests, %v", len(documents), err)
	}
	for _, document := range documents {
		if text := string(document.Body); strings.Contains(text, consent.Subject(s.site.ID, d.Secret)) || strings.Contains(text, d.ID) || strings.Contains(text, `"open"`) {
			t.Errorf("after the erasure there is %s", text)
		}
	}
	for _, wrong := range []struct {
		secret, kind string
		want         int
	}{{"BBBBBBBBBBBBBBBBBBBBBB", requests.Access, http.StatusNotFound}, {"short", requests.Access, http.StatusUnprocessableEntity}, {d.Secret, "everything", http.StatusUnprocessableEntity}} {
		if status, body := s.requestOwn(wrong.secret, wrong.kind); status != wrong.want {
			t.Errorf("%+v: %d %s", wrong, status, body)
		}
	}
}

func TestOfficersRequests(t *testing.T) {
	s := startErasing(t)
	owner := s.setUp()
	d := s.decision(consent.AcceptAll)
	s.post(d)
	path := "sites/" + s.site.ID + "/requests"
	register := func(kind string) schemas.Request {
		answer, body := s.admin(http.MethodPost, path, schemas.NewRequest{Receipt: d.ID, Kind: kind, Identity: "known at the counter"}, "Cookie", owner)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", kind, answer.StatusCode, body)
		}
		return decode[schemas.Request](t, body)
	}
	step := func(reference string, order schemas.RequestOrder, want int) []byte {
		answer, body := s.admin(http.MethodPost, path+"/"+reference+"/steps", order, "Cookie", owner)
		if answer.StatusCode != want {
			t.Errorf("%+v: %d %s, want %d", order, answer.StatusCode, body, want)
		}
		return body
	}
	if answer, body := s.admin(http.MethodPost, path, schemas.NewRequest{Receipt: d.ID, Kind: requests.Access}, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("nobody checked who asks: %d %s", answer.StatusCode, body)
	}
	restriction := register(requests.Restriction)
	step(restriction.Reference, schemas.RequestOrder{Step: "extend", Reason: "many at once"}, http.StatusUnprocessableEntity)
	put := decode[schemas.Request](t, step(restriction.Reference, schemas.RequestOrder{Step: "extend", Reason: "many at once", Days: 60}, http.StatusOK))
	if put.Due.Sub(restriction.Due) != 60*24*time.Hour || put.State != "extended" {
		t.Errorf("put off to %s, %s", put.Due, put.State)
	}
	step(restriction.Reference, schemas.RequestOrder{Step: "extend", Reason: "again", Days: 60}, http.StatusConflict)
	step(restriction.Reference, schemas.RequestOrder{Step: "act"}, http.StatusUnprocessableEntity)
	step(restriction.Reference, schemas.RequestOrder{Step: "act", Reason: "left out of our reports"}, http.StatusOK)
	objection := register(requests.Objection)
	step(objection.Reference, schemas.RequestOrder{Step: "refuse", Reason: "unfounded"}, http.StatusOK)
	step(objection.Reference, schemas.RequestOrder{Step: "refuse", Reason: "unfounded"}, http.StatusConflict)
	access := register(requests.Access)
	for _, format := range []string{"csv", "ndjson", "json", "html", "html&language=de"} {
		answer, body := s.admin(http.MethodGet, path+"/"+access.Reference+"/copy?format="+format, nil, "Cookie", owner)
		if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), d.ID) {
			t.Errorf("the copy as %s: %d %s", format, answer.StatusCode, body)
		}
	}
	if answer, body := s.admin(http.MethodGet, path+"/"+access.Reference+"/copy?format=doc", nil, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no format: %d %s", answer.StatusCode, body)
	}
	erasure := register(requests.Erasure)
	closed := decode[schemas.Request](t, step(erasure.Reference, schemas.RequestOrder{Step: "act"}, http.StatusOK))
	if closed.State != "done" || len(closed.Receipts) != 1 {
		t.Errorf("%+v", closed)
	}
	if again := decode[schemas.Request](t, step(erasure.Reference, schemas.RequestOrder{Step: "act"}, http.StatusOK)); len(again.History) != len(closed.History) {
		t.Errorf("done again: %+v", again)
	}
	for lang, word := range map[string]string{"en": "What was done where", "de": "Was wo getan wurde"} {
		answer, body := s.admin(http.MethodGet, path+"/"+erasure.Reference+"?format=html&language="+lang, nil, "Cookie", owner)
		if text := string(body); answer.StatusCode != http.StatusOK || !strings.Contains(text, word) || !strings.Contains(text, closed.Receipts[0]) || strings.Contains(text, "</strong>: 0 </li>") {
			t.Errorf("%s: %d %s", lang, answer.StatusCode, body)
		}
	}
	closings, err := requests.ClosingsIn(s.store).List(t.Context(), s.site.ID)
	if err != nil || len(closings) != 4 { // The erasure closed the copy's too.
		t.Fatalf("to be told: %+v, %v", closings, err)
	}
	for _, one := range closings {
		answer, page := s.admin(http.MethodGet, path+"/"+one.Value.Document, nil, "Cookie", owner)
		if found := decode[schemas.Request](t, page); answer.StatusCode != http.StatusOK || found.Kind != one.Value.Kind || found.State != one.Value.State || found.Reference == one.Value.Document {
			t.Errorf("the document of %+v: %d %s", one.Value, answer.StatusCode, page)
		}
	}
	_, body := s.admin(http.MethodGet, path, nil, "Cookie", owner)
	if all := decode[[]schemas.Request](t, body); len(all) != 4 {
		t.Errorf("%s", body)
	}
}

// TestDeadlineOfRequests is the site's, and holds for those that come after it was set.
func TestDeadlineOfRequests(t *testing.T) {
	s := startErasing(t)
	owner := s.setUp()
	d := s.decision(consent.AcceptAll)
	s.post(d)
	path := "sites/" + s.site.ID + "/request"
	register := func(kind string, days int) string {
		answer, body := s.admin(http.MethodPost, path+"s", schemas.NewRequest{Receipt: d.ID, Kind: kind, Identity: "known at the counter"}, "Cookie", owner)
		made := decode[schemas.Request](t, body)
		if answer.StatusCode != http.StatusOK || made.Due.Sub(made.History[0].At) != time.Duration(days)*24*time.Hour {
			t.Errorf("%s: %d %s, want it due after %d days", kind, answer.StatusCode, body, days)
		}
		return made.Reference
	}
	set := func(deadline schemas.RequestDeadline, want int, pointer string) {
		answer, body := s.admin(http.MethodPut, path+"-deadline", deadline, "Cookie", owner)
		if answer.StatusCode != want || !strings.Contains(string(body), pointer) {
			t.Errorf("%+v: %d %s, want %d and %s", deadline, answer.StatusCode, body, want, pointer)
		}
	}
	putOff := func(reference string, days, want int) {
		order := schemas.RequestOrder{Step: "extend", Reason: "many at once", Days: days}
		if answer, body := s.admin(http.MethodPost, path+"s/"+reference+"/steps", order, "Cookie", owner); answer.StatusCode != want {
			t.Errorf("put off by %d: %d %s, want %d", days, answer.StatusCode, body, want)
		}
	}
	early := register(requests.Restriction, 30)
	set(schemas.RequestDeadline{Days: 0, ExtraDays: 61}, http.StatusUnprocessableEntity, "/extraDays")
	set(schemas.RequestDeadline{Days: 46}, http.StatusUnprocessableEntity, "/days")
	set(schemas.RequestDeadline{Days: 15, ExtraDays: 10}, http.StatusOK, "15")
	if _, body := s.admin(http.MethodGet, path+"-deadline", nil, "Cookie", owner); decode[schemas.RequestDeadline](t, body) != (schemas.RequestDeadline{Days: 15, ExtraDays: 10}) {
		t.Errorf("it is %s", body)
	}
	if again := register(requests.Restriction, 30); again != early {
		t.Errorf("the one that came before is %s, not %s", again, early)
	}
	late := register(requests.Objection, 15)
	putOff(late, 11, http.StatusUnprocessableEntity)
	putOff(late, 10, http.StatusOK)
	set(schemas.RequestDeadline{Days: 45}, http.StatusOK, "45")
	putOff(early, 1, http.StatusUnprocessableEntity)
	if _, body := s.admin(http.MethodGet, "trail", nil, "Cookie", owner); !strings.Contains(string(body), "change-request-deadline") || !strings.Contains(string(body), "15+10") {
		t.Errorf("the trail says %s", body)
	}
}

// TestRestrictionsAndObjectionsAreHonoured in every number and file, from when they came until they are refused or lifted.
func TestRestrictionsAndObjectionsAreHonoured(t *testing.T) {
	s := startErasing(t)
	owner := s.setUp()
	limited, other := s.decision(consent.AcceptAll), s.decision(consent.RejectAll)
	limited.Secret = "AAAAAAAAAAAAAAAAAAAAAA"
	s.post(limited)
	s.post(other)
	path := "sites/" + s.site.ID + "/"
	get := func(what string) []byte {
		t.Helper()
		answer, body := s.admin(http.MethodGet, path+what, nil, "Cookie", owner)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", what, answer.StatusCode, body)
		}
		return body
	}
	counted := func(when string, decisions, exported int) {
		t.Helper()
		rates := decode[schemas.Rates](t, get("rates"))
		report := decode[schemas.Report](t, get("report"))
		groups := decode[schemas.Breakdown](t, get("breakdown?by=device")).Groups
		overview := decode[schemas.Overview](t, get("overview"))
		for what, got := range map[string]int{"rates": rates.Totals.Decisions, "their last decisions": len(rates.Recent), "report": report.Totals.Decisions,
			"its last decisions": len(report.Recent), "groups": groups[0].Answered.Decisions, "today": overview.Today.Decisions} {
			if got != decisions {
				t.Errorf("%s, %s: %d decisions, want %d", when, what, got, decisions)
			}
		}
		answer, body := s.admin(http.MethodGet, path+"exports/decisions?format=ndjson", nil, "Cookie", owner)
		if lines := bytes.Count(body, []byte("\n")); lines != exported || answer.Header.Get("Assent-Rows") != fmt.Sprint(exported) {
			t.Errorf("%s: a file of %d rows that says %s, want %d", when, lines, answer.Header.Get("Assent-Rows"), exported)
		}
	}
	order := func(reference, step string, want int) schemas.Request {
		t.Helper()
		answer, body := s.admin(http.MethodPost, path+"requests/"+reference+"/steps", schemas.RequestOrder{Step: step, Reason: "told by letter"}, "Cookie", owner)
		if answer.StatusCode != want {
			t.Fatalf("%s: %d %s, want %d", step, answer.StatusCode, body, want)
		}
		if want != http.StatusOK {
			return schemas.Request{}
		}
		return decode[schemas.Request](t, body)
	}
	ask := func(kind string) schemas.Request {
		t.Helper()
		status, body := s.requestOwn(limited.Secret, kind)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", kind, status, body)
		}
		return decode[schemas.OwnRequestAnswer](t, body).Request
	}
	counted("before", 2, 2)
	objection := ask(requests.Objection)
	counted("objected", 1, 2)
	order(objection.Reference, "lift", http.StatusConflict) // It is open: it is refused, or done first.
	order(objection.Reference, "refuse", http.StatusOK)
	counted("refused", 2, 2)

	restriction := ask(requests.Restriction)
	if !restriction.Honoured {
		t.Errorf("%+v", restriction)
	}
	counted("restricted", 1, 1)
	done := order(restriction.Reference, "act", http.StatusOK)
	if done.State != requests.Done || !done.Honoured {
		t.Errorf("%+v", done)
	}
	if !slices.Contains(done.Effects, schemas.RequestEffect{Place: "reports", What: "left-out", Count: 1}) {
		t.Errorf("what was done: %+v", done.Effects)
	}
	limited.ID, limited.Action, limited.Purposes = s.decision(consent.RejectAll).ID, consent.RejectAll, s.decision(consent.RejectAll).Purposes
	s.post(limited) // What comes is recorded, and counts no more than what was.
	if rows := s.rows(); rows != 3 {
		t.Errorf("%d decisions are kept, want all 3", rows)
	}
	counted("restricted, with another decision", 1, 1)
	if again := ask(requests.Restriction); again.Reference != restriction.Reference {
		t.Errorf("asked again, there are two to lift")
	}
	for lang, word := range map[string]string{"en": "Rates and reports</strong>: left out", "de": "Quoten und Berichte</strong>: ausgelassen"} {
		if page := string(get("requests/" + restriction.Reference + "?format=html&language=" + lang)); !strings.Contains(page, word) {
			t.Errorf("%s: %s", lang, page)
		}
	}
	lifted := order(restriction.Reference, "lift", http.StatusOK)
	if lifted.State != requests.Lifted || lifted.Honoured || lifted.History[len(lifted.History)-1].Reason != "told by letter" {
		t.Errorf("%+v", lifted)
	}
	order(restriction.Reference, "lift", http.StatusConflict)
	counted("lifted", 3, 3)
}

// TestRemindersComeOnceADay from one of two servers, when a request is due within a week.
func TestRemindersComeOnceADay(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.AcceptAll)
	s.post(d)
	s.requestOwn(d.Secret, requests.Objection)
	for _, days := range []struct{ after, want int }{{0, 0}, {24, 1}, {25, 2}} {
		for range 2 {
			var log bytes.Buffer
			now := func() time.Time { return time.Now().AddDate(0, 0, days.after) }
			desk := requests.NewDesk(s.store, s.store, nil, rights.Eraser{}, now)
			if err := desk.Remind(t.Context(), slog.New(slog.NewTextHandler(&log, nil))); err != nil {
				t.Fatal(err)
			}
			if told := strings.Count(log.String(), "due soon"); told != min(days.want, 1) {
				t.Errorf("after %d days %d reminders: %s", days.after, told, log.String())
			}
			days.want = 0 // The other server has nothing left to say.
		}
	}
}
