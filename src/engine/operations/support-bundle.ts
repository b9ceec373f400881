import { runChecks } from "../../core/checks/run-checks.ts";
import { Redactor } from "../../core/redact/redactor.ts";
import { serviceNamespaces } from "../../core/render/service-namespaces.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import { closeMesh, openMesh } from "../clusters/open-mesh.ts";
import { checkDocument } from "../documents/check.ts";
import { planDocument } from "../documents/plan.ts";
import { statusDocument } from "../documents/status.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import { startSlowTask } from "../progress/slow-task.ts";
import { collectCluster, folderOf } from "../support/collect-cluster.ts";
import type { BundleFile, MissingPart } from "../support/collector.ts";
import { BundleCollector } from "../support/collector.ts";
import { bundleReadme } from "../support/readme.ts";
import { withoutSchema } from "../support/read-objects.ts";
import { rememberCredentials } from "../support/remember-secrets.ts";
import { factsThrough } from "./check.ts";
import { preparePlan } from "../plan/prepare-plan.ts";
import { statusThrough } from "./status.ts";

export { refuseExisting, writeArchive } from "../support/archive.ts";
export { readEventsFile } from "../support/read-events-file.ts";

export interface BundleOptions extends RunOptions, AccessOptions, ProgramLookup, PlanOptions {
  /** The program's version. */
  readonly version: string;
  /** The text of an events file, as --events-to writes it. */
  readonly events?: string;
}

export interface SupportBundle {
  /** README.txt first, then by path; nothing secret is in them. */
  readonly files: readonly BundleFile[];
  readonly missing: readonly MissingPart[];
  /** The clusters that do not answer. */
  readonly unreachable: readonly Extract<Connection, { readonly kind: "unreachable" }>[];
}

/**
 * Gathers what somebody needs who helps with a mesh from afar: documents of
 * this program, state and logs of istiod and the gateways of all clusters,
 * side by side. Changes nothing. What fails is listed and stops nothing else;
 * throws only for a mesh file whose contexts are not there.
 */
export async function gatherBundle(meshFile: MeshFile, options: BundleOptions): Promise<SupportBundle> {
  const { mesh } = meshFile;
  const takenAt = new Date(options.now()).toISOString();
  const redactor = new Redactor(harmlessNames(meshFile));
  const collector = new BundleCollector();
  redactor.learn(mesh.istio.values);
  collector.addOwn("version.json", { isthmus: options.version, node: process.versions.node, takenAt });
  collector.addText("mesh.yaml", meshFile.text);
  if (options.events !== undefined) {
    collector.addText("events.jsonl", options.events);
  }
  const open = await openMesh(meshFile, options);
  const { connections, rancher } = open;
  try {
    rememberCredentials(redactor, { connections, rancher });
    await Promise.all([
      collector.attempt({ path: "facts.json", signal: options.signal }, async () => {
        const facts = await factsThrough(meshFile, { connections, rancher }, options);
        collector.addOwn("facts.json", facts);
        collector.addOwn("check.json", checkDocument(facts, runChecks(facts, { pre: false })));
      }),
      collector.attempt({ path: "status.json", signal: options.signal }, async () => {
        const status = await statusThrough(meshFile, { connections, rancher }, options);
        collector.addOwn("status.json", statusDocument(mesh.name, status));
      }),
      collector.attempt({ path: "plan.json", signal: options.signal }, async () =>
        collectPlan(collector, meshFile, options),
      ),
      ...connections.map(async (one) => collectCluster({ collector, redactor, mesh }, one, options)),
    ]);
  } finally {
    await closeMesh(open);
  }
  const redacting = startSlowTask(mesh.name, "taking secrets out", options);
  try {
    const missing = collector.missing(redactor);
    collector.addOwn("missing.json", missing);
    const files = collector.files(redactor);
    const readme = { path: "README.txt", text: redactor.text(bundleReadme(mesh.name, takenAt, { files, missing })) };
    const unreachable = connections.filter((one) => one.kind === "unreachable");
    return { files: [readme, ...files], missing, unreachable };
  } finally {
    redacting.end();
  }
}

/** The plan and what it renders. It has connections of its own: a plan that is refused takes nothing else along. */
async function collectPlan(collector: BundleCollector, meshFile: MeshFile, options: BundleOptions): Promise<void> {
  const { plan, close } = await preparePlan(meshFile, options);
  await close();
  collector.addForeign("plan.json", planDocument(plan, { prune: false }));
  for (const one of plan.clusters) {
    if (one.kind === "planned" && meshFile.mesh.clusters.some((cluster) => cluster.name === one.cluster)) {
      const objects = one.objects.map(({ object }) => withoutSchema(object));
      collector.addForeign(`${folderOf(one.cluster)}rendered.json`, objects);
    }
  }
}

/** Names that stand in every file and are no secret, also where somebody's Secret holds the same word. */
function harmlessNames({ mesh }: MeshFile): readonly string[] {
  const names = [
    mesh.name,
    istioNamespace,
    "default",
    "kube-system",
    ...mesh.clusters.flatMap((one) => [one.name, one.network, one.region ?? "", one.zone ?? ""]),
    ...mesh.clusters.map((one) => (one.access.kind === "context" ? one.access.context : one.access.rancherId)),
    ...mesh.services.flatMap((one) => [one.name, ...one.versions.map((version) => version.name)]),
    ...serviceNamespaces(mesh),
  ];
  return [...new Set(names)].toSorted(compareText);
}
