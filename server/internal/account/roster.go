package account

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// User is somebody who may sign in.
type User struct {
	Email        string // Lower case, unique.
	PasswordHash string // PHC string.
	Roles
	CreatedAt time.Time
	// Generation grows when all sessions have to end: a session belongs to one. A new user begins with the time, so
	// that who is removed and invited again does not find old sessions alive.
	Generation int64
	Binding    *Binding `json:",omitempty"` // To a person at a provider; nil until the first single sign-on.
}

// ID names a user in addresses, which end up in logs: an e-mail address does not belong there.
func (u User) ID() string { return shortID(u.Email) }

// Invitation is the right to become a user, or to choose a new password as one. Only the link's hash is kept.
type Invitation struct {
	Hash  string // SHA-256 of the token in hex.
	Email string // Of the one who is invited.
	Roles
	By        string // Who invited, whose own roles must still allow it when the link is used; empty for the command line.
	Reset     bool   // The user exists and chooses a new password.
	Factors   bool   `json:",omitempty"` // A reset takes the second factors away too.
	ExpiresAt time.Time
}

// ID names an invitation in addresses.
func (i Invitation) ID() string { return shortID(i.Hash) }

func shortID(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// Roster is everybody who may or might enter.
type Roster struct {
	Users       map[string]User       // By address.
	Invitations map[string]Invitation // By hash.
	Tokens      map[string]Token      // By hash.
	Factors     map[string]Factors    // By address.
}

// Kinds of documents that a roster is made of.
const (
	UserKind       = "user"
	InvitationKind = "invitation"
	TokenKind      = "token"
	FactorsKind    = "factors"
)

// DocumentKey names one document of a roster.
type DocumentKey struct{ Kind, Name string }

// Documents are a roster as a store keeps it, JSON each.
type Documents map[DocumentKey][]byte

// Roster decodes the documents.
func (d Documents) Roster() (Roster, error) {
	r := Roster{Users: map[string]User{}, Invitations: map[string]Invitation{}, Tokens: map[string]Token{}, Factors: map[string]Factors{}}
	for key, document := range d {
		var err error
		switch key.Kind {
		case UserKind:
			r.Users[key.Name], err = DecodeUser(document)
		case InvitationKind:
			var invitation Invitation
			err = json.Unmarshal(document, &invitation)
			r.Invitations[key.Name] = invitation
		case TokenKind:
			r.Tokens[key.Name], err = DecodeToken(document)
		case FactorsKind:
			var factors Factors
			err = json.Unmarshal(document, &factors)
			r.Factors[key.Name] = factors
		}
		if err != nil {
			return Roster{}, fmt.Errorf("decode %s: %w", key.Kind, err)
		}
	}
	return r, nil
}

// Edit applies a change and returns the documents that are to be written; nil stands for one to remove.
func (d Documents) Edit(edit func(*Roster) error) (Documents, error) {
	r, err := d.Roster()
	if err != nil {
		return nil, err
	}
	if err := edit(&r); err != nil {
		return nil, err
	}
	edited, err := r.documents()
	if err != nil {
		return nil, err
	}
	changes := Documents{}
	for key, document := range edited {
		if !bytes.Equal(document, d[key]) {
			changes[key] = document
		}
	}
	for key := range d {
		if edited[key] == nil {
			changes[key] = nil
		}
	}
	return changes, nil
}

func (r Roster) documents() (Documents, error) {
	d := Documents{}
	for email, user := range r.Users {
		document, err := json.Marshal(user)
		if err != nil {
			return nil, fmt.Errorf("encode user: %w", err)
		}
		d[DocumentKey{UserKind, email}] = document
	}
	for hash, invitation := range r.Invitations {
		document, err := json.Marshal(invitation)
		if err != nil {
			return nil, fmt.Errorf("encode invitation: %w", err)
		}
		d[DocumentKey{InvitationKind, hash}] = document
	}
	for hash, token := range r.Tokens {
		document, err := json.Marshal(token)
		if err != nil {
			return nil, fmt.Errorf("encode token: %w", err)
		}
		d[DocumentKey{TokenKind, hash}] = document
	}
	for email, factors := range r.Factors {
		document, err := json.Marshal(factors)
		if err != nil {
			return nil, fmt.Errorf("encode factors: %w", err)
		}
		d[DocumentKey{FactorsKind, email}] = document
	}
	return d, nil
}

// DecodeToken reads a token's document.
func DecodeToken(document []byte) (Token, error) {
	var token Token
	if err := json.Unmarshal(document, &token); err != nil {
		return Token{}, fmt.Errorf("decode token: %w", err)
	}
	return token, nil
}

// DecodeUser reads a user's document.
func DecodeUser(document []byte) (User, error) {
	var user User
	if err := json.Unmarshal(document, &user); err != nil {
		return User{}, fmt.Errorf("decode user: %w", err)
	}
	user.CreatedAt = user.CreatedAt.UTC()
	return user, nil
}
