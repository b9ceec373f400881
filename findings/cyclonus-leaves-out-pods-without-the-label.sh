#!/usr/bin/env bash
# cyclonus takes `NotIn` and an empty label value otherwise than Kubernetes, so its verdicts differ for pods without the label.
#
# Versions: github.com/mattfenwick/cyclonus v0.5.6, k8s.io/apimachinery v0.32.3, Go 1.26.
#
# cyclonus is the tool that NetworkPolicy implementations are compared with, so a good engineer takes its verdicts for
# the definition's. It reads label selectors by code of its own. For Kubernetes `NotIn` also selects what has no such
# label, and `app: ""` only what has the label, with an empty value. For cyclonus `NotIn` leaves out what has no such
# label, and `app: ""` also selects what has none. A policy whose podSelector says `tier NotIn (web)` therefore isolates
# pods without a tier in a cluster, while cyclonus says that everybody may reach them.
#
# Valid input, no crash.
#
# Output seen (ingress to a pod without labels, a policy in its namespace that allows nothing):
#   tier NotIn (web): Kubernetes isolates, cyclonus allows
#   tier: "" (empty): Kubernetes allows, cyclonus isolates
#   tier DoesNotExist: Kubernetes isolates, cyclonus isolates
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"fmt"
	"io"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	"github.com/sirupsen/logrus"
	core "k8s.io/api/core/v1"
	net "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

func word(isolated bool, otherwise string) string {
	if isolated {
		return "isolates"
	}
	return otherwise
}

func show(text string, selector meta.LabelSelector) {
	none := map[string]string{}
	definition, err := meta.LabelSelectorAsSelector(&selector)
	if err != nil {
		panic(err)
	}
	policy := &net.NetworkPolicy{
		ObjectMeta: meta.ObjectMeta{Name: "nothing", Namespace: "shop"},
		Spec:       net.NetworkPolicySpec{PodSelector: selector, PolicyTypes: []net.PolicyType{net.PolicyTypeIngress}},
	}
	pod := func(ip string) *matcher.TrafficPeer {
		return &matcher.TrafficPeer{IP: ip, Internal: &matcher.InternalPeer{PodLabels: none, Namespace: "shop", NamespaceLabels: none}}
	}
	verdict := matcher.BuildNetworkPolicies(false, []*net.NetworkPolicy{policy}).IsTrafficAllowed(&matcher.Traffic{
		Source: pod("10.0.0.1"), Destination: pod("10.0.0.2"), ResolvedPort: 80, Protocol: core.ProtocolTCP,
	})
	fmt.Printf("%s: Kubernetes %s, cyclonus %s\n", text,
		word(definition.Matches(labels.Set(none)), "allows"), word(!verdict.IsAllowed(), "allows"))
}

func main() {
	logrus.SetOutput(io.Discard)
	requirement := func(operator meta.LabelSelectorOperator, values ...string) meta.LabelSelector {
		return meta.LabelSelector{MatchExpressions: []meta.LabelSelectorRequirement{{Key: "tier", Operator: operator, Values: values}}}
	}
	show("tier NotIn (web)", requirement(meta.LabelSelectorOpNotIn, "web"))
	show(`tier: "" (empty)`, meta.LabelSelector{MatchLabels: map[string]string{"tier": ""}})
	show("tier DoesNotExist", requirement(meta.LabelSelectorOpDoesNotExist))
}
GO
go mod init compare >/dev/null 2>&1
go get github.com/mattfenwick/cyclonus@v0.5.6 k8s.io/api@v0.32.3 k8s.io/apimachinery@v0.32.3 k8s.io/client-go@v0.32.3 github.com/sirupsen/logrus@v1.9.3 >/dev/null 2>&1
go build -o compare . 2>/dev/null
seen=$(./compare)
expected='tier NotIn (web): Kubernetes isolates, cyclonus allows
tier: "" (empty): Kubernetes allows, cyclonus isolates
tier DoesNotExist: Kubernetes isolates, cyclonus isolates'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
