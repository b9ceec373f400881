import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM575-ISM585 and ISM621: the Istio that somebody else has installed, with `spec.istio.install: existing`. */
export const existingIstioCodes = {
  ISM575: {
    summary: "There is no Istio to join",
    explanation:
      "With `spec.istio.install: existing` somebody else installs Istio, and isthmus joins what is there. No Deployment with the label app=istiod was found in the cluster, or it is of a release or in a place that this version does not know.",
  },
  ISM576: {
    summary: "Several control planes are in one cluster",
    explanation:
      "While Istio is upgraded by revisions two control planes run side by side. Which of them a namespace is to belong to is decided by whoever upgrades, so this version joins clusters that have one.",
  },
  ISM577: {
    summary: "The Istio that is there does not fit the mesh file",
    explanation:
      "Mesh ID, cluster name and network are set when Istio is installed, and every istiod, gateway and sidecar carries them. Where they differ from the mesh file, the clusters take each other for something else. With `spec.istio.install: existing` isthmus does not change them: the fix is the change for the tool that installs Istio.",
  },
  ISM578: {
    summary: "The control planes of two clusters have no root in common",
    explanation:
      "istiod writes the roots that it trusts into ConfigMap istio-ca-root-cert. Clusters that have none in common refuse each other's workloads, and each istiod that is installed without a Secret `cacerts` makes a root for itself.",
  },
  ISM579: {
    summary: "A gateway is where isthmus does not look for it",
    explanation:
      "Routes are opened at the ingress gateway istio-system/istio-ingressgateway (pods with istio=ingressgateway), and other networks come through istio-system/istio-eastwestgateway (pods with istio=eastwestgateway), as Istio's documentation of multicluster meshes has them. A gateway elsewhere, or one more for the same network, would not be followed by status, check and verify.",
  },
  ISM754: {
    summary: "The gateway that the mesh file names cannot be the east-west gateway",
    explanation:
      "With `eastWest.service` isthmus makes no east-west gateway in that cluster and opens the pods that this Service selects. istiods of other clusters find the gateway by the Service's label topology.istio.io/network, unless the mesh file says its addresses; then the label has to be absent, since istiods would go by it.",
  },
  ISM755: {
    summary: "The gateway that isthmus made before is closed and still known",
    explanation:
      "With `eastWest.service` the Gateway cross-network-gateway opens the pods of that Service, and no longer those of istio-system/istio-eastwestgateway. istiods of other clusters know both gateways until the former one is deleted, and proxies send a part of their requests to each; those that come to a closed port fail, or are tried again elsewhere.",
  },
  ISM580: {
    summary: "What is rendered depends on what is there",
    explanation:
      "With `spec.istio.install: existing` the objects depend on what each cluster has: its revision, its gateways, its release. With `eastWest.service`, whoever installs Istio, the Gateway that opens the cluster for other networks selects the pods that this Service selects. Rendering without asking the clusters would be guessing.",
  },
  ISM581: {
    summary: "A label keeps sidecars out of a namespace",
    explanation:
      "The label istio-injection goes before istio.io/rev: in a namespace that has both, only a control plane without a revision injects, and where there is none, nobody does, without a word.",
  },
  ISM582: {
    summary: "The clusters have different trust domains",
    explanation:
      "A workload's identity begins with the trust domain that its istiod was installed with (`meshConfig.trustDomain`). Proxies expect their own cluster's in the certificates of others, and those under `meshConfig.trustDomainAliases`.",
  },
  ISM583: {
    summary: "The Istio that is there is isthmus' own",
    explanation:
      "What isthmus has installed is in its inventory. With `spec.istio.install: existing` the mesh file asks for it no longer, and `apply --prune` would take the control plane away from under the mesh.",
  },
  ISM584: {
    summary: "The mesh file sets what the installed Istio does not have",
    explanation:
      "Fields of routes, and values of labels in a service's `failover.priority`, came with different releases of Istio. Where isthmus installs it, the mesh file is held against its version (ISM544, ISM547); where somebody else does, against the version that is found.",
  },
  ISM585: {
    summary: "The installed Istio does not say what it is held against",
    explanation:
      "Two clusters are joined only where they have a root in common, and settings of the mesh file only where the installed release has them. Where istiod has not written its roots into ConfigMap istio-ca-root-cert, or its image has no version in its tag, nobody can tell, and the plan goes on with this warning.",
  },
  ISM788: {
    summary: "Callers inside do not get who stays with a version",
    explanation:
      "`sessions` of a service is an EnvoyFilter in istio-system. Istio takes one of its root namespace (`meshConfig.rootNamespace`) for proxies of all namespaces, and one of any other for those of that namespace alone. Where somebody has installed Istio with another root namespace, the ingress gateway in istio-system keeps persons with a version, and sidecars do not.",
  },
  ISM621: {
    summary: "istiod keeps other services in their cluster than the mesh file",
    explanation:
      "`export: false` is istiod's `meshConfig.serviceSettings`, which belongs to whoever installs it. Where the two differ, a proof would expect endpoints that no proxy gets.",
  },
} as const satisfies Record<string, CatalogueEntry>;
