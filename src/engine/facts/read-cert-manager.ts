import type { CertManagerFacts } from "../../core/checks/program-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { KubeClient } from "../../kube/client.ts";
import { certManagerLabel } from "./cluster-resources.ts";
import { readDnsWebhooks, webhookGroupsOf } from "./read-dns-webhooks.ts";
import { listDeployments, readProgram } from "./read-program.ts";
import { containersOf, flagValueOf } from "./read-workload.ts";

/** The controllers of cert-manager, where a route of the mesh has its certificate by one; none are looked for otherwise. */
export async function readCertManager(
  client: KubeClient,
  { issuers, services }: Pick<Mesh, "issuers" | "services">,
  signal: AbortSignal,
): Promise<readonly CertManagerFacts[]> {
  const used = new Set(services.flatMap(({ routes }) => routes).map(({ tls }) => tls?.issuer));
  if (!issuers.some(({ name, acme }) => acme !== undefined && used.has(name))) {
    return [];
  }
  const found = await listDeployments(client, [certManagerLabel], signal);
  const webhooks = await readDnsWebhooks(
    client,
    found.length === 0 ? [] : webhookGroupsOf({ issuers, services }),
    signal,
  );
  return Promise.all(
    found.map(async (object) => ({
      ...(await readProgram(client, object, signal)),
      ...nameserversOf(object),
      ...(webhooks.length === 0 ? {} : { webhooks }),
    })),
  );
}

/** The flags of its controller (https://cert-manager.io/docs/cli/controller/), which a file may have instead. */
function nameserversOf(object: KubeObject): Pick<CertManagerFacts, "nameservers" | "nameserversOnly" | "unread"> {
  const words = containersOf(object).flatMap(({ command = [], args = [] }) => [...command, ...args]);
  const nameservers = (flagValueOf(words, "--dns01-recursive-nameservers") ?? "")
    .split(",")
    .filter((one) => one !== "");
  const only = words.findLast((word) => /^--dns01-recursive-nameservers-only(?:=|$)/.test(word));
  return {
    ...(nameservers.length === 0 ? {} : { nameservers }),
    ...(only === undefined || only.endsWith("=false") ? {} : { nameserversOnly: true }),
    ...(flagValueOf(words, "--config") === undefined ? {} : { unread: "its configuration file" }),
  };
}
