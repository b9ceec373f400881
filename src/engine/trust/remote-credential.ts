import type { RemoteCredential } from "../../core/render/materials.ts";
import type { ClusterContext } from "../clusters/connect-clusters.ts";
import type { ClusterState } from "../facts/cluster-state.ts";

/**
 * How others reach a cluster: the address of its kubeconfig (or `endpoint`)
 * with the CA that fits that address, and the reader account's own token. A
 * kubeconfig's CA belongs to its own address; for another `endpoint` the
 * cluster's CA from the token Secret is the one that API servers present. So it
 * is for a kubeconfig that verifies nothing and names no authority.
 */
export function remoteCredentialOf(
  one: Pick<ClusterContext, "cluster" | "context">,
  reader: NonNullable<ClusterState["reader"]>,
): RemoteCredential {
  const { endpoint } = one.cluster;
  const ownAddress = endpoint === undefined || endpoint === one.context.server;
  const caData = ownAddress && !one.context.insecureSkipTlsVerify ? one.context.caData : reader.caData;
  return {
    server: endpoint ?? one.context.server,
    ...(caData === undefined ? {} : { caData }),
    ...(ownAddress && one.context.tlsServerName !== undefined ? { tlsServerName: one.context.tlsServerName } : {}),
    ...(reader.caData === undefined ? {} : { ownCaData: reader.caData }),
    token: reader.token,
  };
}
