// Package main is kube-router's NetworkPolicy controller alone, without its
// routes and its service proxy, as k3s carries it:
// https://github.com/k3s-io/k3s/tree/master/pkg/agent/netpol
// It writes iptables rules and ipsets into the network namespace that it runs
// in, and takes its tools from PATH.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

func main() {
	server := flag.String("server", "", "address of the API server")
	certs := flag.String("certs", "", "folder with ca.crt, admin.crt and admin.key")
	node := flag.String("node", "", "name of the node whose pods are protected")
	services := flag.String("service-cluster-ip-range", "", "addresses of Services")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *server, *certs, *node, *services); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, server, certs, node, services string) error {
	client, err := kubernetes.NewForConfig(&rest.Config{
		Host: server,
		TLSClientConfig: rest.TLSClientConfig{
			CAFile:   filepath.Join(certs, "ca.crt"),
			CertFile: filepath.Join(certs, "admin.crt"),
			KeyFile:  filepath.Join(certs, "admin.key"),
		},
	})
	if err != nil {
		return err
	}
	// The controller wants the node's addresses, and the kubelet registers it a moment after the API server is ready.
	err = wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		found, err := client.CoreV1().Nodes().Get(ctx, node, metav1.GetOptions{})
		return err == nil && len(found.Status.Addresses) > 0, nil
	})
	if err != nil {
		return nil
	}
	config := options.NewKubeRouterConfig()
	config.HostnameOverride = node
	config.ClusterIPCIDRs = []string{services}
	config.EnableIPv4, config.EnableIPv6 = true, false
	config.IPTablesSyncPeriod = time.Minute
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	tables, sets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		return err
	}
	controller, err := netpol.NewNetworkPolicyController(
		client, config, pods, policies, namespaces, &sync.Mutex{}, tables, sets)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		informer cache.SharedIndexInformer
		handler  cache.ResourceEventHandler
	}{
		{pods, controller.PodEventHandler},
		{policies, controller.NetworkPolicyEventHandler},
		{namespaces, controller.NamespaceEventHandler},
	} {
		if _, err := one.informer.AddEventHandler(one.handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	beats := make(chan *healthcheck.ControllerHeartbeat, 10)
	go func() {
		for range beats {
		}
	}()
	fmt.Println("network policies are enforced")
	var done sync.WaitGroup
	done.Add(1)
	go controller.Run(beats, ctx.Done(), &done)
	done.Wait()
	return nil
}
