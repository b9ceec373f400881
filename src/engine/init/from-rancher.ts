import path from "node:path";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { InitMesh } from "../../core/init/init-mesh.ts";
import { remarkUnsupported } from "../../core/init/istio-support.ts";
import { uniqueLabels } from "../../core/init/unique-labels.ts";
import { newestIstioVersion } from "../../core/mesh-file/istio-version.ts";
import type { RancherClient } from "../../providers/rancher/client.ts";
import { createRancherClient } from "../../providers/rancher/client.ts";
import type { RancherCluster } from "../../providers/rancher/clusters.ts";
import { diagnoseClusterState, pickCluster } from "../../providers/rancher/clusters.ts";
import { diagnoseRancherError, exitCodeOfRancherError } from "../../providers/rancher/diagnose-rancher.ts";
import { rancherDiagnostic } from "../../providers/rancher/rancher-diagnostic.ts";
import { RancherError } from "../../providers/rancher/rancher-error.ts";
import type { RancherAccess } from "../../providers/rancher/read-access.ts";
import { readRancherAccess } from "../../providers/rancher/read-access.ts";
import { runTask } from "../progress/run-task.ts";
import type { InitDraft, InitOptions, InitPlace, InitSource } from "./init-draft.ts";
import { relativePath } from "./init-draft.ts";

type RancherSource = Extract<InitSource, { readonly kind: "rancher" }>;

/**
 * A mesh of a Rancher's clusters: those that are named, else all that the
 * token's user sees but Rancher's own. Throws a UserError with what is wrong;
 * a cluster that is unavailable is a warning, since the file can be right all the same.
 */
export async function initFromRancher(
  source: RancherSource,
  place: InitPlace,
  options: InitOptions,
): Promise<InitDraft> {
  const { onProgress, now } = options;
  const access = await readAccess(source, place, options);
  const client = createRancherClient(access, { now });
  const task = { cluster: new URL(access.url).host, task: "asking Rancher for its clusters" };
  try {
    return await runTask(task, { ...options, onEvent: onProgress }, async () => {
      const { clusters, credentials } = await askRancher(client, source, access.url, options.signal);
      return {
        mesh: meshOf(clusters, credentials, source, place),
        warnings: [...(access.warnings ?? []), ...clusters.flatMap((one) => warnOf(one, access.url))],
      };
    });
  } finally {
    await client.close();
  }
}

async function askRancher(
  client: RancherClient,
  source: RancherSource,
  url: string,
  signal: AbortSignal,
): Promise<{
  readonly clusters: readonly RancherCluster[];
  readonly credentials: NonNullable<InitMesh["credentials"]>;
}> {
  try {
    const clusters = chooseClusters(await client.listClusters(signal), source.clusters, url);
    return { clusters, credentials: await chooseCredentials(client, clusters, signal) };
  } catch (error) {
    throw error instanceof RancherError
      ? new UserError([diagnoseRancherError(error)], exitCodeOfRancherError(error), { cause: error })
      : error;
  }
}

/** What is wrong with the token or the CA file is a mistake on the command line here: no mesh file names them yet. */
async function readAccess(source: RancherSource, { cwd }: InitPlace, { env }: InitOptions): Promise<RancherAccess> {
  try {
    return await readRancherAccess(source, { folder: cwd, env });
  } catch (error) {
    throw error instanceof UserError ? new UserError(error.diagnostics, exitCodes.usage, { cause: error }) : error;
  }
}

/** Rancher's own cluster is none that services run on, mostly. */
const ownCluster = "local";

function chooseClusters(
  all: readonly RancherCluster[],
  wanted: readonly string[],
  url: string,
): readonly RancherCluster[] {
  if (wanted.length > 0) {
    return pickAll(all, wanted, url);
  }
  const others = all.filter((one) => one.id !== ownCluster);
  if (others.length > 0) {
    return others;
  }
  throw new UserError(
    [
      rancherDiagnostic("ISM289", {
        detail: `Rancher at ${url} shows this user ${all.length === 0 ? "no cluster at all" : "no other cluster than its own, local"}.`,
        fix: "Make the token's user a member of the clusters in Rancher; or name Rancher's own: --clusters local.",
      }),
    ],
    exitCodes.failed,
  );
}

