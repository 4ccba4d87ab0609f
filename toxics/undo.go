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

// Undo undoes a change of a Link that another process made. What is gone
// already, with its server or from it, is undone: found tells whether there was
// anything left to undo.
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
	if gone(err) {
		return false, nil
	}
	if err != nil {
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
	if gone(err) {
		return false, nil
	}
	return err == nil, err
}

// gone tells that there is nothing to be undone: no server, or not on it.
func gone(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) || absent(err)
}

// absent tells that a server does not have what it was asked for.
func absent(err error) bool {
	var answered *client.ApiError
	return errors.As(err, &answered) && answered.Status == http.StatusNotFound
}
