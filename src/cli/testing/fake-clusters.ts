import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import type { FakeApiServer, FakeApiServerOptions } from "../../kube/fake/fake-api-server.ts";
import { startFakeApiServer } from "../../kube/fake/fake-api-server.ts";
import type { FakeStore } from "../../kube/fake/fake-store.ts";
import type { EngineOptions } from "../../engine/options.ts";
import type { RunOptions, RunResult } from "./run-isthmus.ts";
import { answerPod, runControllers } from "./fake-control-plane.ts";
import { contextOf, runIsthmus } from "./run-isthmus.ts";

/** A folder with a mesh file, a kubeconfig and an istioctl, and the API servers that they lead to. */
export interface FakeClusters {
  readonly folder: string;
  readonly servers: Readonly<Record<string, FakeApiServer>>;
  /** The environment in which the program finds all of it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command line in the folder. */
  readonly run: (commandLine: string, options?: RunOptions) => Promise<RunResult>;
  /** What a command hands to the engine here. */
  readonly engineOptions: () => Promise<EngineOptions>;
  readonly close: () => Promise<void>;
}

/** The token by which every command of these tests signs in; no output may hold it. */
export const signInToken = "sign-in-token-of-the-tests";

/** A password in a Secret that every apply writes; no output may hold it, plain or as base64. */
export const appliedPassword = "password-of-the-tests";

/** Stands in for Istio's renderer, a process of its own: `more` beside a control plane without anything that runs. */
const istioctl = (more: string): string => `#!/bin/sh
case "$1" in
  version) echo '{"clientVersion":{"version":"1.27.3"}}' ;;
  *) cat <<'END'
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "meshId: prod" }
---
apiVersion: v1
kind: Secret
metadata: { name: pull, namespace: istio-system }
data: { password: ${Buffer.from(appliedPassword, "utf8").toString("base64")} }
${more}END
  ;;
esac
`;

const istiod = `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
spec: { replicas: 1 }
`;

const helloworld = `apiVersion: v1
kind: Service
metadata: { name: helloworld }
spec: { selector: { app: helloworld }, ports: [{ name: http, port: 5000 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: helloworld-v1, labels: { version: v1 } }
spec: { replicas: 1 }
`;

const service = (names: readonly string[]): object => ({
  name: "helloworld",
  namespace: "sample",
  port: 5000,
  manifests: "helloworld.yaml",
  versions: { v1: { clusters: names } },
  routes: [{ name: "helloworld", gateway: "helloworld-gateway", hosts: ["*"], weights: { v1: 100 } }],
});

export interface FakeClustersOptions extends FakeApiServerOptions {
  /** True: controllers run behind the API servers, and the mesh has a service with a route. Default false. */
  readonly living?: boolean;
  /** What pods answer in each cluster, by its name; undefined where they answer as usual. */
  readonly answer?: (cluster: string, store: FakeStore, path: string) => string | undefined;
  /** How far those controllers are behind, in milliseconds. Default 10. */
  readonly reactionMs?: number;
}

/**
 * A mesh of the named clusters, each a fake API server. What an apply waits
 * for is there already, since nothing runs behind these servers; with `living`
 * it comes, a moment after it was asked for.
 */
export async function startFakeClusters(
  names: readonly string[],
  { living = false, reactionMs, answer, ...options }: FakeClustersOptions = {},
): Promise<FakeClusters> {
  const folder = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
  const start = async (name: string): Promise<readonly [string, FakeApiServer]> => {
    const server: FakeApiServer = await startFakeApiServer({
      podResponse: (asked) => answer?.(name, server.store, asked) ?? answerPod(server.store, asked),
      namespacesLinger: living,
      ...options,
    });
    if (living) {
      runControllers(name, server, reactionMs);
    }
    return [name, server];
  };
  const started = await Promise.all(names.map(start));
  const servers = Object.fromEntries(started);
  await writeFile(path.join(folder, "mesh.yaml"), stringify(meshOf(names, living)));
  await writeFile(path.join(folder, "kubeconfig"), stringify(kubeconfigFor(started)));
  await writeFile(path.join(folder, "helloworld.yaml"), helloworld);
  await writeFile(path.join(folder, "istioctl"), istioctl(living ? istiod : ""));
  await chmod(path.join(folder, "istioctl"), 0o755);
  const env = {
    HOME: folder,
    KUBECONFIG: path.join(folder, "kubeconfig"),
    ISTHMUS_ISTIOCTL: path.join(folder, "istioctl"),
    ISTHMUS_DATA_DIR: path.join(folder, "data"),
    XDG_CACHE_HOME: path.join(folder, "cache"),
  };
  return {
    folder,
    servers,
    env,
    run: async (commandLine, run = {}) => runIsthmus(commandLine, { ...run, folder, env: { ...env, ...run.env } }),
    engineOptions: async () => contextOf(folder, env).engineOptions(),
    close: async () => {
      await Promise.all(started.map(async ([, server]) => server.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function meshOf(names: readonly string[], living: boolean): object {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Mesh",
    metadata: { name: "prod" },
    spec: {
      clusters: names.map((name) => ({ name, network: `${name}-net`, context: name })),
      istio: { version: "1.27.3", install: "istioctl" },
      ...(living ? { services: [service(names)] } : {}),
    },
  };
}

/** A context for each cluster, named as the cluster. */
function kubeconfigFor(servers: readonly (readonly [name: string, server: FakeApiServer])[]): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: servers.map(([name, { url }]) => ({ name, cluster: { server: url } })),
    users: [{ name: "me", user: { token: signInToken } }],
    contexts: servers.map(([name]) => ({ name, context: { cluster: name, user: "me" } })),
  };
}

/** Gives the service of a living mesh a second version in every cluster beside the first, which keeps all requests. */
export async function giveTwoVersions({ folder, servers }: FakeClusters): Promise<void> {
  const file = path.join(folder, "mesh.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text
      .replace(
        / {8}v1:\n {10}clusters:\n(?: {12}- \w+\n)+/,
        ["v1", "v2"]
          .map((version) => `        ${version}: { clusters: [${Object.keys(servers).join(", ")}] }\n`)
          .join(""),
      )
      .replace(/weights:\n +v1: 100/, "weights: { v1: 100, v2: 0 }"),
  );
}
