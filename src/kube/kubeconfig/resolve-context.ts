import path from "node:path";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { Secret } from "../../core/secret.ts";
import { accessDiagnostic } from "../access-diagnostic.ts";
import { findHiddenEntries } from "./hidden-entries.ts";
import type { KubeconfigSource, KubeconfigWorld } from "./kubeconfig-sources.ts";
import { listSources } from "./kubeconfig-sources.ts";
import type { Kubeconfig, KubeconfigEntry } from "./load-kubeconfigs.ts";
import { loadKubeconfigs } from "./load-kubeconfigs.ts";
import { findNearNames } from "./near-names.ts";
import type { UserCredentials } from "./read-credentials.ts";
import { readAuthority, readCredentials } from "./read-credentials.ts";
import { isRecord, textOf } from "./read-fields.ts";
import type { ProxyOrigin } from "./read-proxy.ts";
import { readProxy } from "./read-proxy.ts";

/** A kubeconfig context with everything that a connection needs; all that is secret in it is wrapped. */
export interface ResolvedContext {
  readonly context: string;
  /** The kubeconfig file that holds the context, absolute. */
  readonly file: string;
  /** As written, without a slash at the end. May carry a path (Rancher: `https://host/k8s/clusters/c-xxxx`). */
  readonly server: string;
  /** The authorities that the server's certificate may come from, base64 of PEM. Without it: the machine's own. */
  readonly caData?: string;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify: boolean;
  /** `proxy-url`, or what HTTPS_PROXY and NO_PROXY say. Wrapped, since proxies may want a password. */
  readonly proxyUrl?: Secret;
  /** Where `proxyUrl` was set: the name of a variable, or the kubeconfig's cluster entry. */
  readonly proxyFrom?: ProxyOrigin;
  readonly user: UserCredentials;
  /** The context's `extensions` by name; a sandbox's context has `isthmus.dev/sandbox`. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

export interface ResolveContextOptions extends KubeconfigWorld {
  /** The cluster's name in the mesh file, for messages. */
  readonly cluster: string;
  readonly context: string;
  /** Reads the files; `rememberKubeconfigs()` for many contexts of the same files. */
  readonly load?: typeof loadKubeconfigs;
}

export type ContextResolution =
  | { readonly kind: "resolved"; readonly context: ResolvedContext }
  | { readonly kind: "problem"; readonly diagnostics: readonly Diagnostic[] };

/**
 * Finds a context: in `kubeconfigFile` alone where that is given, else in
 * `--kubeconfig`, else in the files of KUBECONFIG, else in ~/.kube/config, and
 * at last in the extra files. Reads the certificate files that it names. All
 * that is wrong with it comes back as diagnostics (ISM251 to ISM254, ISM267, ISM512 to ISM514),
 * each with the mesh's name of the cluster; nothing is thrown for it.
 */
export async function resolveContext(options: ResolveContextOptions): Promise<ContextResolution> {
  const sources = listSources(options);
  const seen: Kubeconfig[] = [];
  const problems: Diagnostic[] = [];
  for (const source of sources) {
    const loaded = await (options.load ?? loadKubeconfigs)(source.files, { required: source.required });
    const entry = loaded.kubeconfig.contexts.get(options.context);
    if (entry !== undefined) {
      // A file that cannot be read may hide or hold entries: kubectl refuses the whole list then.
      return loaded.problems.length > 0
        ? { kind: "problem", diagnostics: loaded.problems.map((one) => ({ ...one, cluster: options.cluster })) }
        : fillContext(entry, loaded.kubeconfig, options);
    }
    seen.push(loaded.kubeconfig);
    problems.push(...loaded.problems);
  }
  const unknown = problems.length > 0 ? problems : [diagnoseUnknown(options, sources, seen)];
  return {
    kind: "problem",
    diagnostics: unknown.map((one) => ({ ...one, cluster: options.cluster })),
  };
}

function diagnoseUnknown(
  options: ResolveContextOptions,
  sources: readonly KubeconfigSource[],
  seen: readonly Kubeconfig[],
): Diagnostic {
  const names = [...new Set(seen.flatMap((one) => [...one.contexts.keys()]))].sort();
  const absent = new Set(seen.flatMap((one) => one.absent));
  const files = sources
    .flatMap((source) => source.files)
    .map((file) => (absent.has(path.resolve(file)) ? `${file} (not there)` : file))
    .join(", ");
  const near = findNearNames(options.context, names);
  const known = names.length === 0 ? "there is no context at all" : `the contexts there are ${names.join(", ")}`;
  return accessDiagnostic("ISM251", {
    detail: `Cluster ${options.cluster} is reached by the context ${JSON.stringify(options.context)}, and no kubeconfig has it. Looked in ${files}: ${known}.`,
    fix:
      near.length > 0
        ? `Did you mean ${near.join(" or ")}?`
        : "Correct `context` in the mesh file, or name the kubeconfig file that has it (`kubeconfig` beside `context`, `--kubeconfig` or KUBECONFIG).",
  });
}

