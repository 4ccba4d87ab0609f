package toxics_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// slow relays to a server, and holds the first change that it is to relay.
type slow struct {
	address string
	held    chan struct{} // closed once it has the change
	relay   func()        // lets it pass
}

func slowly(t *testing.T, s *server) slow {
	t.Helper()
	pass := make(chan struct{})
	out := slow{held: make(chan struct{}), relay: sync.OnceFunc(func() { close(pass) })}
	relayed := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: s.address})
	var changes atomic.Int64
	relaying := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && changes.Add(1) == 1 {
			close(out.held)
			<-pass
		}
		relayed.ServeHTTP(w, r)
	}))
	t.Cleanup(relaying.Close)
	t.Cleanup(out.relay) // before that: it waits for what it relays
	out.address = relaying.Listener.Addr().String()
	return out
}

// A change whose caller gave up comes to its own end all the same, and before what
// undoes it: a Link is in the end as the last caller wants it.
func TestWhatWasGivenUpIsUndoneAfterIt(t *testing.T) {
	type change func(context.Context, *toxics.Links, drills.Link) error
	for name, tt := range map[string]struct{ do, undo change }{
		"refused": {
			func(ctx context.Context, l *toxics.Links, link drills.Link) error {
				return l.Refuse(ctx, []drills.Link{link})
			},
			func(ctx context.Context, l *toxics.Links, link drills.Link) error {
				return l.Restore(ctx, []drills.Link{link})
			},
		},
		"toxic": {
			func(ctx context.Context, l *toxics.Links, link drills.Link) error {
				return l.Attach(ctx, link, "dark", "dark", drills.Upstream, nil)
			},
			func(ctx context.Context, l *toxics.Links, link drills.Link) error { return l.Detach(ctx, link, "dark") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := NewWithT(t)
			s := serve(t)
			link := between(t, "us-east", "us-west", echo(t), drills.Delay{})
			g.Expect(s.links.Open(t.Context(), []drills.OpenLink{link})).To(Succeed())
			before, err := get(s, "/proxies")
			g.Expect(err).NotTo(HaveOccurred())
			through := slowly(t, s)
			links := toxics.Connect(through.address, drills.NoJournal{})

			ctx, giveUp := context.WithCancel(t.Context())
			given := make(chan error, 1)
			go func() { given <- tt.do(ctx, links, link.Link) }()
			g.Eventually(through.held, soon).Should(BeClosed())
			giveUp()
			g.Eventually(given, soon).Should(Receive(MatchError(context.Canceled)))

			undone := make(chan error, 1)
			go func() { undone <- tt.undo(t.Context(), links, link.Link) }()
			g.Consistently(undone, hush).ShouldNot(Receive(), "it waits for what was begun")
			through.relay()
			g.Eventually(undone, soon).Should(Receive(Succeed()))
			g.Expect(get(s, "/proxies")).To(Equal(before))
		})
	}
}

// Who gives up before its turn changes nothing.
func TestAChangeThatIsGivenUpBeforeItsTurnIsNotMade(t *testing.T) {
	g := NewWithT(t)
	s := serve(t)
	link := between(t, "us-east", "us-west", echo(t), drills.Delay{})
	g.Expect(s.links.Open(t.Context(), []drills.OpenLink{link})).To(Succeed())
	through := slowly(t, s)
	links := toxics.Connect(through.address, drills.NoJournal{})
	restored := make(chan error, 1)
	go func() { restored <- links.Restore(t.Context(), []drills.Link{link.Link}) }()
	g.Eventually(through.held, soon).Should(BeClosed())

	ctx, giveUp := context.WithCancel(t.Context())
	refused := make(chan error, 1)
	go func() { refused <- links.Refuse(ctx, []drills.Link{link.Link}) }()
	g.Consistently(refused, hush).ShouldNot(Receive(), "it is not its turn")
	giveUp()
	g.Eventually(refused, soon).Should(Receive(MatchError(context.Canceled)))
	through.relay()
	g.Eventually(restored, soon).Should(Receive(Succeed()))
	g.Expect(links.Restore(t.Context(), []drills.Link{link.Link})).To(Succeed(), "its turn has passed")
	g.Expect(echoes(link.Listen)).To(Succeed())
}
