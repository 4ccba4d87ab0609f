package drills

import (
	"context"
	"fmt"
	"slices"
)

// CertificateFault is what is wrong with a certificate.
type CertificateFault string

// The faults of a certificate.
const (
	CertificateOver     CertificateFault = "expired"
	CertificateForeign  CertificateFault = "of an unknown authority"
	CertificateMisnamed CertificateFault = "valid for other names"
)

// Proxies is what can be done to the proxies of regions.
type Proxies interface {
	// Certify has a region's proxy show a certificate with that fault, or none: its own
	// again. It hangs up on all, as a restart with another certificate does.
	Certify(ctx context.Context, region string, how CertificateFault) error
	// Certified asks it as a Worker of its region does, and tells what is wrong with
	// the certificate that it shows; nothing where all is well.
	Certified(ctx context.Context, region string) (CertificateFault, error)
}

// proxyFaults are the rows of what befalls proxies.
func proxyFaults() []FaultTraits {
	row := func(kind FaultKind, help, example string) FaultTraits {
		return FaultTraits{
			Kind: kind, Group: "proxy", Help: help, Beside: "proxy: {tls: mutual}",
			Radius:  "The region's proxy, which shows that certificate, and has hung up on all: a renewal that went wrong, with the restart that it takes. No Link, and no process ends.",
			Witness: "It is asked as a Worker does, who finds that fault with what it shows.", Example: example,
		}
	}
	return []FaultTraits{
		row(CertificateExpired, "a region's proxy shows a certificate that has expired", "{kind: certificate-expired, region: us-east, for: 10s}"),
		row(CertificateUnknown, "a region's proxy shows a certificate of an authority that no Worker knows", "{kind: certificate-unknown, region: us-east, for: 10s}"),
	}
}

// checkCertificate wants a proxy to be there that shows one.
func (d *Drill) checkCertificate(l *problemList, path string, f FaultSpec) {
	if f.Kind != CertificateExpired && f.Kind != CertificateUnknown {
		return
	}
	switch {
	case !d.Proxy.On():
		l.add(path+".kind", fmt.Sprintf("%s is an impossible combination with proxy.tls none: there is no proxy that would show a certificate", f.Kind), "proxy.tls")
	case len(d.Proxy.Regions) > 0 && !slices.Contains(d.Proxy.Regions, f.Region) && slices.Contains(d.Regions, f.Region):
		l.add(path+".region", fmt.Sprintf("%q has no proxy (proxy.regions: %s)", f.Region, names(d.Proxy.Regions)), "proxy.regions", path+".kind")
	case d.laidOut(f) && !slices.Contains(triggersOfMove(), f.Trigger()):
		if proxy, _ := d.Topology().Companion(ProxyRole, f.Region); !proxy.Present {
			l.add(path+".region", fmt.Sprintf("no proxy runs in %q: with %s it is started there on failover; have the fault wait for it (after: %s)", f.Region, d.Model, TrafficMoved), "model", "regions", path+".kind")
		}
	}
}
