#!/usr/bin/env bash
# kubectl's JSONPath: filters leave out what lacks the field, and one object is enough for an error that shows nothing.
#
# Version: k8s.io/client-go v0.36.3 (util/jsonpath, the expressions of `kubectl get -o jsonpath` and `kubectl wait
# --for=jsonpath` in 1.36; missing fields allowed, as kubectl get has it), Go 1.26.
#
# Scripts over several clusters ask each one for "every gateway's address" or "all that are not ready". A good engineer
# expects `!=` to be the contrary of `==`, a field that is false not to hold, a bare path without braces to be a mistake that
# is reported, and an object without an address to be an object without output. Seen instead:
# - `!="web"` leaves out what has no such label, as `==` does, while `kubectl -l 'tier!=web'` and NotIn take it in;
# - a filter by a path alone asks whether the field is there: `paused: false`, an empty text and an empty list hold;
# - `status.ingress[*]` of objects without an address gives nothing, `[0]` of an empty list ends it all, with an error and
#   without a word of the others; where the list is not there at all, `[0]` gives nothing again. So a script works until a
#   Service has had its address taken away;
# - `['x.io/y']`, which is JSONPath for a key with a dot, is taken as a path and finds nothing; a backslash finds it;
# - without braces the expression itself is the output.
#
# Valid input, and errors that are raised; no crash.
#
# Output seen (a has an address and the label tier=web, b the label tier=db and an empty list of addresses; c has neither;
# paused is true, false and absent):
#   {.items[?(@.labels.tier=="web")].name}: a
#   {.items[?(@.labels.tier!="web")].name}: b
#   {.items[?(@.paused)].name}: a b
#   {.items[?(@.paused==true)].name}: a
#   {.items[?(@.paused=="true")].name}: error: incompatible types for comparison
#   {.items[?(@.ingress)].name}: a b
#   {.items[?(@.ingress[0].ip)].name}: a b
#   {.items[*].ingress[*].ip}: 192.0.2.1
#   {.items[*].ingress[0].ip}: error: array index out of bounds: index 0, length 0
#   {.items[2].ingress[0].ip}: 
#   {.items[0].labels['x.io/y']}: 
#   {.items[0].labels.x\.io/y}: z
#   .items[0].name: .items[0].name
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"k8s.io/client-go/util/jsonpath"
)

const list = `{"items": [
	{"name": "a", "labels": {"tier": "web", "x.io/y": "z"}, "paused": true, "ingress": [{"ip": "192.0.2.1"}]},
	{"name": "b", "labels": {"tier": "db"}, "paused": false, "ingress": []},
	{"name": "c"}
]}`

func main() {
	var objects any
	if err := json.Unmarshal([]byte(list), &objects); err != nil {
		panic(err)
	}
	for _, expression := range []string{
		`{.items[?(@.labels.tier=="web")].name}`,
		`{.items[?(@.labels.tier!="web")].name}`,
		`{.items[?(@.paused)].name}`,
		`{.items[?(@.paused==true)].name}`,
		`{.items[?(@.paused=="true")].name}`,
		`{.items[?(@.ingress)].name}`,
		`{.items[?(@.ingress[0].ip)].name}`,
		`{.items[*].ingress[*].ip}`,
		`{.items[*].ingress[0].ip}`,
		`{.items[2].ingress[0].ip}`,
		`{.items[0].labels['x.io/y']}`,
		`{.items[0].labels.x\.io/y}`,
		`.items[0].name`,
	} {
		path := jsonpath.New("out").AllowMissingKeys(true)
		if err := path.Parse(expression); err != nil {
			panic(err)
		}
		var shown bytes.Buffer
		if err := path.Execute(&shown, objects); err != nil {
			fmt.Printf("%s: %serror: %v\n", expression, shown.String(), err)
		} else {
			fmt.Printf("%s: %s\n", expression, shown.String())
		}
	}
}
GO
go mod init filters >/dev/null 2>&1
go mod edit -require k8s.io/client-go@v0.36.3
go build -o filters . 2>log || { tail -5 log >&2; exit 1; }
seen=$(./filters)
expected="{.items[?(@.labels.tier==\"web\")].name}: a
{.items[?(@.labels.tier!=\"web\")].name}: b
{.items[?(@.paused)].name}: a b
{.items[?(@.paused==true)].name}: a
{.items[?(@.paused==\"true\")].name}: error: incompatible types for comparison
{.items[?(@.ingress)].name}: a b
{.items[?(@.ingress[0].ip)].name}: a b
{.items[*].ingress[*].ip}: 192.0.2.1
{.items[*].ingress[0].ip}: error: array index out of bounds: index 0, length 0
{.items[2].ingress[0].ip}: 
{.items[0].labels['x.io/y']}: 
{.items[0].labels.x\\.io/y}: z
.items[0].name: .items[0].name"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
