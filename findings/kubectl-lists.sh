#!/usr/bin/env bash
# What kubectl takes for a list: whatever has `items`, and no list inside a list.
#
# Versions: k8s.io/cli-runtime v0.36.3 (the reader of kubectl 1.36 for -f, of objects whose kinds it does not ask a
# server about), Go 1.26.
#
# An object of any kind with a field `items` at its top is taken apart into these items, and is itself gone: so a
# custom resource whose schema has such a field can be stored by nobody who uses `kubectl apply -f`. A kind whose name ends
# in List and that has no `items` is an object like others. A List inside a List is refused, with words that are not
# so ("no Items field in this object", and it has one), and with it goes everything that stands beside it, though
# the reader was told to go on after errors. Of a typed list (ConfigMapList) the items need no kind of their own.
#
# Valid input, and errors that are raised; no crash.
#
# Output seen:
#   List of a ConfigMap: ConfigMap/a
#   Shopping with items: ConfigMap/a
#   ShoppingList without items: ShoppingList/mine
#   ConfigMapList of what has no kind: ConfigMap/d
#   List of a ConfigMap and a List: error: *unstructured.Unstructured is not a list: no Items field in this object
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"k8s.io/cli-runtime/pkg/resource"
)

func main() {
	infos, err := resource.NewLocalBuilder().Unstructured().ContinueOnError().
		Stream(strings.NewReader(os.Args[1]), "input").Flatten().Do().Infos()
	words := []string{}
	for _, one := range infos {
		words = append(words, one.Object.GetObjectKind().GroupVersionKind().Kind+"/"+one.Name)
	}
	if err != nil {
		words = append(words, "error: "+err.Error())
	}
	fmt.Println(strings.Join(words, " "))
}
GO
go mod init lists >/dev/null 2>&1
go get k8s.io/cli-runtime@v0.36.3 >/dev/null 2>&1
go build -o lists . 2>/dev/null
map='{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}'
list="{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[$map]}"
seen=$(
  echo "List of a ConfigMap: $(./lists "$list")"
  echo "Shopping with items: $(./lists "{\"apiVersion\":\"example.org/v1\",\"kind\":\"Shopping\",\"metadata\":{\"name\":\"mine\"},\"items\":[$map]}")"
  echo "ShoppingList without items: $(./lists '{"apiVersion":"example.org/v1","kind":"ShoppingList","metadata":{"name":"mine"},"spec":{}}')"
  echo "ConfigMapList of what has no kind: $(./lists '{"apiVersion":"v1","kind":"ConfigMapList","items":[{"metadata":{"name":"d"}}]}')"
  echo "List of a ConfigMap and a List: $(./lists "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[$map,$list]}")"
)
expected="List of a ConfigMap: ConfigMap/a
Shopping with items: ConfigMap/a
ShoppingList without items: ShoppingList/mine
ConfigMapList of what has no kind: ConfigMap/d
List of a ConfigMap and a List: error: *unstructured.Unstructured is not a list: no Items field in this object"
echo "$seen"
if [[ "$seen" != "$expected" ]]; then
  echo "expected:" >&2
  echo "$expected" >&2
  exit 1
fi
