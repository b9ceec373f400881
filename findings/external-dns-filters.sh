#!/usr/bin/env bash
# --domain-filter of external-dns: what a dot, a comma, a star and an empty value do.
#
# Version: sigs.k8s.io/external-dns v0.22.0 (endpoint.DomainFilter, by which it decides of every name and zone), Go 1.26.
#
# A good engineer writes `.example.org` and `example.org` for the same zone, lists zones with commas as in most other
# flags of such programs (the function's own comment calls its argument a list with commas), and expects an empty
# value, as a template or an unset variable leaves it, to let nothing through. A leading dot leaves out the zone's own name;
# a list with commas is one filter that no name fits, so that nothing is ever written and nothing is said; an empty one is
# no filter at all, and every zone that the credentials reach is managed. `*.example.org` is the wildcard's own name.
#
# Valid input, no crash.
#
# Output seen (names that are let through, of example.org, www.example.org, *.example.org, other.test):
#   example.org: example.org www.example.org *.example.org
#   Example.org.: example.org www.example.org *.example.org
#   .example.org: www.example.org *.example.org
#   *.example.org: *.example.org
#   example.org,other.test: none
#   (empty): example.org www.example.org *.example.org other.test
#   (empty) and example.org: example.org www.example.org *.example.org
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

	"sigs.k8s.io/external-dns/endpoint"
)

func main() {
	for _, filters := range [][]string{
		{"example.org"}, {"Example.org."}, {".example.org"}, {"*.example.org"}, {"example.org,other.test"}, {""}, {"", "example.org"},
	} {
		filter, through, words := endpoint.NewDomainFilter(filters), []string{}, []string{}
		for _, name := range []string{"example.org", "www.example.org", "*.example.org", "other.test"} {
			if filter.Match(name) {
				through = append(through, name)
			}
		}
		if len(through) == 0 {
			through = []string{"none"}
		}
		for _, one := range filters {
			if one == "" {
				one = "(empty)"
			}
			words = append(words, one)
		}
		fmt.Printf("%s: %s\n", strings.Join(words, " and "), strings.Join(through, " "))
	}
}
GO
go mod init filter >/dev/null 2>&1
go mod edit -require sigs.k8s.io/external-dns@v0.22.0
go build -o filter . 2>/dev/null
seen=$(./filter)
expected='example.org: example.org www.example.org *.example.org
Example.org.: example.org www.example.org *.example.org
.example.org: www.example.org *.example.org
*.example.org: *.example.org
example.org,other.test: none
(empty): example.org www.example.org *.example.org other.test
(empty) and example.org: example.org www.example.org *.example.org'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
