package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/demodata"
	"assent/server/internal/httpapi"
	"assent/server/internal/requests"
	"assent/server/internal/retention"
	"assent/server/internal/transparency"
)

type retentionCommands struct {
	Plan    retentionPlanCommand    `cmd:"" help:"Count what a run would remove now, by month; removes nothing."`
	Run     retentionRunCommand     `cmd:"" help:"Remove it, count again, and keep a record. Works while a server runs."`
	Records retentionRecordsCommand `cmd:"" help:"List the records of what was removed."`
	Hold    retentionHoldCommands   `cmd:"" help:"Legal holds: what they are about is neither removed nor erased."`
}

// keepFlags say for how long things are kept.
type keepFlags struct {
	KeepDecisions int `help:"Days that decisions are kept; 0 to keep them until they are erased." name:"keep-decisions" env:"ASSENT_KEEP_DECISIONS" default:"1461" placeholder:"DAYS"`
	KeepRequests  int `help:"Days that closed requests of visitors are kept; 0 for no end." name:"keep-requests" env:"ASSENT_KEEP_REQUESTS" default:"1461" placeholder:"DAYS"`
	KeepHolds     int `help:"Days that legal holds are kept after they ended; 0 for no end." name:"keep-holds" env:"ASSENT_KEEP_HOLDS" default:"1461" placeholder:"DAYS"`
	KeepDeletions int `help:"Days that records of deletions are kept; 0 for no end." name:"keep-deletions" env:"ASSENT_KEEP_DELETIONS" default:"3653" placeholder:"DAYS"`
	KeepActs      int `help:"Days that the administration's audit trail is kept; 0 for no end." name:"keep-acts" env:"ASSENT_KEEP_ACTS" default:"1461" placeholder:"DAYS"`
	KeepExposures int `help:"Days that counts of exposures are kept; 0 for no end." name:"keep-exposures" env:"ASSENT_KEEP_EXPOSURES" default:"761" placeholder:"DAYS"`
}

// periods are within their bounds, or the error says which is not.
func (f keepFlags) periods() (retention.Periods, error) {
	periods := retention.Periods{retention.Decisions: f.KeepDecisions, retention.Exposures: f.KeepExposures, retention.Requests: f.KeepRequests,
		retention.Ended: f.KeepHolds, retention.Deletions: f.KeepDeletions, retention.Acts: f.KeepActs}
	return periods, periods.Check()
}

type noticeFlags struct {
	RetentionNotice int `help:"Days ahead that a deletion of what was kept long enough is announced." name:"retention-notice" env:"ASSENT_RETENTION_NOTICE" default:"7" placeholder:"DAYS"`
}

type retentionFlags struct {
	storeFlags
	keepFlags
}

// with opens the stores beside a server that may be running.
func (f storeFlags) with(env *environment, do func(*stores) error) (err error) {
	if _, err := os.Stat(filepath.Join(f.Data, "assent.db")); f.RedisURL == "" && err != nil {
		return fmt.Errorf("%w; give the server's folder with --data", err)
	}
	s := &stores{beside: true}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.open(env.ctx, f); err != nil {
		return err
	}
	return do(s)
}

func (f retentionFlags) keeper(s *stores, log retention.Log) (retention.Keeper, error) {
	periods, err := f.periods()
	return keeperOf(s, periods, log), err
}

// removedAtOnce is how many decisions go from ClickHouse at once: it writes anew all that lies beside them.
const removedAtOnce = 50_000

// keeperOf needs the log only to remove.
func keeperOf(s *stores, periods retention.Periods, log retention.Log) retention.Keeper {
	keeper := retention.Keeper{
		Store: classesOf(s, log), Log: log, Register: s.front, Trail: s.front, Holds: *holdsOf(s), Now: time.Now, Periods: periods,
		Sites: func(ctx context.Context) (ids []string, err error) {
			sites, err := s.front.Sites(ctx)
			for _, site := range sites {
				if site.ID != demodata.Site { // Made up.
					ids = append(ids, site.ID)
				}
			}
			return ids, err
		},
	}
	if s.clickhouse != nil {
		keeper.Months = true
	}
	if s.embedded == nil {
		keeper.AtOnce = removedAtOnce
	}
	return keeper
}

// retainedBy is what the dashboard is told and does, of which it tells the trail itself.
func retainedBy(keeper retention.Keeper) httpapi.Retained {
	holds := keeper.Holds
	holds.Trail = retention.Untold{}
	return httpapi.Retained{Keeper: keeper, Holds: holds}
}