/** All problems at once; a cluster that is named by ID and by name is one. */
function pickAll(all: readonly RancherCluster[], wanted: readonly string[], url: string): readonly RancherCluster[] {
  const problems: Diagnostic[] = [];
  const found = wanted.flatMap((one) => {
    try {
      return [pickCluster(all, one, url)];
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      problems.push(...error.diagnostics);
      return [];
    }
  });
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.usage);
  }
  return [...new Set(found)];
}

function warnOf(cluster: RancherCluster, url: string): readonly Diagnostic[] {
  const problem = diagnoseClusterState(cluster, url);
  return problem === undefined ? [] : [{ ...problem, severity: "warning" }];
}

/** Least privilege where Rancher lets service accounts through to every cluster; the token of a Rancher user otherwise. */
async function chooseCredentials(
  client: RancherClient,
  clusters: readonly RancherCluster[],
  signal: AbortSignal,
): Promise<NonNullable<InitMesh["credentials"]>> {
  const answers = await Promise.all(
    clusters.map(async ({ id, name }) => {
      try {
        return { name, accepts: await client.acceptsServiceAccounts(id, signal) };
      } catch (error) {
        if (error instanceof RancherError && (error.kind === "forbidden" || error.kind === "not-found")) {
          return { name, accepts: undefined };
        }
        throw error;
      }
    }),
  );
  const closed = answers.filter((one) => one.accepts === false).map((one) => one.name);
  const hidden = answers.filter((one) => one.accepts === undefined).map((one) => one.name);
  if (closed.length === 0 && hidden.length === 0) {
    return {
      kind: "serviceAccount",
      remarks: ["A service account with the rights of istio-reader: Rancher lets those of all these clusters through."],
    };
  }
  const why =
    closed.length > 0
      ? `Rancher does not let service accounts through to ${closed.join(", ")}`
      : `this user may not see whether Rancher lets service accounts through to ${hidden.join(", ")}`;
  return {
    kind: "rancherToken",
    remarks: [
      `A Rancher token for each cluster, with all rights of its user: ${why}.`,
      "Better is serviceAccount: Rancher 2.9 or newer, with JWT Authentication turned on for the clusters.",
    ],
  };
}

function meshOf(
  clusters: readonly RancherCluster[],
  credentials: NonNullable<InitMesh["credentials"]>,
  source: RancherSource,
  { name, cwd, folder }: InitPlace,
): InitMesh {
  const names = uniqueLabels(clusters.map((one) => one.name));
  const inFile = (file: string): string =>
    file.startsWith("~/") ? file : relativePath(folder, path.resolve(cwd, file));
  const token = "env" in source.token ? source.token : { file: inFile(source.token.file) };
  return {
    name,
    clusters: clusters.map((cluster, index) => ({
      name: names[index] ?? cluster.id,
      access: { kind: "rancher", rancherId: cluster.id },
      remarks: remarksOf(cluster, names[index]),
    })),
    rancher: {
      url: source.url.replace(/\/+$/, ""),
      token,
      ...(source.caFile === undefined ? {} : { caFile: inFile(source.caFile) }),
    },
    credentials,
    istioRemarks: remarkUnsupported(
      newestIstioVersion,
      clusters.map((cluster, index) => ({
        name: names[index] ?? cluster.id,
        kubernetesVersion: cluster.kubernetesVersion,
      })),
    ),
  };
}

function remarksOf(cluster: RancherCluster, name: string | undefined): readonly string[] {
  const version = cluster.kubernetesVersion === undefined ? "" : `, Kubernetes ${cluster.kubernetesVersion}`;
  return [
    ...(cluster.name === name ? [] : [`In Rancher: ${cluster.name}${version}.`]),
    ...(cluster.state === "active"
      ? []
      : [
          `When this was written its state was ${cluster.state}${cluster.message === undefined ? "" : `: ${cluster.message}`}`,
        ]),
    ...(cluster.networkIsolation
      ? ["Project network isolation is on: Istio's namespaces and those of services need policies or one project."]
      : []),
  ];
}
