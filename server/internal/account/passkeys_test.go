package account_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"assent/server/internal/account"
)

const assentOrigin = "https://assent.example"

// authenticator is a device with one passkey, made in software.
type authenticator struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	handle string
	host   string // What it takes the page's host for.
	origin string
	flags  byte // User present 1, user verified 4.
	count  uint32
}

var credentialID = []byte("the only credential of this one.")

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &authenticator{t: t, key: key, host: "assent.example", origin: assentOrigin, flags: 1 | 4}
}

// asked is what of the options a device looks at.
type asked struct {
	Challenge string `json:"challenge"`
	User      struct {
		ID string `json:"id"`
	} `json:"user"`
}

func (a *authenticator) read(options string) asked {
	a.t.Helper()
	var read asked
	if err := json.Unmarshal([]byte(options), &read); err != nil {
		a.t.Fatal(err)
	}
	return read
}

// data is the authenticator data of WebAuthn, 6.1.
func (a *authenticator) data(flags byte, attested []byte) []byte {
	host := sha256.Sum256([]byte(a.host))
	return append(binary.BigEndian.AppendUint32(append(host[:], flags), a.count), attested...)
}

func (a *authenticator) client(kind, challenge string) []byte {
	a.t.Helper()
	written, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	if err != nil {
		a.t.Fatal(err)
	}
	return written
}

// register makes the passkey.
func (a *authenticator) register(options string) string {
	a.t.Helper()
	read := a.read(options)
	a.handle = read.User.ID
	point, err := a.key.PublicKey.Bytes() // 4, x, y.
	if err != nil {
		a.t.Fatal(err)
	}
	// A COSE key: ES256 on P-256.
	cose := bytes.Join([][]byte{{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33], {0x22, 0x58, 32}, point[33:]}, nil)
	attested := append(append(append(make([]byte, 16), 0, byte(len(credentialID))), credentialID...), cose...)
	data := a.data(a.flags|0x40, attested)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"+string(rune(0))), data...)
	object[bytes.IndexByte(object, 0)] = byte(len(data))
	return a.credential(map[string]any{"clientDataJSON": raw(a.client("webauthn.create", read.Challenge)), "attestationObject": raw(object)})
}

