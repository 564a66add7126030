package httpapi

import (
	"errors"
	"net/http"

	"assent/server/internal/account"
)

// translateAccount is translate for who may enter and do what; nil when the error is of another kind.
func translateAccount(err error) *problem {
	var wait *account.BackoffError
	switch {
	case errors.As(err, &wait):
		p := newProblem(http.StatusTooManyRequests, "too-many-attempts", "Too many attempts", "Wait for the time that Retry-After gives, then try again.")
		p.retryAfter = int(wait.RetryAfter.Seconds())
		return p
	case errors.Is(err, account.ErrCredentials):
		return newProblem(http.StatusUnauthorized, "wrong-credentials", "Wrong e-mail address or password", "No user has this e-mail address and password. Check both and try again.")
	case errors.Is(err, account.ErrToken):
		return newProblem(http.StatusUnauthorized, "token-not-valid", "The token is not valid", "It is wrong, expired or revoked, or its maker was removed. Make a new one on the dashboard, under your account.").challenging(`error="invalid_token"`)
	case errors.Is(err, account.ErrTooManyTokens):
		return newProblem(http.StatusConflict, "too-many-tokens", "Too many tokens", "You have 20 tokens that work. Revoke one that nothing uses.")
	case errors.Is(err, account.ErrCode):
		return newProblem(http.StatusUnauthorized, "wrong-code", "Wrong code", "This is no code of the app now, or it was used already. Wait for the next one, or use a code of recovery that is left.")
	case errors.Is(err, account.ErrPasskey):
		return newProblem(http.StatusUnauthorized, "passkey-not-valid", "Passkey not valid", "No user of this server has this passkey, or it was not shown as asked. Sign in with the password, and add a passkey in your account.")
	case errors.Is(err, account.ErrNoPasskeys):
		return newProblem(http.StatusUnprocessableEntity, "no-passkeys-here", "No passkeys at this address", "Browsers keep passkeys for names, not for IP addresses. Open the dashboard by the server's name; on the same machine that is localhost.")
	case errors.Is(err, account.ErrManyPasskeys):
		return newProblem(http.StatusConflict, "many-passkeys", "Too many passkeys", "An account may have 20 passkeys. Remove one first.")
	case errors.Is(err, account.ErrOver):
		return newProblem(http.StatusForbidden, "took-too-long", "Begin again", "What was begun took too long, was finished already, or something was changed meanwhile. Begin again with the password.")
	case errors.Is(err, account.ErrEnrolled):
		return newProblem(http.StatusConflict, "two-step-already", "Two steps already", "An app gives codes for this account already. Remove it first.")
	case errors.Is(err, account.ErrTicket):
		return newProblem(http.StatusForbidden, "set-up-link-not-valid", "The set-up link is not valid", "It was used, replaced or is older than a day. Start the server again; it prints a new one until an owner exists.")
	case errors.Is(err, account.ErrInvitation):
		return newProblem(http.StatusForbidden, "invitation-not-valid", "The invitation is not valid", "It was used, withdrawn, replaced or is older than a week, or it is for another e-mail address. Ask for a new one.")
	case errors.Is(err, account.ErrForbidden):
		return newProblem(http.StatusForbidden, "not-allowed", "Not allowed", "Your role does not allow this. Ask an owner.")
	case errors.Is(err, account.ErrLastOwner):
		return newProblem(http.StatusConflict, "last-owner", "The last owner stays", "Make somebody else an owner over all sites first.")
	case errors.Is(err, account.ErrTaken):
		return newProblem(http.StatusConflict, "user-exists", "A user already", "Somebody with this e-mail address is a user already. Change the roles instead.")
	default:
		return nil
	}
}
