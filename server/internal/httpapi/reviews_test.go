package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
	"assent/server/internal/register"
	"assent/server/internal/requests"
	"assent/server/internal/reviewing"
)

var allYes = schemas.ReviewAnswers{InUse: "yes", Storage: "yes", Purpose: "yes", Provider: "yes"}

func TestServicesAreReviewed(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	path := "sites/" + s.site.ID + "/reviews"
	list := func() schemas.ServiceReviews {
		t.Helper()
		answer, body := s.admin(http.MethodGet, path, nil, "Cookie", owner)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", answer.StatusCode, body)
		}
		return decode[schemas.ServiceReviews](t, body)
	}
	if got := list(); got.Days != 180 || len(got.Reviews) != 1 || got.Reviews[0].Service != "youtube" || got.Reviews[0].State != "open" || got.Reviews[0].Soon {
		t.Fatalf("%+v", got)
	}
	answer, body := s.admin(http.MethodGet, path+"/youtube.1", nil, "Cookie", owner)
	if got := decode[schemas.ServiceReview](t, body); answer.StatusCode != http.StatusOK || got.Facts.Declared.Provider == "" || got.Facts.MadeAt.IsZero() {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	doubtful := allYes
	doubtful.InUse = "no"
	for _, wrong := range []struct {
		review  string
		answers schemas.ReviewAnswers
		want    int
	}{{"youtube.1", doubtful, http.StatusUnprocessableEntity}, {"youtube.2", allYes, http.StatusNotFound}} {
		if answer, body := s.admin(http.MethodPost, path+"/"+wrong.review+"/answers", wrong.answers, "Cookie", owner); answer.StatusCode != wrong.want {
			t.Errorf("%+v: %d %s", wrong, answer.StatusCode, body)
		}
	}
	doubtful.Remark = "Taken out of the shop in May; out of the notice this week."
	for _, want := range []int{http.StatusOK, http.StatusConflict} {
		if answer, body := s.admin(http.MethodPost, path+"/youtube.1/answers", doubtful, "Cookie", owner); answer.StatusCode != want {
			t.Errorf("%d %s, want %d", answer.StatusCode, body, want)
		}
	}
	got := list().Reviews
	if len(got) != 2 || got[0].Reference != "youtube.2" || got[0].Due.Sub(got[1].ClosedAt) != 30*24*time.Hour || got[1].Answers != doubtful || got[1].By == "" {
		t.Errorf("%+v", got)
	}
	acts, err := s.store.Acts(t.Context(), admintrail.Filter{What: "close-review", Outcome: admintrail.Done})
	if err != nil || len(acts) != 1 || acts[0].About != "youtube.1 in use: no, storage: yes, purpose: yes, provider: yes" {
		t.Errorf("%+v, %v", acts, err)
	}
	_, body = s.admin(http.MethodGet, "sites/"+s.site.ID+"/processing", nil, "Cookie", owner)
	if last := decode[schemas.Processing](t, body).Activities[1]; !last.ReviewedAt.Equal(got[1].ClosedAt) {
		t.Errorf("the record of processing has %+v", last)
	}
	for _, file := range []struct{ format, want string }{{"html", "Last reviewed"}, {"html&language=de", "Zuletzt geprüft"}, {"csv", got[1].ClosedAt.Format(time.DateOnly)}} {
		if _, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/exports/processing?format="+file.format, nil, "Cookie", owner); !strings.Contains(string(body), file.want) {
			t.Errorf("%s: %s", file.format, body)
		}
	}
	for days, want := range map[int]int{29: http.StatusUnprocessableEntity, 0: http.StatusOK} {
		if answer, body := s.admin(http.MethodPut, "sites/"+s.site.ID+"/review-period", schemas.ReviewPeriod{Days: days}, "Cookie", owner); answer.StatusCode != want {
			t.Errorf("%d days: %d %s", days, answer.StatusCode, body)
		}
	}
	if got := list(); got.Days != 0 || got.Reviews[0].State != "off" {
		t.Errorf("%+v", got)
	}
}

// TestWhatIsDueIsCounted of sites and of kinds that the user may see.
func TestWhatIsDueIsCounted(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	count := func(cookie string) []schemas.Due {
		t.Helper()
		answer, body := s.admin(http.MethodGet, "due", nil, "Cookie", cookie)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", answer.StatusCode, body)
		}
		return decode[[]schemas.Due](t, body)
	}
	d := s.decision(consent.AcceptAll)
	s.post(d)
	s.requestOwn(d.Secret, requests.Objection)
	s.admin(http.MethodGet, "sites/"+s.site.ID+"/reviews", nil, "Cookie", owner)
	if got := count(owner); len(got) != 0 {
		t.Errorf("before anything is due: %+v", got)
	}
	late := time.Now().AddDate(0, 0, -1)
	makeDue(t, requests.BookIn(s.store), s.site.ID, func(r *requests.Request) { r.Due = late })
	makeDue(t, reviewing.BookIn(s.store), s.site.ID, func(r *reviewing.Review) { r.Due = late })
	if got := count(owner); len(got) != 1 || got[0] != (schemas.Due{Site: s.site.ID, Requests: 1, Reviews: 1}) {
		t.Errorf("the owner is told %+v", got)
	}
	editor := s.user("eve@shop.example", account.Roles{Role: account.EditorRole})
	if got := count(editor); len(got) != 1 || got[0] != (schemas.Due{Site: s.site.ID, Reviews: 1}) {
		t.Errorf("an editor is told %+v", got)
	}
	stranger := s.user("sam@other.example", account.Roles{Sites: map[string]string{"elsewhere": account.OwnerRole}})
	if got := count(stranger); len(got) != 0 {
		t.Errorf("somebody of another site is told %+v", got)
	}
}

// makeDue changes all of a site's.
func makeDue[T any](t *testing.T, book register.Book[T], site string, change func(*T)) {
	t.Helper()
	all, err := book.List(t.Context(), site)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if _, err := book.Change(t.Context(), site, one.ID, func(value *T) error { change(value); return nil }); err != nil {
			t.Fatal(err)
		}
	}
}