// classesOf is where each class is.
func classesOf(s *stores, log retention.Log) retention.Store {
	recorded := expiringOf(s, log)
	return retention.ByClass{
		retention.Decisions: recorded, retention.Exposures: recorded,
		retention.Requests: retention.Done[requests.Request]{Book: requests.BookIn(s.front), Since: requests.Request.ClosedAt,
			Subject: func(r requests.Request) string { return r.Subject }},
		retention.Ended: retention.DoneHolds(s.front), retention.Deletions: retention.DoneDeletions(s.front),
		retention.Acts: retention.Trailed{Trail: s.front},
	}
}

// expiringOf is what removes by age, wherever decisions, their copies, choices and the log are.
func expiringOf(s *stores, log retention.Log) retention.Store {
	pair := retention.Pair{Ledger: s.clickhouse, Register: s.front, Log: log, Now: time.Now}
	switch {
	case s.redis == nil && s.clickhouse == nil:
		return s.embedded
	case s.clickhouse == nil:
		return retention.Apart{Store: s.embedded, Choices: s.redis, Now: time.Now}
	case s.redis == nil:
		return retention.Copied{Store: s.embedded, Copy: pair}
	default:
		pair.Graves, pair.Choices = &s.transcribed, s.redis
		return pair
	}
}

// holdsOf are the legal holds.
func holdsOf(s *stores) *retention.Holds {
	var times retention.Times = s.back
	if s.shipped {
		times = retention.BothTimes{Times: s.back, Current: s.front}
	}
	return &retention.Holds{Store: s.front, Times: times, Trail: s.front, Now: time.Now}
}

type retentionPlanCommand struct{ retentionFlags }

// Run prints one line for each class, site and month, or one that says that nothing goes.
func (c *retentionPlanCommand) Run(env *environment) error {
	return c.with(env, func(s *stores) error {
		keeper, err := c.keeper(s, nil)
		if err != nil {
			return err
		}
		plan, err := keeper.Plan(env.ctx)
		if err != nil {
			return err
		}
		for _, item := range plan {
			if err := tellItem(env, item); err != nil {
				return err
			}
		}
		return tellAnnounced(env, keeper)
	})
}

func tellAnnounced(env *environment, keeper retention.Keeper) error {
	announced, err := keeper.Announcements(env.ctx, "")
	if err != nil {
		return err
	}
	for _, entry := range announced {
		if _, err := fmt.Fprintf(env.stdout, "%s\t%s\tannounced on %s; the server removes it from %s on\n", entry.Value.Class, entry.Site,
			entry.Value.Announced.Format(time.DateOnly), entry.Value.Due.Format(time.DateOnly)); err != nil {
			return err
		}
	}
	return nil
}

func tellItem(env *environment, item retention.Item) error {
	about := fmt.Sprintf("%s\t%s\tbefore %s", item.Class, item.Site, item.Before.Format(time.DateOnly))
	if len(item.Holds) > 0 {
		about += "\tholds " + strings.Join(item.Holds, ", ")
	}
	if item.Count() == 0 {
		_, err := fmt.Fprintf(env.stdout, "%s\tnothing goes\n", about)
		return err
	}
	for _, month := range item.Months {
		if _, err := fmt.Fprintf(env.stdout, "%s\t%s\t%d\n", about, month.Month, month.Count); err != nil {
			return err
		}
	}
	return nil
}

type retentionRunCommand struct {
	retentionFlags
	By string `help:"Who runs it, for the record." required:"" placeholder:"NAME"`
}

// Run removes and prints the records.
func (c *retentionRunCommand) Run(env *environment) error {
	return c.with(env, func(s *stores) error {
		log, err := transparency.Open(env.ctx, s.logged, rand.Reader)
		if err != nil {
			return err
		}
		keeper, err := c.keeper(s, log)
		if err != nil {
			return err
		}
		if err := keeper.Run(env.ctx, c.By); err != nil {
			return fmt.Errorf("%w; what was removed stays so, and the next run goes on from there", err)
		}
		return tellRecords(env, keeper)
	})
}

type retentionRecordsCommand struct{ retentionFlags }

// Run prints one record a line.
func (c *retentionRecordsCommand) Run(env *environment) error {
	return c.with(env, func(s *stores) error {
		keeper, err := c.keeper(s, nil)
		if err != nil {
			return err
		}
		return tellRecords(env, keeper)
	})
}

func tellRecords(env *environment, keeper retention.Keeper) error {
	records, err := keeper.Deletions(env.ctx, "")
	if err != nil {
		return err
	}
	for _, record := range records {
		d := record.Value
		state := "not finished: run again"
		switch {
		case d.Verified:
			state = "counted again: nothing is left"
		case !d.Finished.IsZero():
			state = "counted again: something is left, which the next run removes"
		}
		if _, err := fmt.Fprintf(env.stdout, "%s\t%s\tbefore %s\t%d removed by %s\t%s\n",
			d.Class, record.Site, d.Before.Format(time.DateOnly), d.Removed, d.By, state); err != nil {
			return err
		}
	}
	return nil
}

