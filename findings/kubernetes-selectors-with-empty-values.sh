#!/usr/bin/env bash
# A comma too many in a label selector selects more objects, and a selector that an object may not have works as text.
#
# Version: k8s.io/apimachinery v0.36.3 (the parser of kubectl -l and of the API's labelSelector), Go 1.26.
#
# A good engineer expects `in ()` and `in (web,)` to be refused: as matchExpressions the API refuses an empty list of
# values. In a text nothing between two commas or brackets is the empty value. So `app in (web,)` also takes objects
# whose label app is there and empty, `in ()` takes only those, and `notin ()` takes all others, those without the
# label included. At the ends of the whole selector a comma is an error.
#
# Valid input, no crash.
#
# Output seen (objects: app=web, app=api, an empty app, no app):
#   app in (web,): web, empty
#   app in (,): empty
#   app in (): empty
#   app notin (): web, api, none
#   app=web,: refused
#   matchExpressions, In, no values: refused
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

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

var objects = []struct {
	name   string
	labels labels.Set
}{{"web", labels.Set{"app": "web"}}, {"api", labels.Set{"app": "api"}}, {"empty", labels.Set{"app": ""}}, {"none", nil}}

func show(text string, selector labels.Selector, err error) {
	chosen := []string{}
	for _, one := range objects {
		if err == nil && selector.Matches(one.labels) {
			chosen = append(chosen, one.name)
		}
	}
	if err != nil {
		chosen = []string{"refused"}
	}
	fmt.Printf("%s: %s\n", text, strings.Join(chosen, ", "))
}

func main() {
	for _, text := range []string{"app in (web,)", "app in (,)", "app in ()", "app notin ()", "app=web,"} {
		selector, err := labels.Parse(text)
		show(text, selector, err)
	}
	in := meta.LabelSelectorRequirement{Key: "app", Operator: meta.LabelSelectorOpIn}
	selector, err := meta.LabelSelectorAsSelector(&meta.LabelSelector{MatchExpressions: []meta.LabelSelectorRequirement{in}})
	show("matchExpressions, In, no values", selector, err)
}
GO
go mod init select >/dev/null 2>&1
go get k8s.io/apimachinery@v0.36.3 >/dev/null 2>&1
go build -o select . 2>/dev/null
seen=$(./select)
expected="app in (web,): web, empty
app in (,): empty
app in (): empty
app notin (): web, api, none
app=web,: refused
matchExpressions, In, no values: refused"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
