// Package mailing sends plain messages by an SMTP server of the operator's.
package mailing

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// patience is for one message.
const patience = 30 * time.Second

// Message is what is sent, as plain text.
type Message struct{ To, Subject, Text string }

// Server is an SMTP server, by which messages come from one address.
type Server struct {
	host, from string
	options    []gomail.Option
}

var (
	errAddress = errors.New("give the server as smtp://USER@HOST:587 or smtps://USER@HOST:465, without a password in it")
	errFrom    = errors.New("say from whom messages come, such as privacy@shop.example, with --mail-from")
)

// Parse reads the address of a server: smtp with STARTTLS, which is required unless the server is this machine, or smtps.
func Parse(address, password, from string, roots *tls.Config) (*Server, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme != "smtp" && parsed.Scheme != "smtps" || parsed.Path != "" || parsed.RawQuery != "" {
		return nil, errAddress
	}
	if _, hasPassword := parsed.User.Password(); hasPassword {
		return nil, errAddress
	}
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, errFrom
	}
	s := &Server{host: parsed.Hostname(), from: sender.String()}
	s.options = append(s.options, gomail.WithTimeout(patience))
	switch {
	case parsed.Scheme == "smtps":
		s.options = append(s.options, gomail.WithSSL(), gomail.WithPort(465))
	case isHere(s.host):
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic), gomail.WithPort(587))
	default:
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithPort(587))
	}
	if roots != nil {
		s.options = append(s.options, gomail.WithTLSConfig(roots))
	}
	if text := parsed.Port(); text != "" {
		port, err := strconv.Atoi(text)
		if err != nil {
			return nil, errAddress
		}
		s.options = append(s.options, gomail.WithPort(port))
	}
	if user := parsed.User.Username(); user != "" {
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(user), gomail.WithPassword(password))
	}
	return s, nil
}

func isHere(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// Send hands a message to the server. Its error names no address.
func (s *Server) Send(ctx context.Context, m Message) error {
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	message := gomail.NewMsg()
	if err := errors.Join(message.From(s.from), message.To(m.To)); err != nil {
		return errors.New("send message: an address is none")
	}
	message.Subject(m.Subject)
	message.SetDate()
	message.SetMessageID()
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	if err := client.DialAndSendWithContext(ctx, message); err != nil {
		return fmt.Errorf("send message by %s: %s", s.host, reasonOf(err))
	}
	return nil
}

// reasonOf leaves out what servers repeat of the message.
func reasonOf(err error) string {
	var failed *gomail.SendError
	if errors.As(err, &failed) {
		return fmt.Sprintf("it was refused with the code %d", failed.ErrorCode())
	}
	return err.Error()
}
