package wire_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	. "github.com/onsi/gomega"
)

// toxiproxy-cli, as go.mod names it, adds, shows, changes and removes every
// toxic of ours.
func TestToxiproxyCLI(t *testing.T) {
	g := NewWithT(t)
	binary := filepath.Join(t.TempDir(), "toxiproxy-cli")
	built, err := exec.Command("go", "build", "-o", binary, "github.com/Shopify/toxiproxy/v2/cmd/cli").CombinedOutput()
	g.Expect(err).NotTo(HaveOccurred(), string(built))
	p := serve(t)
	link := p.link(upstream(t, echo))
	cli := func(args ...string) (string, error) {
		command := exec.Command(binary, args...)
		command.Env = append(os.Environ(), "TOXIPROXY_URL="+p.api)
		out, err := command.CombinedOutput()
		return string(out), err
	}

	for _, tc := range []struct {
		kind        string
		add, update []string // attributes
		shows, then string
	}{
		{kind: "dark", shows: "attributes=[\t]", then: "attributes=[\t]"},
		{"swallow", []string{"-a", "after=5"}, []string{"-a", "after=70000"}, "after=5", "after=70000"},
		{"brownout", []string{"-a", "share=0.25", "-a", "seed=42"}, []string{"-a", "share=0.5"}, "seed=42\tshare=0.25", "seed=42\tshare=0.5"},
		{kind: "sever", shows: "attributes=[\t]", then: "attributes=[\t]"},
		{kind: "meter", shows: "bytes=0\tcalls=0", then: "bytes=0\tcalls=0"},
	} {
		t.Run(tc.kind, func(t *testing.T) {
			g := NewWithT(t)
			does := func(want string, args ...string) {
				t.Helper()
				out, err := cli(append(args, link.Name)...)
				g.Expect(err).NotTo(HaveOccurred(), out)
				g.Expect(out).To(ContainSubstring(want))
			}
			does("Added upstream "+tc.kind+" toxic 'ours'", append([]string{"toxic", "add", "-t", tc.kind, "-n", "ours", "-u"}, tc.add...)...)
			does(tc.shows, "inspect")
			does("Updated toxic 'ours'", append([]string{"toxic", "update", "-n", "ours"}, tc.update...)...)
			does(tc.then, "inspect")
			does("Removed toxic 'ours'", "toxic", "remove", "-n", "ours")
			g.Expect(ping(dial(t, link.Listen))).To(Succeed())

			out, err := cli("toxic", "add", "-t", tc.kind, "-n", "ours", "-a", "nothing=1", link.Name)
			g.Expect(err).To(HaveOccurred())
			g.Expect(out).To(ContainSubstring(`unknown field "nothing"`))
		})
	}
}
