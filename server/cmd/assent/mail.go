package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"assent/server/internal/mailing"
	"assent/server/internal/parental"
	"assent/server/internal/requests"
	"assent/server/internal/rights"
	"assent/server/internal/sealing"
	"assent/server/internal/site"
)

// mailPasswordVariable holds the password at the server for mail, for which there is no flag either.
const mailPasswordVariable = "ASSENT_SMTP_PASSWORD"

// mailFlags name the server by which parents are written to.
type mailFlags struct {
	SMTP         string `help:"Server by which messages to parents are sent: STARTTLS by smtp, TLS by smtps." name:"smtp" env:"ASSENT_SMTP" placeholder:"smtp://USER@mail.example:587"`
	MailFrom     string `help:"Address from which they come." name:"mail-from" env:"ASSENT_MAIL_FROM" placeholder:"privacy@shop.example"`
	PasswordFile string `help:"File with the password at that server, if it is not in ASSENT_SMTP_PASSWORD." name:"smtp-password-file" env:"ASSENT_SMTP_PASSWORD_FILE" placeholder:"FILE"`
}

// mailer checks the flags; nil without a server.
func (f mailFlags) mailer(publicURL string) (parental.Mailer, error) {
	if f.SMTP == "" {
		if f.MailFrom+f.PasswordFile != "" {
			return nil, errors.New("--smtp is missing; --mail-from and --smtp-password-file say nothing without it")
		}
		return nil, nil
	}
	if publicURL == "" {
		return nil, errors.New("--smtp needs --public-url: messages lead parents there")
	}
	password := os.Getenv(mailPasswordVariable)
	if f.PasswordFile != "" {
		if password != "" {
			return nil, fmt.Errorf("the password for mail is given twice; keep --smtp-password-file or %s", mailPasswordVariable)
		}
		content, err := os.ReadFile(f.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("read the password for mail: %w; give a file that this user may read with --smtp-password-file", err)
		}
		password = strings.TrimSpace(string(content))
	}
	server, err := mailing.Parse(f.SMTP, password, f.MailFrom, nil)
	if err != nil {
		return nil, fmt.Errorf("--smtp: %w", err)
	}
	return server, nil
}

// byParents erases what parents want erased, as a request that is registered and done.
type byParents struct{ desk *requests.Desk }

// Erase implements parental.Eraser.
func (b byParents) Erase(ctx context.Context, site, subject string) (rights.Erased, error) {
	return b.desk.Erase(ctx, requests.Asked{Site: site, Subject: subject, How: requests.Parent})
}

// parentsOf lets parents decide. What records, what it is recorded in, and what erases is to be given.
func parentsOf(stores *stores, ring *sealing.Ring, catalog *site.Catalog, front outside, log *slog.Logger) *parental.Keeper {
	return &parental.Keeper{Store: stores.front, Ring: ring, Mailer: front.mailer, Address: front.url, Sites: catalog.Site, Notices: catalog.Notice, Now: time.Now, Log: log}
}
