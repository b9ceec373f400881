package main

import (
	"github.com/mattfenwick/cyclonus/pkg/matcher"
	netv1 "k8s.io/api/networking/v1"
)

// newCyclonus asks the matcher of cyclonus. It wants the name of the port with
// the question: that of the destination pod, found by number and protocol.
func newCyclonus(in *set) engine {
	var policies []*netv1.NetworkPolicy
	for i := range in.Policies {
		policies = append(policies, in.Policies[i].DeepCopy())
	}
	matched := matcher.BuildNetworkPolicies(true, policies)
	peer := func(one endpoint) *matcher.TrafficPeer {
		peer := &matcher.TrafficPeer{IP: one.address}
		if one.pod != nil {
			peer.Internal = &matcher.InternalPeer{
				PodLabels:       one.pod.Labels,
				Namespace:       one.pod.Namespace,
				NamespaceLabels: in.labelsOf(one.pod.Namespace),
			}
		}
		return peer
	}
	return func(source, destination endpoint, at probe) bool {
		name := ""
		if destination.pod != nil {
			for _, one := range destination.pod.Ports {
				if one.Port == at.Port && one.Protocol == at.Protocol {
					name = one.Name
				}
			}
		}
		return matched.IsTrafficAllowed(&matcher.Traffic{
			Source: peer(source), Destination: peer(destination),
			ResolvedPort: int(at.Port), ResolvedPortName: name, Protocol: at.Protocol,
		}).IsAllowed()
	}
}
