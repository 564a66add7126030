package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/server/internal/catalogue"
)

// services lists the built-in catalogue.
func (n *notices) services(c echo.Context) error { return c.JSON(http.StatusOK, catalogue.All()) }

// texts answers the built-in texts by language and key.
func (n *notices) texts(c echo.Context) error { return c.JSON(http.StatusOK, n.publisher.Texts) }
