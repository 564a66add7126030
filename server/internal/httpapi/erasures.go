package httpapi

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/auditing"
	"assent/server/internal/consent"
	"assent/server/internal/ratelimit"
	"assent/server/internal/requests"
	"assent/server/internal/rights"
)

var errWhose = &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "", Detail: "give a receipt, a subject, an account or a token, and only one of them"}}}

// erasures removes what was recorded of somebody.
type erasures struct {
	desk   *requests.Desk
	eraser rights.Eraser // Of accounts, which no single request is about.
	ledger auditing.Ledger
	limits *limits
	names  accountNames
}

// own erases what the visitor's own browser recorded, which proves by its secret that it is the one. A wrong secret is that
// of somebody who never decided anything.
func (e *erasures) own(c echo.Context) error {
	if err := e.limits.take(c, e.limits.networkOf(c), ratelimit.Refusal); err != nil {
		return err
	}
	var order schemas.OwnErasure
	if err := readJSON(c, &order); err != nil {
		return err
	}
	if !consent.IsSecret(order.Secret) {
		return badSecret()
	}
	return e.erase(c, requests.Asked{Subject: consent.Subject(c.Param("site"), order.Secret), How: requests.SelfService, Identity: "secret"})
}

// ordered erases for somebody of the site. The trail tells that it was done and not whose decisions they were.
func (e *erasures) ordered(c echo.Context) error {
	var order schemas.ErasureOrder
	if err := readJSON(c, &order); err != nil {
		return err
	}
	if order.Account != "" || order.Token != "" {
		return e.eraseAccount(c, order)
	}
	subject, err := e.subjectOf(c, order)
	if err != nil {
		return err
	}
	how := requests.Direct
	if order.InError {
		how = requests.InError
	}
	return e.erase(c, requests.Asked{Subject: subject, How: how, Who: userOf(c).Email})
}

// eraseAccount erases what every browser recorded that is linked to an account, and the links.
func (e *erasures) eraseAccount(c echo.Context, order schemas.ErasureOrder) error {
	if order.Subject != "" || order.Receipt != "" {
		return errWhose
	}
	subjects, err := e.names.subjectsOf(c, order.Account, order.Token)
	if err != nil {
		return err
	}
	done, err := e.eraser.EraseAll(c.Request().Context(), c.Param("site"), subjects, rights.ByOfficer)
	if err != nil {
		return err
	}
	return e.answer(c, done)
}

func (e *erasures) subjectOf(c echo.Context, order schemas.ErasureOrder) (string, error) {
	if (order.Subject == "") == (order.Receipt == "") {
		return "", errWhose
	}
	if order.Subject != "" {
		return order.Subject, nil
	}
	id, err := uuid.Parse(receiptOf(order.Receipt))
	if err != nil {
		return "", &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/receipt", Detail: "is not the id of a receipt, such as 0198c6b2-5a3e-7c1d-9f00-2b1c3d4e5f60"}}}
	}
	found, err := e.ledger.Search(c.Request().Context(), auditing.Filter{Site: c.Param("site"), ID: id}, auditing.PageSize)
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", errNoReceipt
	}
	return earliest(found).Subject, nil
}

func (e *erasures) erase(c echo.Context, asked requests.Asked) error {
	asked.Site = c.Param("site")
	done, err := e.desk.Erase(c.Request().Context(), asked)
	if err != nil {
		return err
	}
	return e.answer(c, done)
}

func (e *erasures) answer(c echo.Context, done rights.Erased) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, schemas.Erasure{Reference: done.Reference, At: done.At, Decisions: done.Decisions, Receipts: done.Receipts})
}
