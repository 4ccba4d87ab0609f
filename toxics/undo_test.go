package toxics

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	client "github.com/Shopify/toxiproxy/v2/client"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
)

// notebook is a journal in memory.
type notebook struct {
	refuse error
	all    []drills.Change
	undone []bool
}

func (n *notebook) Begin(changes ...drills.Change) ([]func(), error) {
	if n.refuse != nil {
		return nil, n.refuse
	}
	var out []func()
	for _, c := range changes {
		i := len(n.all)
		n.all, n.undone = append(n.all, c), append(n.undone, false)
		out = append(out, func() { n.undone[i] = true })
	}
	return out, nil
}

// left lists the changes that were not undone.
func (n *notebook) left() []string {
	var out []string
	for i, c := range n.all {
		if !n.undone[i] {
			out = append(out, c.String())
		}
	}
	return out
}

// served is a links component in this process, and one Link of it.
func served(t *testing.T) (address string, link drills.Link, kept *notebook, links *Links) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, address, t.Output()) }()
	t.Cleanup(func() { cancel(); NewWithT(t).Expect(<-ended).To(Succeed()) })
	api := client.NewClient(address)
	NewWithT(t).Eventually(func() error { _, err := api.Version(); return err }, 10*time.Second).Should(Succeed())
	kept = &notebook{}
	links = Connect(address, kept)
	link = drills.Link{Role: drills.FleetLink, From: "us-east", To: "us-west"}
	open := drills.OpenLink{Link: link, Listen: "127.0.0.1:0", Upstream: "127.0.0.1:1"}
	if err := links.Open(t.Context(), []drills.OpenLink{open}); err != nil {
		t.Fatal(err)
	}
	return address, link, kept, links
}

func toxicOptions(link drills.Link) client.ToxicOptions {
	return client.ToxicOptions{
		ProxyName: link.Name(), ToxicName: "slow", ToxicType: "latency", Stream: "upstream", Toxicity: 1,
		Attributes: client.Attributes{"latency": 1},
	}
}

// How every change is noted, undone by who made it, and found so by another.
func TestEachChangeOfALinkIsNotedUntilItIsUndone(t *testing.T) {
	g := NewWithT(t)
	_, link, kept, links := served(t)
	opened := "link " + link.Name()
	g.Expect(kept.left()).To(Equal([]string{opened}))
	g.Expect(kept.all[0].Ports).NotTo(BeEmpty())
	for range 2 { // to refuse twice is one refusal for who restores
		g.Expect(links.Refuse(t.Context(), []drills.Link{link})).To(Succeed())
	}
	g.Expect(links.add(t.Context(), toxicOptions(link))).To(Succeed())
	g.Expect(kept.left()).To(Equal([]string{opened, "refusal " + link.Name(), "refusal " + link.Name(), "toxic slow on " + link.Name()}))
	for _, c := range kept.all {
		g.Expect(c.Check()).To(Succeed())
	}
	g.Expect(links.Restore(t.Context(), []drills.Link{link})).To(Succeed())
	g.Expect(kept.left()).To(Equal([]string{opened, "toxic slow on " + link.Name()}))
	for range 2 {
		g.Expect(links.remove(t.Context(), link.Name(), "slow")).To(Succeed())
	}
	g.Expect(kept.left()).To(Equal([]string{opened}))
}

func TestWhatCannotBeNotedIsNotChanged(t *testing.T) {
	g := NewWithT(t)
	address, link, kept, links := served(t)
	api := client.NewClient(address)
	kept.refuse = errors.New("the disk is full")
	other := drills.OpenLink{Link: drills.Link{Role: drills.ControlLink, To: "us-west"}, Listen: "127.0.0.1:0", Upstream: "127.0.0.1:1"}
	g.Expect(links.Open(t.Context(), []drills.OpenLink{other})).To(MatchError(kept.refuse))
	g.Expect(links.Refuse(t.Context(), []drills.Link{link})).To(MatchError(kept.refuse))
	g.Expect(links.add(t.Context(), toxicOptions(link))).To(MatchError(kept.refuse))
	all, err := api.Proxies()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(all).To(HaveLen(1))
	g.Expect(all[link.Name()].Enabled).To(BeTrue())
	g.Expect(all[link.Name()].ActiveToxics).To(HaveEach(HaveField("Type", "meter")))
}

func TestUndoTakesEachChangeBackOnce(t *testing.T) {
	g := NewWithT(t)
	address, link, kept, links := served(t)
	g.Expect(links.Refuse(t.Context(), []drills.Link{link})).To(Succeed())
	g.Expect(links.add(t.Context(), toxicOptions(link))).To(Succeed())
	list := slices.Clone(kept.all)
	slices.Reverse(list)
	for _, c := range list {
		for _, want := range []bool{true, false} { // the second time it is gone
			found, err := Undo(t.Context(), c)
			g.Expect(err).NotTo(HaveOccurred(), c.String())
			g.Expect(found).To(Equal(want), c.String())
		}
	}
	all, err := client.NewClient(address).Proxies()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(all).To(BeEmpty())
}

func TestUndoOfWhatHasNoServerAndOfOneThatDoesNotAnswer(t *testing.T) {
	g := NewWithT(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, by the kernel, and never answers
	g.Expect(err).NotTo(HaveOccurred())
	c := drills.Change{Kind: drills.RefusalChange, Subject: "fleet", Address: silent.Addr().String()}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = Undo(ctx, c)
	g.Expect(err).To(MatchError(context.DeadlineExceeded))
	g.Expect(err).To(MatchError(ContainSubstring("undo refusal fleet at " + c.Address)))
	g.Expect(silent.Close()).To(Succeed())
	found, err := Undo(t.Context(), c)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(found).To(BeFalse())
}
