// Command providerserver is an OpenID Connect provider that lets in one person without asking. Tests in browsers start it;
// it is never shipped.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"assent/server/internal/singlesignon/providertest"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: providerserver EMAIL")
	}
	if err := serve(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// serve prints the issuer on stdout once it answers.
func serve(email string) error {
	provider, err := providertest.New()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	// By name, so that browsers take it for another site than a server at 127.0.0.1.
	provider.Issuer = fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	provider.Is(providertest.Person{Subject: "4711", Email: email, Verified: true})
	fmt.Println(provider.Issuer)
	server := &http.Server{Handler: provider, ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(listener)
}
