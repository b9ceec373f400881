import { isAddress } from "../policies/address-block.ts";
import type { Finding } from "./check.ts";
import { problem } from "./check.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import type { Need } from "./program-ways.ts";
import { closedNeeds, describeNeeds, podOf, toApiServer, toClusterDns, unsureNeeds, wayOut } from "./program-ways.ts";
import type { Publisher } from "./publishers.ts";
import { reachedClusters } from "./reached.ts";

/** Where the API of a DNS provider is asked. */
const httpsPort = 443;

/** Whether network policies close an external-dns off from where it writes, or from what it needs for that. */
export function closedWay(facts: MeshFacts, one: Publisher): readonly Finding[] {
  const here = clusterOf(facts, one);
  const closed = here === undefined ? { needs: [], policies: [] } : closedNeeds(here, one, needsOf(here, one));
  if (here === undefined || closed.needs.length === 0) {
    return [];
  }
  const { what, why, fix } = describeNeeds(here, closed, one);
  const { namespace, name, cluster } = one;
  return [
    problem("ISM687", {
      detail: `external-dns of ${cluster} (${namespace}/${name}) does not reach ${what}: ${why}. It writes no name.`,
      fix,
      cluster,
      object: { group: "apps", kind: "Deployment", namespace, name },
    }),
  ];
}

/** What nobody can say of the same; sentences without a full stop. */
export function unsureWay(facts: MeshFacts, one: Publisher): readonly string[] {
  const here = clusterOf(facts, one);
  return here === undefined ? [] : unsureNeeds(here, one, needsOf(here, one));
}

function clusterOf(facts: MeshFacts, one: Publisher): ReachedCluster | undefined {
  return reachedClusters(facts).find(({ cluster }) => cluster === one.cluster);
}

function needsOf(here: ReachedCluster, one: Publisher): readonly Need[] {
  const pod = podOf(one);
  const looksUp = !isAddress(one.server?.host ?? "");
  return [...toApiServer(here, pod), ...(looksUp ? toClusterDns(here, pod) : []), ...toProvider(one)];
}

/** The server of RFC 2136, asked over TCP alone (external-dns 0.23, provider/rfc2136); for other providers anything at port 443. */
function toProvider(one: Publisher): readonly Need[] {
  const { provider, server } = one;
  if (provider === "rfc2136" && server === undefined) {
    return [];
  }
  const { host = "", port = httpsPort } = server ?? {};
  const name = host === "" ? "its DNS provider" : `its DNS server ${host}`;
  return [{ what: `${name} (TCP ${port})`, ways: [wayOut(podOf(one), { host, port, protocol: "TCP" })] }];
}