async function fillContext(
  entry: KubeconfigEntry,
  kubeconfig: Kubeconfig,
  options: ResolveContextOptions,
): Promise<ContextResolution> {
  const problems: Diagnostic[] = [...findHiddenEntries(entry, kubeconfig)];
  const cluster = referTo(entry, "cluster", kubeconfig.clusters, problems);
  const user = referTo(entry, "user", kubeconfig.users, problems);
  const server = cluster === undefined ? undefined : readServer(entry, cluster, problems);
  const [authority, credentials] = await Promise.all([
    cluster === undefined ? undefined : readClusterAuthority(cluster, problems),
    user === undefined ? undefined : readCredentials(user, problems),
  ]);
  const proxy =
    cluster === undefined || server === undefined ? undefined : readProxy(cluster, server, options.env, problems);
  if (cluster === undefined || server === undefined || credentials === undefined || problems.length > 0) {
    return {
      kind: "problem",
      diagnostics: problems.map((one) => ({ ...one, cluster: options.cluster })),
    };
  }
  const tlsServerName = textOf(cluster.fields["tls-server-name"]);
  return {
    kind: "resolved",
    context: {
      context: entry.name,
      file: entry.file,
      server,
      ...(authority === undefined ? {} : { caData: authority }),
      ...(tlsServerName === undefined ? {} : { tlsServerName }),
      insecureSkipTlsVerify: cluster.fields["insecure-skip-tls-verify"] === true,
      ...(proxy === undefined ? {} : { proxyUrl: new Secret(proxy.url), proxyFrom: proxy.from }),
      user: credentials,
      extensions: readExtensions(entry.fields["extensions"]),
    },
  };
}

/** kubectl refuses an authority beside the wish not to look at it. */
async function readClusterAuthority(cluster: KubeconfigEntry, problems: Diagnostic[]): Promise<string | undefined> {
  const { fields } = cluster;
  const field = ["certificate-authority-data", "certificate-authority"].find(
    (one) => textOf(fields[one]) !== undefined,
  );
  if (fields["insecure-skip-tls-verify"] === true && field !== undefined) {
    problems.push(
      accessDiagnostic("ISM254", {
        detail: `\`${field}\` of ${JSON.stringify(cluster.name)} in ${cluster.file} cannot be used: \`insecure-skip-tls-verify: true\` beside it says that nothing is to be verified, and kubectl refuses both together.`,
        fix: "Take insecure-skip-tls-verify out, so that the authority counts.",
      }),
    );
    return undefined;
  }
  return readAuthority(cluster, problems);
}

function referTo(
  context: KubeconfigEntry,
  kind: "cluster" | "user",
  entries: ReadonlyMap<string, KubeconfigEntry>,
  problems: Diagnostic[],
): KubeconfigEntry | undefined {
  const name = textOf(context.fields[kind]);
  const found = name === undefined ? undefined : entries.get(name);
  if (found === undefined) {
    const what =
      name === undefined ? `names no ${kind}` : `names the ${kind} ${JSON.stringify(name)}, and there is no such entry`;
    problems.push(
      accessDiagnostic("ISM253", {
        detail: `The context ${JSON.stringify(context.name)} in ${context.file} ${what}.`,
        fix: `Add the ${kind} to the kubeconfig, or fetch the kubeconfig again from where it came.`,
      }),
    );
  }
  return found;
}

function readServer(context: KubeconfigEntry, cluster: KubeconfigEntry, problems: Diagnostic[]): string | undefined {
  const server = textOf(cluster.fields["server"])?.replace(/\/+$/, "");
  if (server !== undefined && /^https?:\/\//.test(server) && URL.canParse(server)) {
    return server;
  }
  problems.push(
    accessDiagnostic("ISM253", {
      detail: `The context ${JSON.stringify(context.name)} leads to the cluster entry ${JSON.stringify(cluster.name)} in ${cluster.file}, whose \`server\` is ${server === undefined ? "missing" : `${JSON.stringify(server)}, which is no http(s) address`}.`,
      fix: "Give the entry the address of the API server, for example https://203.0.113.10:6443.",
    }),
  );
  return undefined;
}

function readExtensions(list: unknown): Readonly<Record<string, unknown>> {
  const named = (Array.isArray(list) ? list : []).filter((item) => isRecord(item) && typeof item["name"] === "string");
  return Object.fromEntries(named.map((item: Record<string, unknown>) => [item["name"], item["extension"]]));
}
