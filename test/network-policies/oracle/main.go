// The oracle answers with two other engines of NetworkPolicies which pods may
// reach which. It reads one set a line (namespaces, pods, outside addresses,
// policies, probed ports) and writes one line of verdicts for each:
//
//	{"kube-network-policies":[["X.","XX"]],"cyclonus":[["X.","XX"]]}
//
// one matrix for each probe, a row for each source, a letter for each
// destination, X where the connection comes about.
//
// With "-engine ENGINE" only that one is asked; with "-time ENGINE" it answers the first set by that engine alone, on one
// core, and writes how many seconds of processor time the verdicts took.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	netv1 "k8s.io/api/networking/v1"
)

type namespace struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels"`
}

type port struct {
	Name     string          `json:"name"`
	Port     int32           `json:"port"`
	Protocol corev1.Protocol `json:"protocol"`
}

type pod struct {
	Namespace string            `json:"namespace"`
	Name      string            `json:"name"`
	Labels    map[string]string `json:"labels"`
	Address   string            `json:"address"`
	Ports     []port            `json:"ports"`
}

type probe struct {
	Protocol corev1.Protocol `json:"protocol"`
	Port     int32           `json:"port"`
}

type set struct {
	Namespaces []namespace           `json:"namespaces"`
	Pods       []pod                 `json:"pods"`
	Outside    []string              `json:"outside"` // addresses that belong to no pod
	Policies   []netv1.NetworkPolicy `json:"policies"`
	Probes     []probe               `json:"probes"`
}

// An endpoint is a pod or, where that is nil, an outside address.
type endpoint struct {
	pod     *pod
	address string
}

func (s *set) endpoints() []endpoint {
	var all []endpoint
	for i := range s.Pods {
		all = append(all, endpoint{&s.Pods[i], s.Pods[i].Address})
	}
	for _, address := range s.Outside {
		all = append(all, endpoint{nil, address})
	}
	return all
}

func (s *set) labelsOf(namespace string) map[string]string {
	for _, one := range s.Namespaces {
		if one.Name == namespace {
			return one.Labels
		}
	}
	return nil
}

// store does what the API server does before it stores a policy: defaults are
// filled in, and empty lists left out.
func (s *set) store() {
	tcp := corev1.ProtocolTCP
	fill := func(ports []netv1.NetworkPolicyPort) []netv1.NetworkPolicyPort {
		for i := range ports {
			if ports[i].Protocol == nil {
				ports[i].Protocol = &tcp
			}
		}
		return stored(ports)
	}
	for i := range s.Policies {
		spec := &s.Policies[i].Spec
		if len(spec.PolicyTypes) == 0 {
			spec.PolicyTypes = []netv1.PolicyType{netv1.PolicyTypeIngress}
			if len(spec.Egress) > 0 {
				spec.PolicyTypes = append(spec.PolicyTypes, netv1.PolicyTypeEgress)
			}
		}
		spec.Ingress, spec.Egress = stored(spec.Ingress), stored(spec.Egress)
		for i := range spec.Ingress {
			rule := &spec.Ingress[i]
			rule.From, rule.Ports = stored(rule.From), fill(rule.Ports)
		}
		for i := range spec.Egress {
			rule := &spec.Egress[i]
			rule.To, rule.Ports = stored(rule.To), fill(rule.Ports)
		}
	}
}

func stored[Item any](list []Item) []Item {
	if len(list) == 0 {
		return nil
	}
	return list
}

type engine func(source, destination endpoint, at probe) bool

var engines = map[string]func(*set) engine{
	"kube-network-policies": newKubeNetworkPolicies,
	"cyclonus":              newCyclonus,
}

func (s *set) ask(judge engine) [][]string {
	all := s.endpoints()
	matrices := [][]string{}
	for _, at := range s.Probes {
		rows := []string{}
		for _, source := range all {
			row := make([]byte, len(all))
			for i, destination := range all {
				row[i] = '.'
				if judge(source, destination, at) {
					row[i] = 'X'
				}
			}
			rows = append(rows, string(row))
		}
		matrices = append(matrices, rows)
	}
	return matrices
}

func processorSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func main() {
	only := flag.String("engine", "", "only this engine")
	timed := flag.String("time", "", "only this engine's processor time")
	flag.Parse()
	debug.SetGCPercent(400)
	logrus.SetOutput(io.Discard)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for decoder := json.NewDecoder(in); decoder.More(); {
		one := &set{}
		if err := decoder.Decode(one); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		one.store()
		if *timed != "" {
			runtime.GOMAXPROCS(1)
			before := processorSeconds()
			matrices := one.ask(engines[*timed](one))
			seconds := processorSeconds() - before
			allowed := 0
			for _, row := range matrices[0] {
				for _, cell := range row {
					if cell == 'X' {
						allowed++
					}
				}
			}
			_ = out.Encode(map[string]any{"seconds": seconds, "allowed": allowed})
			return
		}
		answers := map[string][][]string{}
		for name, build := range engines {
			if *only == "" || *only == name {
				answers[name] = one.ask(build(one))
			}
		}
		if err := out.Encode(answers); err != nil {
			os.Exit(1)
		}
	}
}
