// Package main is cert-manager's acmesolver: the page by which a pod of its
// answers one http-01 challenge. cert-manager's own command is a Go module that
// cannot be fetched by itself (it refers to its neighbours by relative paths).
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/cert-manager/cert-manager/pkg/issuer/acme/http/solver"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

func main() {
	logf.InitLogs()
	port := flag.Int("listen-port", 8089, "the port to listen on")
	domain := flag.String("domain", "", "the name that is proven")
	token := flag.String("token", "", "the challenge's token")
	key := flag.String("key", "", "the answer")
	flag.Parse()
	one := &solver.HTTP01Solver{ListenPort: *port, Domain: *domain, Token: *token, Key: *key}
	if err := one.Listen(logf.Log); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
