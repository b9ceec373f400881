import { endpointSeenFrom } from "../../../core/routing/seen-endpoint.ts";
import { BlockList, isIP } from "node:net";
import type { Code } from "../../../core/diagnostics/catalogue.ts";
import { warningOf } from "../../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import type { Cluster, Mesh } from "../../../core/model/mesh.ts";
import type { ClusterContext } from "../../clusters/connect-clusters.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** Addresses that lead nowhere, or elsewhere, from another cluster. */
export const clusterAccess: PreflightRule = {
  name: "cluster-access",
  find: ({ meshFile, found }) => adviseAccess(meshFile.mesh, found),
};

/**
 * What works for this machine and will not for the istiods of other clusters,
 * which get the address of the kubeconfig: said before anything is written,
 * and not first by an istiod that never gets synced. A mesh of one cluster has
 * no remote secrets.
 */
function adviseAccess(mesh: Mesh, clusters: readonly ClusterContext[]): readonly Diagnostic[] {
  return mesh.clusters.length < 2 ? [] : clusters.flatMap((one) => adviseCluster(one, readersOf(mesh, one.cluster)));
}

/** The clusters that get the address of the kubeconfig, since the mesh file has none for them. */
function readersOf({ clusters }: Mesh, cluster: Cluster): readonly string[] {
  return clusters
    .map(({ name }) => name)
    .filter((name) => name !== cluster.name && endpointSeenFrom(cluster, name) === undefined);
}

function adviseCluster({ cluster, context }: ClusterContext, readers: readonly string[]): readonly Diagnostic[] {
  const warn = (code: Code, detail: string, fix: string): Diagnostic => ({
    ...warningOf(code),
    detail,
    fix,
    cluster: cluster.name,
  });
  const where = `${context.server} (context ${context.context} of ${context.file})`;
  const named = cluster.endpoint ?? context.server;
  return [
    // An endpoint of the mesh file is held to this when the file is read (ISM526).
    ...(readers.length > 0 && isLoopback(context.server)
      ? [
          warn(
            "ISM516",
            `${cluster.name} is reached at ${where}, which leads whoever uses it to itself. The remote secrets of the other clusters would hold this address: their istiods would ask themselves and never be synced with ${cluster.name}.`,
            `Set \`endpoint\` of ${cluster.name} in the mesh file: the address of its API server that the other clusters reach, https://<host>:6443. The kubeconfig stays as it is.`,
          ),
        ]
      : []),
    ...(context.insecureSkipTlsVerify
      ? [
          warn(
            "ISM517",
            `The kubeconfig does not verify the certificate of ${where} (insecure-skip-tls-verify), so that it names no authority for it. Whatever answers there gets this machine's credential. The remote secrets of the other clusters do verify, with the authority that ${cluster.name} itself names: where that has not signed what answers at ${named}, or the certificate is for another name, their istiods do not get in.`,
            `Put the authority into the kubeconfig (certificate-authority-data) and take insecure-skip-tls-verify out. For a certificate of another name: \`tls-server-name\`, or an \`endpoint\` in the mesh file that it names.`,
          ),
        ]
      : []),
    ...(context.proxyFrom?.kind === "kubeconfig" && readers.length > 0
      ? [
          warn(
            "ISM518",
            `This machine reaches ${where} through the proxy of the kubeconfig (proxy-url). The remote secrets of the other clusters hold the address without the proxy: their istiods go straight there.`,
            `Where the other clusters do not reach ${context.server} without a proxy, set \`endpoint\` of ${cluster.name} in the mesh file to an address that they reach.`,
          ),
        ]
      : []),
  ];
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("0.0.0.0", "ipv4");
loopback.addAddress("::1", "ipv6");
loopback.addAddress("::", "ipv6");

/** True for an address that leads back to whoever uses it. */
export function isLoopback(server: string): boolean {
  const host = new URL(server).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const family = isIP(host);
  return family === 0
    ? host === "localhost" || host.endsWith(".localhost")
    : loopback.check(host, family === 4 ? "ipv4" : "ipv6");
}
