package toxics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"

	client "github.com/Shopify/toxiproxy/v2/client"

	"github.com/failoverdrill/failoverdrill/drills"
)

// ErrGone says that nobody serves Links at an address any more: with their server, they
// are gone.
var ErrGone = errors.New("its server is gone")

// Undo undoes a change of a Link that another process made. What is gone
// already from its server is undone: found tells whether there was anything left to undo.
// An error is ErrGone where the server is gone.
func Undo(ctx context.Context, c drills.Change) (found bool, err error) {
	api := client.NewClient(c.Address)
	var left bool
	err = do(ctx, func() (err error) {
		left, err = undo(api, c)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("undo %s at %s: %w", c, c.Address, err)
	}
	return left, nil
}

func undo(api *client.Client, c drills.Change) (found bool, err error) {
	proxy, err := api.Proxy(c.Subject)
	switch {
	case gone(err):
		return false, ErrGone
	case absent(err):
		return false, nil
	case err != nil:
		return false, err
	}
	switch c.Kind {
	case drills.LinkChange:
		err = proxy.Delete()
	case drills.RefusalChange:
		if proxy.Enabled {
			return false, nil
		}
		err = proxy.Enable()
	case drills.ToxicChange:
		err = proxy.RemoveToxic(c.Toxic)
	default:
		return false, errors.New("it is no change of a Link")
	}
	switch {
	case gone(err):
		return false, ErrGone
	case absent(err):
		return false, nil
	}
	return err == nil, err
}

// gone tells that there is no server.
func gone(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH)
}

// absent tells that a server does not have what it was asked for.
func absent(err error) bool {
	var answered *client.ApiError
	return errors.As(err, &answered) && answered.Status == http.StatusNotFound
}
