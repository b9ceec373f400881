#!/usr/bin/env bash
# Server-side apply: a field that is written and empty belongs to whoever wrote it, and empties what others have there.
#
# Version: k8s.io/apimachinery v0.36.3 and k8s.io/client-go v0.36.3 (the merge of an API server of 1.36), Go 1.26.
#
# `replicas:` with nothing behind it is what a template without a value leaves. A good engineer takes that for a field that
# is left out, so that an autoscaler goes on deciding. It is a field whose value is null, and the applier's: the next apply
# is a conflict with the autoscaler, and with force the number goes, for the default of one. Another manager's first
# apply of a number is a conflict with somebody who has none. An empty list or map takes a whole field where Kubernetes
# keeps it in one piece (externalIPs, a Service's selector, nodeSelector), and nothing at all where entries have owners
# (ports, env, labels). null behind a label or an annotation does not take it away, as in kubectl's patches: it is the
# empty text. And what excludes each other is two fields: who applies valueFrom beside another's value has no conflict, so
# that force takes nothing over; the object has both, and an API server refuses it.
#
# Valid input, no crash.
#
# Output seen (in brackets what is there afterwards):
#   {paused: false} again after an autoscaler: taken [5], by force taken [5]
#   another's {replicas: 3} after {paused: false}: taken
#   {paused: false, replicas: } again after an autoscaler: conflict [5], by force taken [none]
#   another's {replicas: 3} after {paused: false, replicas: }: conflict
#   {ports: []} beside another's: taken, by force taken [1 ports, 1 addresses, 1 labels]
#   {externalIPs: []} beside another's: conflict, by force taken [1 ports, 0 addresses, 1 labels]
#   {selector: {}} beside another's: conflict, by force taken [1 ports, 1 addresses, 0 labels]
#   {labels: {tier: }}: taken {"tier":""}
#   valueFrom beside another's value: taken [value "web", valueFrom true]
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

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields/managedfieldstest"
	applyconfigurations "k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

type cluster struct {
	managedfieldstest.TestFieldManager
	kind schema.GroupVersionKind
}

func newCluster(group, kind string) cluster {
	gvk := schema.GroupVersionKind{Group: group, Version: "v1", Kind: kind}
	return cluster{managedfieldstest.NewTestFieldManager(applyconfigurations.NewTypeConverter(scheme.Scheme), gvk), gvk}
}

func (c cluster) object(spec string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(spec), &object.Object); err != nil {
		panic(err)
	}
	object.SetGroupVersionKind(c.kind)
	object.SetName("web")
	return object
}

// What an apply ends in.
func (c cluster) apply(manager, spec string, force bool) string {
	if err := c.Apply(c.object(spec), manager, force); err != nil {
		return "conflict"
	}
	return "taken"
}

func (c cluster) update(manager, spec string) {
	if err := c.Update(c.object(spec), manager); err != nil {
		panic(err)
	}
}

func read[T any](c cluster) (typed T) {
	raw, err := json.Marshal(c.Live())
	if err == nil {
		err = json.Unmarshal(raw, &typed)
	}
	if err != nil {
		panic(err)
	}
	return typed
}

func replicas(c cluster) string {
	if number := read[apps.Deployment](c).Spec.Replicas; number != nil {
		return fmt.Sprint("[", *number, "]")
	}
	return "[none]"
}

func main() {
	for _, spec := range []string{"{paused: false}", "{paused: false, replicas: }"} {
		c := newCluster("apps", "Deployment")
		c.apply("team", "spec: "+spec, false)
		c.update("autoscaler", "spec: {paused: false, replicas: 5}")
		again := c.apply("team", "spec: "+spec, false)
		fmt.Printf("%s again after an autoscaler: %s %s", spec, again, replicas(c))
		fmt.Println(", by force", c.apply("team", "spec: "+spec, true), replicas(c))
		c = newCluster("apps", "Deployment")
		c.apply("team", "spec: "+spec, false)
		fmt.Printf("another's {replicas: 3} after %s: %s\n", spec, c.apply("other", "spec: {replicas: 3}", false))
	}
	for _, spec := range []string{"{ports: []}", "{externalIPs: []}", "{selector: {}}"} {
		c := newCluster("", "Service")
		c.apply("other", "spec: {ports: [{port: 80}], externalIPs: [192.0.2.1], selector: {app: web}}", false)
		result, forced := c.apply("team", "spec: "+spec, false), c.apply("team", "spec: "+spec, true)
		has := read[core.Service](c).Spec
		fmt.Printf("%s beside another's: %s, by force %s [%d ports, %d addresses, %d labels]\n",
			spec, result, forced, len(has.Ports), len(has.ExternalIPs), len(has.Selector))
	}
	c := newCluster("apps", "Deployment")
	c.apply("team", `metadata: {labels: {tier: "web"}}`, false)
	result := c.apply("team", "metadata: {labels: {tier: }}", false)
	labels, _ := json.Marshal(read[apps.Deployment](c).Labels)
	fmt.Printf("{labels: {tier: }}: %s %s\n", result, labels)

	pod := func(variable string) string {
		return "spec: {template: {spec: {containers: [{name: main, env: [{name: NAME, " + variable + "}]}]}}}"
	}
	c = newCluster("apps", "Deployment")
	c.apply("other", pod("value: web"), false)
	result = c.apply("team", pod("valueFrom: {fieldRef: {fieldPath: metadata.name}}"), true)
	env := read[apps.Deployment](c).Spec.Template.Spec.Containers[0].Env[0]
	fmt.Printf("valueFrom beside another's value: %s [value %q, valueFrom %t]\n", result, env.Value, env.ValueFrom != nil)
}
GO
go mod init nothing >/dev/null 2>&1
go mod edit -require k8s.io/apimachinery@v0.36.3 -require k8s.io/client-go@v0.36.3
go build -o nothing . 2>log || { tail -5 log >&2; exit 1; }
seen=$(./nothing)
expected="{paused: false} again after an autoscaler: taken [5], by force taken [5]
another's {replicas: 3} after {paused: false}: taken
{paused: false, replicas: } again after an autoscaler: conflict [5], by force taken [none]
another's {replicas: 3} after {paused: false, replicas: }: conflict
{ports: []} beside another's: taken, by force taken [1 ports, 1 addresses, 1 labels]
{externalIPs: []} beside another's: conflict, by force taken [1 ports, 0 addresses, 1 labels]
{selector: {}} beside another's: conflict, by force taken [1 ports, 1 addresses, 0 labels]
{labels: {tier: }}: taken {\"tier\":\"\"}
valueFrom beside another's value: taken [value \"web\", valueFrom true]"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
