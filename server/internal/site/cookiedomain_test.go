package site_test

import (
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/site"
)

func TestASharedChoiceNeedsADomainOfItsOwn(t *testing.T) {
	publisher := newPublisher(t)
	for _, c := range []struct {
		domain, origins, fault string
	}{
		{"shop.example", "https://shop.example https://www.shop.example", ""},
		{"shop.example", "https://*.shop.example", ""},
		{"shop.example", "https://www.shop.example:8443 http://localhost:* http://[::1]:*", ""},
		{"shop.co.uk", "https://www.shop.co.uk", ""},
		{"a.shop.example", "https://a.shop.example", ""},
		{"co.uk", "https://shop.co.uk", "others have theirs"},
		{"github.io", "https://shop.github.io", "others have theirs"},
		{"127.0.0.1", "http://127.0.0.1:*", "others have theirs"},
		{"shop.example", "https://shop.example https://other.example", "does not cover the origin https://other.example"},
		{"shop.example", "https://myshop.example", "does not cover"},
		{"www.shop.example", "https://shop.example", "does not cover"},
		{"www.shop.example", "https://*.shop.example", "does not cover"},
	} {
		_, err := publisher.Add(t.Context(), site.New{Name: "Shop", Origins: strings.Fields(c.origins), Notice: schemas.Notice{CookieDomain: c.domain}})
		if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault) || !strings.Contains(err.Error(), "/cookieDomain")) {
			t.Errorf("%s for %s: %v, want %q", c.domain, c.origins, err, c.fault)
		}
	}
}

func TestAnOriginMustStayUnderTheSharedDomain(t *testing.T) {
	publisher := newPublisher(t)
	shop, err := publisher.Add(t.Context(), site.New{Name: "Shop", Origins: []string{"https://shop.example"}, Notice: schemas.Notice{CookieDomain: "shop.example"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := publisher.Change(t.Context(), shop.ID, site.Change{Origins: []string{"https://other.example"}}); err == nil || !strings.Contains(err.Error(), "does not cover") {
		t.Errorf("an origin elsewhere: %v", err)
	}
	if _, err := publisher.Change(t.Context(), shop.ID, site.Change{Origins: []string{"https://www.shop.example"}}); err != nil {
		t.Error(err)
	}
}
