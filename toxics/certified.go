package toxics

import (
	"context"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// certified is a region's proxy that shows a certificate which is at fault.
type certified struct {
	fault *fault
	how   drills.CertificateFault
}

// certificates is what is wrong with what each fault has a proxy show.
func certificates() map[drills.FaultKind]drills.CertificateFault {
	return map[drills.FaultKind]drills.CertificateFault{
		drills.CertificateExpired: drills.CertificateOver, drills.CertificateUnknown: drills.CertificateForeign,
	}
}

func (*certified) setUp(context.Context) error { return nil }

func (c *certified) inject(ctx context.Context) error {
	return c.fault.site.Proxies.Certify(ctx, c.fault.spec.Region, c.how)
}

// look asks the proxy as a Worker does.
func (c *certified) look(ctx context.Context) ([]drills.Probe, error) {
	at := time.Now()
	wrong, err := c.fault.site.Proxies.Certified(ctx, c.fault.spec.Region)
	if err != nil {
		return nil, askAgain(ctx, err)
	}
	detail := "its certificate is accepted"
	if wrong != "" {
		detail = "its certificate is refused: " + string(wrong)
	}
	return []drills.Probe{{Subject: drills.ProxyName(c.fault.spec.Region), Broken: wrong == c.how, Detail: detail, At: at}}, nil
}

func (c *certified) recover(ctx context.Context) error {
	return c.fault.site.Proxies.Certify(ctx, c.fault.spec.Region, "")
}

// works fails until its certificate is accepted.
func (c *certified) works(ctx context.Context) error {
	wrong, err := c.fault.site.Proxies.Certified(ctx, c.fault.spec.Region)
	switch {
	case err != nil:
		return askAgain(ctx, err)
	case wrong != "":
		return notYet(fmt.Sprintf("the certificate of %s is %s", drills.ProxyName(c.fault.spec.Region), wrong))
	}
	return nil
}

// cleanUp also finds a proxy that is gone: with it went what it was told.
func (c *certified) cleanUp(ctx context.Context) error {
	if state, err := c.fault.site.Machines.State(drills.ProxyName(c.fault.spec.Region)); err == nil && state == drills.ProcessGone {
		return nil
	}
	return c.recover(ctx)
}
