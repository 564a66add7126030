package site

import (
	"context"
	"errors"
	"fmt"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Control is the arm of an experiment that is shown the published notice. The variants follow it.
const Control = 0

// Arm returns the notice that an arm of the site's experiment is shown, and its id: the published one where there is no such
// arm. It makes the catalog the source of the site's scripts.
func (c *Catalog) Arm(ctx context.Context, site string, arm int) (id string, n schemas.Notice, err error) {
	s, err := c.Site(site)
	if err != nil {
		return "", n, err
	}
	id = noticeOf(s, arm)
	shown, err := c.Notice(ctx, site, id)
	if errors.Is(err, consent.ErrNotFound) {
		return "", n, fmt.Errorf("notice %s of site %s is missing from the archive", id, site)
	}
	if err != nil {
		return "", n, err
	}
	return id, *shown, nil
}

func arms(s schemas.Site) int {
	e, runs := Running(s)
	if !runs {
		return 1
	}
	return 1 + len(e.Variants)
}

func noticeOf(s schemas.Site, arm int) string {
	if arm == Control || arm >= arms(s) {
		return s.Notice
	}
	e, _ := Running(s)
	return e.Variants[arm-1].Notice
}
