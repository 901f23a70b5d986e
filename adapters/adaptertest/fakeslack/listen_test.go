package fakeslack

import (
	"net"
	"net/http"
	"testing"
)

// listen serves until the test ends, and returns the address.
func listen(t *testing.T, server *http.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		<-served
	})
	return "http://" + l.Addr().String()
}