// show signs in.
func (a *authenticator) show(options string) string {
	a.t.Helper()
	client := a.client("webauthn.get", a.read(options).Challenge)
	data, sum := a.data(a.flags, nil), sha256.Sum256(client)
	signed := sha256.Sum256(append(bytes.Clone(data), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, signed[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.credential(map[string]any{"clientDataJSON": raw(client), "authenticatorData": raw(data), "signature": raw(signature), "userHandle": a.handle})
}

func (a *authenticator) credential(response map[string]any) string {
	a.t.Helper()
	written, err := json.Marshal(map[string]any{"id": raw(credentialID), "rawId": raw(credentialID), "type": "public-key",
		"clientExtensionResults": map[string]any{}, "response": response})
	if err != nil {
		a.t.Fatal(err)
	}
	return string(written)
}

func raw(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// withPasskey is an owner who has added one.
func withPasskey(t *testing.T, device *authenticator) (*account.Passkeys, *account.Accounts, account.User, *clock) {
	t.Helper()
	accounts, _, owner, c := withManager(t)
	keys := account.NewPasskeys(accounts, account.NewSeals(oneKey{}, c.Now, rand.Reader))
	options, sealed, err := keys.Offer(t.Context(), assentOrigin, owner, ownerPassword, "", home)
	if err != nil {
		t.Fatal(err)
	}
	credential := device.register(options)
	added, err := keys.Add(t.Context(), assentOrigin, owner, sealed, credential, "Firefox, Linux")
	if err != nil || added.Generation <= owner.Generation {
		t.Fatalf("Add = %+v, %v", added, err)
	}
	if _, err := keys.Add(t.Context(), assentOrigin, added, sealed, credential, ""); !errors.Is(err, account.ErrOver) {
		t.Errorf("added twice: %v, want ErrOver", err)
	}
	return keys, accounts, added, c
}

func TestAPasskeySignsInOnceForEachQuestion(t *testing.T) {
	device := newAuthenticator(t) // It does not count, as those in password managers do not.
	keys, _, owner, c := withPasskey(t, device)
	options, sealed, err := keys.Ask(t.Context(), assentOrigin)
	if err != nil {
		t.Fatal(err)
	}
	shown := device.show(options)
	if user, err := keys.Enter(t.Context(), assentOrigin, sealed, shown, home); err != nil || user.Email != owner.Email {
		t.Fatalf("Enter = %+v, %v", user, err)
	}
	if _, err := keys.Enter(t.Context(), assentOrigin, sealed, shown, home); !errors.Is(err, account.ErrOver) {
		t.Errorf("the same again: %v, want ErrOver", err)
	}
	_, other, err := keys.Ask(t.Context(), assentOrigin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Enter(t.Context(), assentOrigin, other, shown, home); !errors.Is(err, account.ErrPasskey) {
		t.Errorf("the same for another question: %v, want ErrPasskey", err)
	}
	options, sealed, err = keys.Ask(t.Context(), assentOrigin)
	if err != nil {
		t.Fatal(err)
	}
	c.Advance(5 * time.Minute)
	if _, err := keys.Enter(t.Context(), assentOrigin, sealed, device.show(options), home); !errors.Is(err, account.ErrOver) {
		t.Errorf("after five minutes: %v, want ErrOver", err)
	}
}

func TestAPasskeyThatIsRefused(t *testing.T) {
	right := newAuthenticator(t)
	right.count = 7
	keys, _, _, c := withPasskey(t, right)
	stranger := newAuthenticator(t).key
	for name, change := range map[string]func(*authenticator){
		"without fingerprint or PIN": func(a *authenticator) { a.flags = 1 },
		"without anybody there":      func(a *authenticator) { a.flags = 4 },
		"on another page":            func(a *authenticator) { a.origin = "https://assent.example.evil.example" },
		"over plain http":            func(a *authenticator) { a.origin = "http://assent.example" },
		"for another host":           func(a *authenticator) { a.host = "evil.example" },
		"signed less often":          func(a *authenticator) { a.count = 6 },
		"signed as often":            func(a *authenticator) { a.count = 7 },
		"with another key":           func(a *authenticator) { a.key = stranger },
		"of nobody":                  func(a *authenticator) { a.handle = raw([]byte("nobody")) },
		"of no handle":               func(a *authenticator) { a.handle = "" },
	} {
		device := *right
		device.count = 8
		change(&device)
		options, sealed, err := keys.Ask(t.Context(), assentOrigin)
		if err != nil {
			t.Fatal(err)
		}
		if user, err := keys.Enter(t.Context(), assentOrigin, sealed, device.show(options), home); !errors.Is(err, account.ErrPasskey) {
			t.Errorf("%s: %+v, %v, want ErrPasskey", name, user, err)
		}
		c.Advance(time.Hour) // Past the back-off.
	}
	right.count = 8
	options, sealed, err := keys.Ask(t.Context(), assentOrigin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Enter(t.Context(), assentOrigin, sealed, right.show(options), home); err != nil {
		t.Errorf("the right one: %v", err)
	}
}

// Where a code follows the password, the password alone must not add a way around it.
// ASVS 6.3.4
func TestAPasskeyNeedsTheCodeToo(t *testing.T) {
	v := withSecondStep(t)
	keys := account.NewPasskeys(v.accounts, v.seals)
	if _, _, err := keys.Offer(t.Context(), assentOrigin, v.owner, ownerPassword, "", home); !errors.Is(err, account.ErrCode) {
		t.Errorf("offered for the password alone: %v, want ErrCode", err)
	}
	if _, _, err := keys.Offer(t.Context(), assentOrigin, v.owner, ownerPassword, v.code(), home); err != nil {
		t.Error(err)
	}
	if _, _, err := keys.Ask(t.Context(), "http://127.0.0.1:8080"); !errors.Is(err, account.ErrNoPasskeys) {
		t.Errorf("at an IP address: %v, want ErrNoPasskeys", err)
	}
}
