import type {
  ClusterStatus,
  ComponentStatus,
  CredentialStatus,
  ProxySync,
  SyncStatus,
} from "../../../engine/operations/status.ts";
import { meshFileWords } from "../../../core/mesh-file-words.ts";
import { quoteCommand } from "../../../core/quote-command.ts";
import type { NamesPlan } from "../../../core/front-door/names-plan.ts";
import type { Palette } from "../../terminal/palette.ts";
import { viewPublished } from "./names.ts";
import { renderTable } from "./table.ts";

/** The mesh's name, and its file as the command line named it: commands that are shown name it too. */
export interface ShownMesh {
  readonly name: string;
  readonly file: string;
  /** The names that isthmus publishes, where there are any and they were compared. */
  readonly names?: NamesPlan;
}

/** The mesh at a glance: clusters by components, then services by clusters. */
export function viewStatus(mesh: ShownMesh, clusters: readonly ClusterStatus[], palette: Palette): string {
  const rows = clusters.map((cluster) => clusterRow(cluster, palette));
  const table = renderTable(
    ["CLUSTER", "KUBERNETES", "ISTIO", "NETWORK", "ISTIOD", "INGRESS", "EAST-WEST", "REMOTES", "CA ENDS", "IN SYNC"],
    rows,
  );
  const services = clusters.flatMap((cluster) => serviceRows(cluster));
  const serviceTable =
    services.length === 0 ? [] : ["", renderTable(["SERVICE", "CLUSTER", "READY PODS", "WEIGHTS"], services)];
  const problems = clusters.flatMap((cluster) => problemsOf(mesh, cluster, palette));
  return [
    `Mesh ${palette.strong(mesh.name)}`,
    "",
    table,
    ...serviceTable,
    ...viewPublished(mesh.names, palette),
    ...(problems.length === 0 ? [] : ["", ...problems]),
  ].join("\n");
}

function clusterRow(cluster: ClusterStatus, palette: Palette): string[] {
  if (cluster.kind === "unreachable") {
    return [cluster.cluster, palette.bad("× does not answer"), "", "", "", "", "", "", "", ""];
  }
  const byName = new Map(cluster.components.map((one) => [one.name, one]));
  const remotes = Object.entries(cluster.remotes).map(
    ([name, state]) => `${name} ${state === "synced" ? "√" : palette.bad(`× ${state}`)}`,
  );
  return [
    cluster.cluster,
    cluster.kubernetes,
    cluster.istio === "" ? "-" : cluster.istio,
    cluster.network === "" ? "-" : cluster.network,
    mark(byName.get("istiod"), palette),
    `${mark(byName.get("istio-ingressgateway"), palette)} ${cluster.ingress.join(",")}`.trim(),
    `${mark(byName.get("istio-eastwestgateway"), palette)} ${cluster.eastWest.join(",")}`.trim(),
    remotes.join(" ") || "-",
    cluster.intermediate === undefined ? "-" : `in ${cluster.intermediate.daysLeft} d`,
    syncCell(cluster.sync, palette),
  ];
}

/**
 * More of each cluster: where it is reached, what is owned, ready replicas, the
 * proxies of every istiod, the day that its CA ends; and of each pair what
 * every istiod says of the other cluster and when the credential for it ends.
 */
export function viewWideStatus(mesh: ShownMesh, clusters: readonly ClusterStatus[], palette: Palette): string {
  const rows = clusters.flatMap((cluster) =>
    cluster.kind === "unreachable"
      ? []
      : [
          [
            cluster.cluster,
            cluster.context,
            String(cluster.owned),
            ...["istiod", "istio-ingressgateway", "istio-eastwestgateway"].map((name) =>
              replicasCell(cluster.components.find((one) => one.name === name)),
            ),
            cluster.proxies.map((one) => proxyCell(one, palette)).join(" ") || "-",
            cluster.intermediate === undefined ? "-" : cluster.intermediate.notAfter.toISOString().slice(0, 10),
          ],
        ],
  );
  const headings = ["CLUSTER", "CONTEXT", "OBJECTS", "ISTIOD", "INGRESS", "EAST-WEST", "PROXIES SYNCED", "CA ENDS ON"];
  const pairs = clusters.flatMap((cluster) => pairRows(cluster, palette));
  return [
    viewStatus(mesh, clusters, palette),
    "",
    renderTable(headings, rows),
    ...(pairs.length === 0 ? [] : ["", renderTable(["CLUSTER", "REMOTE", "SYNC BY POD", "CREDENTIAL ENDS"], pairs)]),
  ].join("\n");
}

function replicasCell(component: ComponentStatus | undefined): string {
  const replicas = component?.replicas;
  return replicas === undefined ? "-" : `${replicas.ready}/${replicas.desired}`;
}

