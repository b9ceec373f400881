#!/usr/bin/env bash
# An AuthorizationPolicy's principal that ends before its service account keeps its trust domain: for `cluster.local/ns/x/*`
# neither the mesh's own trust domain nor its aliases are put in, as they are for `cluster.local/ns/x/sa/*`.
#
# Version: istio.io/istio v0.0.0-20260827124520-eed52ebb66ad (August 2026), package pilot/pkg/security/trustdomain, by
# which istiod rewrites `principals` before it sends them to the proxies. Go 1.26.
#
# In a policy `cluster.local` stands for the mesh's trust domain whatever that is, and one trust domain stands for all its
# aliases. A good engineer takes `ns/x/*` and `ns/x/sa/*` for two spellings of "every account of namespace x", since a
# namespace has no identities but those. istiod counts the parts between the slashes: only five are an identity with a
# trust domain in it, anything shorter goes to the proxies as it is written. So, in a mesh that has a trust domain of its
# own, an ALLOW for `cluster.local/ns/x/*` allows nobody; and during a move from one trust domain to another an ALLOW for
# `old.example/ns/x/*` stops working pod by pod as each gets its new certificate, though the old one is an alias.
# A condition on source.trustDomain is rewritten by other rules again: there an alias stands for all, and
# `cluster.local` is nothing but a name.
#
# Valid input, no crash.
#
# Output seen (trust domain mesh.example, alias old.example):
#   cluster.local/ns/shop/sa/web: mesh.example/ns/shop/sa/web, old.example/ns/shop/sa/web
#   cluster.local/ns/shop/sa/*: mesh.example/ns/shop/sa/*, old.example/ns/shop/sa/*
#   cluster.local/ns/shop/*: cluster.local/ns/shop/*
#   cluster.local/*: cluster.local/*
#   old.example/ns/shop/sa/*: mesh.example/ns/shop/sa/*, old.example/ns/shop/sa/*
#   old.example/ns/shop/*: old.example/ns/shop/*
#   source.trustDomain old.example: mesh.example, old.example
#   source.trustDomain cluster.local: cluster.local
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"

	"istio.io/istio/pilot/pkg/security/trustdomain"
)

func main() {
	mesh := trustdomain.NewBundle("mesh.example", []string{"old.example"})
	for _, principal := range []string{
		"cluster.local/ns/shop/sa/web", "cluster.local/ns/shop/sa/*", "cluster.local/ns/shop/*", "cluster.local/*",
		"old.example/ns/shop/sa/*", "old.example/ns/shop/*",
	} {
		fmt.Printf("%s: %s\n", principal, strings.Join(mesh.ReplaceTrustDomainAliases([]string{principal}), ", "))
	}
	for _, domain := range []string{"old.example", "cluster.local"} {
		fmt.Printf("source.trustDomain %s: %s\n", domain, strings.Join(mesh.ExpandTrustDomainAliases([]string{domain}), ", "))
	}
}
GO
go mod init principals >/dev/null 2>&1
go get istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad >/dev/null 2>&1
go build -o principals . 2>/dev/null
seen=$(./principals)
expected="cluster.local/ns/shop/sa/web: mesh.example/ns/shop/sa/web, old.example/ns/shop/sa/web
cluster.local/ns/shop/sa/*: mesh.example/ns/shop/sa/*, old.example/ns/shop/sa/*
cluster.local/ns/shop/*: cluster.local/ns/shop/*
cluster.local/*: cluster.local/*
old.example/ns/shop/sa/*: mesh.example/ns/shop/sa/*, old.example/ns/shop/sa/*
old.example/ns/shop/*: old.example/ns/shop/*
source.trustDomain old.example: mesh.example, old.example
source.trustDomain cluster.local: cluster.local"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
