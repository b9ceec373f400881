import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { redactPatterns } from "../../core/redact/patterns.ts";
import { findHiddenEntries } from "./hidden-entries.ts";
import type { KubeconfigWorld } from "./kubeconfig-sources.ts";
import { listSources } from "./kubeconfig-sources.ts";
import { loadKubeconfigs } from "./load-kubeconfigs.ts";
import { textOf } from "./read-fields.ts";

/** A context that `resolveContext` would find. */
export interface KnownContext {
  readonly name: string;
  /** The kubeconfig that has it, absolute. */
  readonly file: string;
  /** The API server's address as written, without a password in it; undefined where the context leads to none. */
  readonly server?: string;
  /** ISM514 where entries of its own file are hidden by another file's, so that it leads elsewhere than it says. */
  readonly hidden: readonly Diagnostic[];
}

export interface KnownContexts {
  /** In the order of the files; each name once, as `resolveContext` would find it. */
  readonly contexts: readonly KnownContext[];
  /** All that is wrong with files that are there and that kubectl refuses (ISM252, ISM512, ISM513). */
  readonly problems: readonly Diagnostic[];
}

/** All contexts of a world. Reads no certificates and no tokens. */
export async function listContexts(world: KubeconfigWorld): Promise<KnownContexts> {
  const found = new Map<string, KnownContext>();
  const problems: Diagnostic[] = [];
  for (const source of listSources(world)) {
    const { kubeconfig, problems: own } = await loadKubeconfigs(source.files, { required: source.required });
    problems.push(...own);
    for (const [name, entry] of kubeconfig.contexts) {
      const { file, fields } = entry;
      const server = textOf(kubeconfig.clusters.get(textOf(fields["cluster"]) ?? "")?.fields["server"]);
      if (!found.has(name)) {
        found.set(name, {
          name,
          file,
          ...(server === undefined ? {} : { server: redactPatterns(server.replace(/\/+$/, "")) }),
          hidden: findHiddenEntries(entry, kubeconfig),
        });
      }
    }
  }
  return { contexts: [...found.values()], problems };
}
