package wire

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/Shopify/toxiproxy/v2"
)

// Handler is the server's usual HTTP API. Beside it, it tells our toxics what
// toxiproxy does not: whose they are, and that a proxy was stopped.
func Handler(server *toxiproxy.ApiServer) (http.Handler, error) {
	if _, err := sockets(toxiproxy.NewProxy(server, "", "", "")); err != nil {
		return nil, fmt.Errorf("handle toxics: %w", err)
	}
	routes := server.Routes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		concerned := concerns(server, r)
		before := make([]standing, len(concerned))
		for i, p := range concerned {
			before[i] = look(p)
		}
		answer := &answer{ResponseWriter: w, status: http.StatusOK}
		routes.ServeHTTP(answer, r)
		for i, p := range concerned {
			if before[i].enabled && look(p) != before[i] {
				Release(p)
			}
			if strings.HasSuffix(r.URL.Path, "/toxics") && answer.status == http.StatusOK {
				each(p, func(s *Sever) { s.attach(p) })
			}
		}
	}), nil
}

// concerns lists the proxies that a request may change.
func concerns(server *toxiproxy.ApiServer, r *http.Request) []*toxiproxy.Proxy {
	if r.Method == http.MethodGet {
		return nil
	}
	var out []*toxiproxy.Proxy
	for name, p := range server.Collection.Proxies() {
		path := "/proxies/" + name
		if r.URL.Path == "/populate" || r.URL.Path == path || strings.HasPrefix(r.URL.Path, path+"/") {
			out = append(out, p)
		}
	}
	return out
}

// standing is what a proxy cannot change without closing its connections.
type standing struct {
	enabled          bool
	listen, upstream string
}

func look(p *toxiproxy.Proxy) standing {
	p.Lock()
	defer p.Unlock()
	return standing{p.Enabled, p.Listen, p.Upstream}
}

// answer remembers the status that was answered.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader is http.ResponseWriter's.
func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}
