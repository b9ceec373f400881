import type { ListQuery } from "../../kube/client.ts";

/** The EndpointSlices of Service kubernetes, which say where a cluster's own pods reach its API server. */
export const apiServerSlices: ListQuery = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  namespace: "default",
  labelSelector: "kubernetes.io/service-name=kubernetes",
};
