import { warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ExternalDnsFacts } from "../../core/checks/external-dns-facts.ts";
import type { OwnerRecordNaming } from "../../core/front-door/external-dns-owner.ts";
import { KubeError } from "../../kube/errors.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import { readExternalDns } from "../facts/read-external-dns.ts";

/** How external-dns names its owner records, as far as that is known. */
export interface Namings {
  /** Each once. */
  readonly known: readonly OwnerRecordNaming[];
  /** For each cluster of which it is not known the reason, in words; empty where everything is known. */
  readonly unknown: readonly { readonly cluster: string; readonly why: string }[];
}

/**
 * How the running external-dns of the clusters name their owner records. Of a cluster that does
 * not answer, or does not show its Deployments or their arguments, that is not known, and is said: an owner record
 * under another name than the defaults and those that are known would not be seen.
 */
export async function readNamings(connections: readonly Connection[], signal: AbortSignal): Promise<Namings> {
  const all = await Promise.all(connections.map(async (one) => readCluster(one, signal)));
  const known = all.flatMap((one) => one.known);
  return {
    known: [...new Map(known.map((one) => [JSON.stringify(one), one])).values()],
    unknown: all.flatMap((one) => one.unknown),
  };
}

async function readCluster(one: Connection, signal: AbortSignal): Promise<Namings> {
  const cluster = one.cluster.name;
  if (one.kind === "unreachable") {
    return { known: [], unknown: [{ cluster, why: "the cluster does not answer" }] };
  }
  try {
    const found = await readExternalDns(one.client, signal);
    return {
      known: found.map(namingOf),
      unknown: found.flatMap(({ namespace, name, unread }) =>
        unread === undefined ? [] : [{ cluster, why: `${namespace}/${name} takes ${unread}, which are not read` }],
      ),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof KubeError) {
      return { known: [], unknown: [{ cluster, why: error.message }] };
    }
    throw error;
  }
}

function namingOf({
  txtPrefix: prefix,
  txtSuffix: suffix,
  txtWildcardReplacement: wildcardReplacement,
}: ExternalDnsFacts): OwnerRecordNaming {
  return {
    ...(prefix === undefined ? {} : { prefix }),
    ...(suffix === undefined ? {} : { suffix }),
    ...(wildcardReplacement === undefined ? {} : { wildcardReplacement }),
  };
}

/** That owner records may have names which nobody looked for (ISM685); nothing where all are known. */
export function unknownNamings({ unknown }: Namings, adopt: boolean): readonly Diagnostic[] {
  return unknown.map(({ cluster, why }) => ({
    ...warningOf("ISM685"),
    detail: `How an external-dns in ${cluster} names its owner records is not known: ${why}. Names were looked for as its defaults and other clusters have them.${
      adopt ? " So nobody can say that addresses are of no owner, and --adopt took none over." : ""
    }`,
    fix: adopt
      ? "Run it again with --adopt when the cluster answers and shows its Deployments; one that is gone for good leaves the mesh file first."
      : "Nothing, where no external-dns runs there, or one without --txt-prefix, --txt-suffix and --txt-wildcard-replacement.",
    cluster,
  }));
}
