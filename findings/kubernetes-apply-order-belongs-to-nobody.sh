#!/usr/bin/env bash
# Server-side apply: nobody owns the order of a list, so who applies next moves other managers' entries, and says nothing.
#
# Version: k8s.io/apimachinery v0.36.3 and k8s.io/client-go v0.36.3 (the merge of an API server of 1.36), Go 1.26.
#
# Two managers share the env of a container: one has HOST and PORT, the other URL, whose value refers to both
# ($(HOST):$(PORT), which Kubernetes replaces where they stand before it). A good engineer expects entries of others to
# stay where they are, new ones at the end, and a conflict or a trace where two disagree. What happens:
# - a manager that appends an entry to its own list gets it behind entries of others: URL is before PORT then;
# - one that turns its own entries round, and back again, leaves URL first;
# - two that apply the same entries in different orders replace each other's order each time, without a conflict, so
#   that a Deployment's pods are replaced each time;
# - an update that changes the order alone leaves no manager in managedFields: who did it cannot be known.
# And what differs in a key is another entry, while what does not is one: another containerPort of a second manager is
# a second port, and two sources of one volume are merged into a volume that the API server then refuses as invalid.
#
# Output seen:
#   HOST, and URL of another: HOST URL
#   HOST PORT instead: HOST URL PORT
#   HOST PORT, and URL of another: HOST PORT URL
#   PORT HOST instead: PORT URL HOST
#   HOST PORT again: URL HOST PORT
#   a applies X Y, b applies Y X, a applies X Y, b applies Y X: X Y, Y X, X Y, Y X
#   an update from X Y to Y X: Y X, managers: a
#   containerPort 8080, and 9090 of another: 8080 9090
#   emptyDir of a volume, and configMap of another: {"configMap":{"name":"c"},"emptyDir":{},"name":"v"}
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields/managedfieldstest"
	applyconfigurations "k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
)

type object = map[string]any

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// A Deployment with one container, of which a manager says a field, or a field of its pods.
func deployment(pods, container object) runtime.Object {
	container["name"] = "main"
	container["image"] = "app"
	pods["containers"] = []any{container}
	labels := object{"app": "web"}
	return &unstructured.Unstructured{Object: object{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": object{"name": "web", "namespace": "shop"},
		"spec": object{"selector": object{"matchLabels": labels}, "template": object{"metadata": object{"labels": labels}, "spec": pods}},
	}}
}

func env(names string) runtime.Object {
	var list []any
	for _, name := range strings.Fields(names) {
		list = append(list, object{"name": name, "value": "1"})
	}
	return deployment(object{}, object{"env": list})
}

func newManager() managedfieldstest.TestFieldManager {
	kind := schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}
	return managedfieldstest.NewTestFieldManager(applyconfigurations.NewTypeConverter(scheme.Scheme), kind)
}

// Without force, so that a conflict would be an error.
func apply(m managedfieldstest.TestFieldManager, manager string, what runtime.Object) {
	must(m.Apply(what, manager, false))
}

func pods(m managedfieldstest.TestFieldManager) object {
	raw, err := json.Marshal(m.Live())
	must(err)
	var live struct{ Spec struct{ Template struct{ Spec object } } }
	must(json.Unmarshal(raw, &live))
	return live.Spec.Template.Spec
}

func each(m managedfieldstest.TestFieldManager, list, field string) string {
	var seen []string
	for _, one := range pods(m)["containers"].([]any)[0].(object)[list].([]any) {
		seen = append(seen, fmt.Sprint(one.(object)[field]))
	}
	return strings.Join(seen, " ")
}

func main() {
	m := newManager()
	apply(m, "a", env("HOST"))
	apply(m, "b", env("URL"))
	fmt.Println("HOST, and URL of another:", each(m, "env", "name"))
	apply(m, "a", env("HOST PORT"))
	fmt.Println("HOST PORT instead:", each(m, "env", "name"))

	m = newManager()
	apply(m, "a", env("HOST PORT"))
	apply(m, "b", env("URL"))
	fmt.Println("HOST PORT, and URL of another:", each(m, "env", "name"))
	apply(m, "a", env("PORT HOST"))
	fmt.Println("PORT HOST instead:", each(m, "env", "name"))
	apply(m, "a", env("HOST PORT"))
	fmt.Println("HOST PORT again:", each(m, "env", "name"))

	m = newManager()
	var orders []string
	for range 2 {
		apply(m, "a", env("X Y"))
		orders = append(orders, each(m, "env", "name"))
		apply(m, "b", env("Y X"))
		orders = append(orders, each(m, "env", "name"))
	}
	fmt.Println("a applies X Y, b applies Y X, a applies X Y, b applies Y X:", strings.Join(orders, ", "))

	m = newManager()
	apply(m, "a", env("X Y"))
	must(m.Update(env("Y X"), "b"))
	var managers []string
	for _, one := range m.ManagedFields() {
		managers = append(managers, one.Manager)
	}
	fmt.Printf("an update from X Y to Y X: %s, managers: %s\n", each(m, "env", "name"), strings.Join(managers, " "))

	m = newManager()
	apply(m, "a", deployment(object{}, object{"ports": []any{object{"containerPort": int64(8080)}}}))
	apply(m, "b", deployment(object{}, object{"ports": []any{object{"containerPort": int64(9090)}}}))
	fmt.Println("containerPort 8080, and 9090 of another:", each(m, "ports", "containerPort"))

	m = newManager()
	apply(m, "a", deployment(object{"volumes": []any{object{"name": "v", "emptyDir": object{}}}}, object{}))
	apply(m, "b", deployment(object{"volumes": []any{object{"name": "v", "configMap": object{"name": "c"}}}}, object{}))
	volume, err := json.Marshal(pods(m)["volumes"].([]any)[0])
	must(err)
	fmt.Println("emptyDir of a volume, and configMap of another:", string(volume))
}
GO
go mod init build >/dev/null 2>&1
go get k8s.io/apimachinery@v0.36.3 k8s.io/client-go@v0.36.3 k8s.io/api@v0.36.3 >/dev/null 2>&1
go build -o build . 2>/dev/null
seen=$(./build)
expected='HOST, and URL of another: HOST URL
HOST PORT instead: HOST URL PORT
HOST PORT, and URL of another: HOST PORT URL
PORT HOST instead: PORT URL HOST
HOST PORT again: URL HOST PORT
a applies X Y, b applies Y X, a applies X Y, b applies Y X: X Y, Y X, X Y, Y X
an update from X Y to Y X: Y X, managers: a
containerPort 8080, and 9090 of another: 8080 9090
emptyDir of a volume, and configMap of another: {"configMap":{"name":"c"},"emptyDir":{},"name":"v"}'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
