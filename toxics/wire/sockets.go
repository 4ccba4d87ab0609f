package wire

import (
	"errors"
	"net"
	"reflect"
	"sync"

	"github.com/Shopify/toxiproxy/v2"
)

// sockets lists the connections that a proxy has open, on both sides. toxiproxy
// keeps its list to itself and has nothing that resets them, so this looks
// behind the curtain of the version that go.mod names. It fails, and a server
// does not start, where another version has another list.
func sockets(p *toxiproxy.Proxy) ([]net.Conn, error) {
	lock, ok := field(reflect.ValueOf(p), "connections").(sync.Locker)
	if !ok {
		return nil, errors.New("list connections of a proxy: this version of toxiproxy keeps no list that is known, v2.12.0 does")
	}
	list, ok := field(reflect.ValueOf(lock), "list").(*map[string]net.Conn)
	if !ok {
		return nil, errors.New("list connections of a proxy: this version of toxiproxy keeps another list than v2.12.0")
	}
	lock.Lock()
	defer lock.Unlock()
	var open []net.Conn
	for _, conn := range *list {
		open = append(open, conn)
	}
	return open, nil
}

// field points to a field of what structure points to, exported or not.
func field(structure reflect.Value, name string) any {
	f := structure.Elem().FieldByName(name)
	if !f.IsValid() {
		return nil
	}
	return reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Interface()
}

// reset closes the connections that a proxy has open, with an RST on both sides.
// [Handler] has seen that they can be listed.
func reset(p *toxiproxy.Proxy) {
	open, _ := sockets(p)
	// All of them first: toxiproxy closes the other side of one that ends.
	for _, conn := range open {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	}
	for _, conn := range open {
		_ = conn.Close()
	}
}
