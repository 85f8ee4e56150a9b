// Command network-policies enforces NetworkPolicies on one node: the policy controller of kube-router alone. Its other
// parts, routes and a service proxy, would stand in the way of kube-proxy. When it is told to stop it takes its rules away.
package main

import (
	"context"
	"flag"
	"log"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config := options.NewKubeRouterConfig()
	config.EnableIPv4 = true
	// Other programs write the same table: what one of them has taken out is back soon.
	config.IPTablesSyncPeriod = 15 * time.Second
	flag.StringVar(&config.Kubeconfig, "kubeconfig", "", "how the API server is reached")
	flag.StringVar(&config.HostnameOverride, "node", "", "name of this node")
	flag.StringVar(&config.ClusterIPCIDRs[0], "service-cluster-ip-range", "10.96.0.0/16", "addresses of Services")
	flag.Parse()
	if err := run(config); err != nil {
		log.Fatal(err)
	}
}

func run(config *options.KubeRouterConfig) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	access, err := clientcmd.BuildConfigFromFlags("", config.Kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(access)
	if err != nil {
		return err
	}
	known := informers.NewSharedInformerFactory(client, 0)
	pods := known.Core().V1().Pods().Informer()
	namespaces := known.Core().V1().Namespaces().Informer()
	policies := known.Networking().V1().NetworkPolicies().Informer()
	iptables, ipsets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		return err
	}
	controller, err := netpol.NewNetworkPolicyController(
		client, config, pods, policies, namespaces, &sync.Mutex{}, iptables, ipsets)
	if err != nil {
		return err
	}
	for informer, handler := range map[cache.SharedIndexInformer]cache.ResourceEventHandler{
		pods:       controller.PodEventHandler,
		namespaces: controller.NamespaceEventHandler,
		policies:   controller.NetworkPolicyEventHandler,
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	known.Start(ctx.Done())
	known.WaitForCacheSync(ctx.Done())

	// The controller waits for somebody to take each sign of life.
	signs := make(chan *healthcheck.ControllerHeartbeat)
	go func() {
		for range signs {
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	log.Print("network policies are enforced")
	controller.Run(signs, ctx.Done(), &running)
	running.Wait()
	controller.Cleanup()
	return nil
}