function pairRows(cluster: ClusterStatus, palette: Palette): string[][] {
  if (cluster.kind === "unreachable") {
    return [];
  }
  return Object.keys(cluster.remotes).map((remote) => {
    const pods = cluster.remotesByPod.map(({ pod, clusters, problem }) => {
      const state = problem ?? clusters[remote] ?? "not known";
      return `${pod} ${state === "synced" ? palette.good("√") : palette.bad(`× ${state}`)}`;
    });
    const credential = cluster.credentials.find((one) => one.cluster === remote);
    return [cluster.cluster, remote, pods.join(" ") || "-", credentialCell(credential)];
  });
}

function credentialCell(credential: CredentialStatus | undefined): string {
  if (credential === undefined) {
    return "-";
  }
  // The token of a Secret says itself that it has no end; others say nothing.
  return credential.expires?.slice(0, 10) ?? (credential.token === "jwt" ? "never" : "not known");
}

function proxyCell({ pod, connected, synced, problem }: ProxySync, palette: Palette): string {
  const counts = `${pod} ${synced}/${connected}`;
  return problem === undefined
    ? synced === connected
      ? counts
      : palette.bad(counts)
    : palette.bad(`${pod} × ${problem}`);
}

function syncCell(sync: SyncStatus | undefined, palette: Palette): string {
  if (sync === undefined) {
    return "-";
  }
  if (sync.kind === "unknown") {
    return palette.warn("? no plan");
  }
  return sync.inSync ? palette.good("√") : palette.bad(`× +${sync.create} ~${sync.update} -${sync.delete}`);
}

function syncLines(cluster: string, sync: SyncStatus | undefined, palette: Palette): readonly string[] {
  return sync === undefined
    ? []
    : wordsOf(sync).map((words) => `${palette.warn("‼")} ${cluster}: ${words} (isthmus plan)`);
}

function wordsOf(sync: SyncStatus): readonly string[] {
  if (sync.kind === "unknown") {
    return [`no plan can be made: ${sync.code} ${sync.reason}`];
  }
  const { added = 0 } = sync;
  return [
    ...(sync.inSync
      ? []
      : [
          `not as the mesh file asks: ${sync.create} to create, ${sync.update} to change, ${sync.delete} no longer in it`,
        ]),
    ...(added === 0
      ? []
      : [`others have added fields to ${added} ${added === 1 ? "object" : "objects"}, which an apply leaves`]),
  ];
}

function mark(component: ComponentStatus | undefined, palette: Palette): string {
  return component?.state === "current" ? palette.good("√") : palette.bad(`× ${component?.state ?? "missing"}`);
}

function serviceRows(cluster: ClusterStatus): string[][] {
  if (cluster.kind === "unreachable") {
    return [];
  }
  return cluster.services.map((service) => [
    service.service,
    cluster.cluster,
    pairs(service.ready),
    Object.entries(service.weights)
      .map(([route, weights]) => `${route}: ${pairs(weights) || "not applied"}`)
      .join("; "),
  ]);
}

function pairs(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

function problemsOf(mesh: ShownMesh, cluster: ClusterStatus, palette: Palette): string[] {
  return [...drainLines(mesh, cluster, palette), ...otherProblems(cluster, palette)];
}

/** What is out of traffic in a cluster, by the time since when; what stands half done by itself. */
function drainLines(
  { file }: ShownMesh,
  { cluster, drained = [] }: ClusterStatus,
  palette: Palette,
): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { service, since, halfDone } of drained) {
    const key = `${halfDone ? "half" : "done"} ${since}`;
    groups.set(key, [...(groups.get(key) ?? []), service]);
  }
  return [...groups].map(([key, services]) => {
    const [kind = "", since = ""] = key.split(" ");
    const words = [...services.flatMap((service) => ["--service", service]), ...meshFileWords(file)];
    const command = (verb: string): string => quoteCommand(["isthmus", verb, cluster, ...words]);
    return kind === "half"
      ? `${palette.bad("×")} ${cluster}: a drain or an undrain since ${since} stands half done: ${services.join(", ")} (${command("drain")}, or ${command("undrain")})`
      : `${palette.warn("‼")} ${cluster}: out of traffic since ${since}: ${services.join(", ")} (${command("undrain")})`;
  });
}

function otherProblems(cluster: ClusterStatus, palette: Palette): string[] {
  if (cluster.kind === "unreachable") {
    return [`${palette.bad("×")} ${cluster.cluster}: ${cluster.diagnostic.summary}. ${cluster.diagnostic.detail}`];
  }
  const components = cluster.components
    .filter((one) => one.state !== "current")
    .map((one) => `${palette.bad("×")} ${cluster.cluster}/${one.name}: ${one.state}, ${one.reason}`);
  return [...components, ...syncLines(cluster.cluster, cluster.sync, palette)];
}
