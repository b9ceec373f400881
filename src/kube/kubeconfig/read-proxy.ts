import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { accessDiagnostic } from "../access-diagnostic.ts";
import type { KubeconfigEntry } from "./load-kubeconfigs.ts";
import { findProxyInEnv } from "./proxy-from-env.ts";
import { textOf } from "./read-fields.ts";

/** Who asked for a proxy. */
export type ProxyOrigin =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "kubeconfig"; readonly file: string; readonly entry: string };

/** A proxy with its password, where it has one, and who asked for it. */
export interface FoundProxy {
  readonly url: string;
  readonly from: ProxyOrigin;
}

/** The schemes that kubectl's client knows (https://pkg.go.dev/k8s.io/client-go/tools/clientcmd/api#Cluster, ProxyURL). */
const schemes = ["http:", "https:", "socks5:"];

/**
 * The proxy on the way to a cluster: that of its kubeconfig entry, else that
 * of the environment. Adds an ISM294 for one that is none.
 */
export function readProxy(
  cluster: KubeconfigEntry,
  server: string,
  env: Readonly<Record<string, string | undefined>>,
  problems: Diagnostic[],
): FoundProxy | undefined {
  const found = findProxy(cluster, server, env);
  if (found === undefined || isProxy(found.url)) {
    return found;
  }
  // The text may hold a password, so that it is not quoted.
  problems.push(
    accessDiagnostic("ISM294", {
      detail: `The way to ${server} goes through the proxy that ${describeProxyOrigin(found.from)} names, and that is no address of an http, https or socks5 proxy.`,
      fix: `${describeCorrection(found.from)}, for example http://proxy.example:3128.`,
    }),
  );
  return undefined;
}

/** `HTTPS_PROXY`, `proxy-url of the cluster entry "c" in /k/config`. */
export function describeProxyOrigin(from: ProxyOrigin | undefined): string {
  return from === undefined
    ? "the environment"
    : from.kind === "variable"
      ? from.name
      : `proxy-url of the cluster entry ${JSON.stringify(from.entry)} in ${from.file}`;
}

function describeCorrection(from: ProxyOrigin): string {
  return from.kind === "variable" ? `Correct ${from.name}, or unset it` : "Correct proxy-url there, or take it out";
}

function findProxy(
  cluster: KubeconfigEntry,
  server: string,
  env: Readonly<Record<string, string | undefined>>,
): FoundProxy | undefined {
  const own = textOf(cluster.fields["proxy-url"]);
  if (own !== undefined) {
    return { url: own, from: { kind: "kubeconfig", file: cluster.file, entry: cluster.name } };
  }
  const found = findProxyInEnv(new URL(server), env);
  return found === undefined ? undefined : { url: found.url, from: { kind: "variable", name: found.variable } };
}

function isProxy(text: string): boolean {
  return URL.canParse(text) && schemes.includes(new URL(text).protocol) && new URL(text).hostname !== "";
}