type retentionHoldCommands struct {
	Set     holdSetCommand     `cmd:"" help:"Put a hold into force: on a site, on the visitor with a receipt, or on a period."`
	List    holdListCommand    `cmd:"" help:"List holds, those that ended too."`
	Release holdReleaseCommand `cmd:"" help:"End a hold."`
}

type holdSetCommand struct {
	storeFlags
	Site    string    `arg:"" help:"Site." placeholder:"SITE"`
	Receipt string    `help:"Receipt of the visitor whose decisions are held." placeholder:"ID"`
	From    time.Time `help:"Start of the period that is held." format:"2006-01-02" placeholder:"YYYY-MM-DD"`
	To      time.Time `help:"Day after the period that is held." format:"2006-01-02" placeholder:"YYYY-MM-DD"`
	End     time.Time `help:"Day on which the hold ends by itself." format:"2006-01-02" placeholder:"YYYY-MM-DD"`
	Reason  string    `help:"Why the data must be kept." required:"" placeholder:"TEXT"`
	By      string    `help:"Who orders it." required:"" placeholder:"NAME"`
}

// Run prints the hold's id.
func (c *holdSetCommand) Run(env *environment) error {
	return c.with(env, func(s *stores) error {
		if _, err := s.front.Site(env.ctx, c.Site); err != nil {
			return noSuchSite(c.Site)
		}
		subject, err := c.subject(env.ctx, s)
		if err != nil {
			return err
		}
		id, err := holdsOf(s).Set(env.ctx, c.Site, retention.Hold{Subject: subject, From: c.From, To: c.To, End: c.End, Reason: c.Reason, Author: c.By})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(env.stdout, id)
		return err
	})
}

func (c *holdSetCommand) subject(ctx context.Context, s *stores) (string, error) {
	if c.Receipt == "" {
		return "", nil
	}
	if _, err := uuid.Parse(c.Receipt); err != nil {
		return "", fmt.Errorf("--receipt is %q; give the id of a receipt, such as 0198c6b2-5a3e-7c1d-9f00-2b1c3d4e5f60", c.Receipt)
	}
	found, err := s.back.Find(ctx, c.Receipt)
	if err != nil {
		return "", err
	}
	for _, record := range found {
		if record.Site == c.Site {
			return record.Subject, nil
		}
	}
	return "", fmt.Errorf("the site %s has no receipt %s", c.Site, c.Receipt)
}

type holdListCommand struct{ storeFlags }

// Run prints one hold a line, and never whose decisions it is about.
func (c *holdListCommand) Run(env *environment) error {
	return c.with(env, func(s *stores) error {
		holds, err := holdsOf(s).List(env.ctx, "")
		if err != nil {
			return err
		}
		for _, entry := range holds {
			if _, err := fmt.Fprintf(env.stdout, "%s\t%s\t%s\t%s\tby %s: %s\n", entry.ID, entry.Site, extentOf(entry.Value), stateOf(entry.Value), entry.Value.Author, entry.Value.Reason); err != nil {
				return err
			}
		}
		return nil
	})
}

func extentOf(h retention.Hold) string {
	switch {
	case h.IsPeriod():
		return h.From.Format(time.DateOnly) + " to " + h.To.Format(time.DateOnly)
	case h.Subject != "":
		return "one visitor"
	default:
		return "whole site"
	}
}

func stateOf(h retention.Hold) string {
	switch {
	case !h.Released.IsZero():
		return "ended by " + h.EndedBy + ": " + h.Because
	case !h.InForce(time.Now()):
		return "ended " + h.End.Format(time.DateOnly)
	case !h.End.IsZero():
		return "in force until " + h.End.Format(time.DateOnly)
	default:
		return "in force"
	}
}

type holdReleaseCommand struct {
	storeFlags
	Site    string `arg:"" help:"Site." placeholder:"SITE"`
	ID      string `arg:"" help:"The hold's id, from list." placeholder:"ID"`
	Because string `help:"Why it ends." required:"" placeholder:"TEXT"`
	By      string `help:"Who ends it." required:"" placeholder:"NAME"`
}

// Run ends the hold.
func (c *holdReleaseCommand) Run(env *environment) error {
	return c.with(env, func(s *stores) error {
		if err := holdsOf(s).Release(env.ctx, c.Site, c.ID, c.By, c.Because); err != nil {
			return fmt.Errorf("%w; see: assent retention hold list", err)
		}
		_, err := fmt.Fprintf(env.stdout, "%s has ended\n", c.ID)
		return err
	})
}
