import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { warningOf } from "../diagnostics/coded.ts";
import type { Mesh } from "../model/mesh.ts";

/**
 * The arguments that external-dns needs on every cluster whose routes it
 * publishes. isthmus does not own external-dns, so that this is advice and no
 * edit. The same owner and prefix everywhere: the runbook's differ per cluster,
 * and instances cannot read each other's ownership records then. With one owner
 * the policy must not be sync, which deletes what only other clusters have
 * (docs/adr/0009-published-addresses.md).
 */
function externalDnsArguments(mesh: Mesh, hosts: readonly string[]): readonly string[] {
  const provider = mesh.dns?.provider.name;
  return [
    "--source=istio-gateway",
    ...(mesh.dns === undefined ? [] : [`--domain-filter=${mesh.dns.zone}`]),
    ...(provider === undefined ? [] : providerArguments(provider)),
    "--registry=txt",
    `--txt-owner-id=${mesh.name}`,
    ...(ownZone(mesh, hosts) === undefined ? [] : ["--txt-prefix=%{record_type}."]),
    "--policy=upsert-only",
  ];
}

/** external-dns 0.17 took its own Designate provider out; a webhook beside it took over (https://github.com/kubernetes-sigs/external-dns/releases/tag/v0.17.0). */
function providerArguments(provider: string): readonly string[] {
  return provider === "designate" ? ["--provider=webhook"] : [`--provider=${provider}`];
}

/** The zone where its own name is published: external-dns writes the owner of that name beside the zone unless a prefix ends the label (external-dns 0.23.0, https://github.com/kubernetes-sigs/external-dns/blob/v0.23.0/registry/mapper/mapper.go). */
function ownZone({ dns }: Mesh, hosts: readonly string[]): string | undefined {
  return dns !== undefined && hosts.includes(dns.zone) ? dns.zone : undefined;
}

/** Says what external-dns needs, for a mesh whose routes it is to publish. */
export function adviseExternalDns(mesh: Mesh): readonly Diagnostic[] {
  const hosts = mesh.services.flatMap((service) =>
    service.routes.filter((route) => route.dns?.via === "externalDns").flatMap((route) => route.hosts),
  );
  if (hosts.length === 0) {
    return [];
  }
  const webhook =
    mesh.dns?.provider.name === "designate"
      ? " Before external-dns 0.17 write --provider=designate; from then on Designate is a webhook beside it (inovex/external-dns-designate-webhook)."
      : "";
  const zone = ownZone(mesh, hosts);
  const prefix =
    zone === undefined
      ? ""
      : ` ${zone} is the name of the zone itself: without that prefix, or one like it, external-dns writes who owns it to a-${zone}, outside of the zone, and the server refuses all changes of that time.`;
  return [
    {
      ...warningOf("ISM219"),
      detail: `${[...new Set(hosts)].join(", ")} ${hosts.length === 1 ? "is" : "are"} published by the clusters' own external-dns, which isthmus does not change.${webhook}${prefix}`,
      fix: `Give it these arguments on every cluster, the same everywhere (with --policy=sync, instances of one owner delete each other's names):\n    ${externalDnsArguments(mesh, hosts).join(" ")}`,
    },
  ];
}
