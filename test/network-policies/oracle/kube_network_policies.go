package main

import (
	"context"
	"flag"
	"net"
	_ "unsafe" // for go:linkname

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/klog/v2"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// The same fields in the same order as the module's own packet, v0.8.0. Its
// verdict is not exported: the linker is asked for it, which is why the version
// is pinned, and link.s is there, without which the compiler wants a body.
type packet struct {
	_       uint32
	_       corev1.IPFamily
	srcIP   net.IP
	dstIP   net.IP
	proto   corev1.Protocol
	srcPort int
	dstPort int
	_       []byte
}

//go:linkname evaluatePacket sigs.k8s.io/kube-network-policies/pkg/networkpolicy.(*Controller).evaluatePacket
func evaluatePacket(c *networkpolicy.Controller, ctx context.Context, p packet) bool

func init() {
	flags := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(flags)
	_ = flags.Set("logtostderr", "false")
	_ = flags.Set("stderrthreshold", "FATAL")
}

func newKubeNetworkPolicies(in *set) engine {
	const node = "node"
	client := fake.NewSimpleClientset()
	factory := informers.NewSharedInformerFactory(client, 0)
	pods, namespaces := factory.Core().V1().Pods(), factory.Core().V1().Namespaces()
	policies := factory.Networking().V1().NetworkPolicies()
	controller, err := networkpolicy.NewController(client, policies, namespaces, pods, nil, nil, nil, nil, networkpolicy.Config{NodeName: node})
	if err != nil {
		panic(err)
	}
	for _, one := range in.Namespaces {
		_ = namespaces.Informer().GetIndexer().Add(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: one.Name, Labels: one.Labels}})
	}
	for _, one := range in.Pods {
		container := corev1.Container{Name: "c"}
		for _, port := range one.Ports {
			container.Ports = append(container.Ports, corev1.ContainerPort{Name: port.Name, ContainerPort: port.Port, Protocol: port.Protocol})
		}
		_ = pods.Informer().GetIndexer().Add(&corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: one.Namespace, Name: one.Name, Labels: one.Labels},
			Spec:       corev1.PodSpec{NodeName: node, Containers: []corev1.Container{container}},
			Status: corev1.PodStatus{
				Phase: corev1.PodRunning, PodIP: one.Address, PodIPs: []corev1.PodIP{{IP: one.Address}},
			},
		})
	}
	for i := range in.Policies {
		_ = policies.Informer().GetIndexer().Add(in.Policies[i].DeepCopy())
	}
	addresses := map[string]net.IP{}
	for _, one := range in.endpoints() {
		addresses[one.address] = net.ParseIP(one.address)
	}
	ctx := context.Background()
	return func(source, destination endpoint, at probe) bool {
		return evaluatePacket(controller, ctx, packet{
			srcIP: addresses[source.address], dstIP: addresses[destination.address],
			proto: at.Protocol, srcPort: 40000, dstPort: int(at.Port),
		})
	}
}
