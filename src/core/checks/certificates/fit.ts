import { istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import type { TlsSecretFacts } from "../certificate-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { kubectl } from "../commands.ts";
import { meshClusters } from "../reached.ts";
import { objectOf } from "../subjects.ts";
import { fillCommand, ownIssuerOf } from "../own-issuer.ts";

/** A certificate that is there and valid is no use for another host, or without its own key. */
export const certificatesFit: Check = {
  id: "certificates/fit",
  sentence: "certificates of routes are for their hosts, with their own keys",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.tlsSecrets.flatMap((secret) => {
        const wrong = flawsOf(facts, secret);
        return wrong.length === 0 ? [] : [findingOf(facts, one, secret, wrong)];
      }),
    ),
};

function findingOf(facts: MeshFacts, one: ReachedCluster, secret: TlsSecretFacts, wrong: readonly string[]): Finding {
  const { name } = secret;
  const object = { group: "", kind: "Secret", namespace: istioNamespace, name };
  return problem("ISM494", {
    detail: `Secret ${istioNamespace}/${name} of ${one.cluster} ${wrong.join("; it ")}.`,
    ...(ownIssuerOf(facts.mesh, name) !== undefined
      ? {
          fix: "An apply orders one that fits, or takes that of another cluster.",
          commands: [fillCommand(facts, one, secret)],
        }
      : { fix: handFix(one, name) }),
    cluster: one.cluster,
    object,
    breaks: [objectOf(one.cluster, object)],
    needs: [objectOf(one.cluster, object)],
  });
}

function handFix(one: ReachedCluster, name: string): string {
  return `Put a certificate of the routes' hosts with its key into the Secret: ${kubectl(one)} -n ${istioNamespace} create secret tls ${name} --cert=FILE --key=FILE --dry-run=client -o yaml | ${kubectl(one)} apply -f -. Where cert-manager writes it, correct the dnsNames of its Certificate.`;
}

function flawsOf({ mesh, takenAt }: MeshFacts, secret: TlsSecretFacts): readonly string[] {
  const { hosts: names, keyFits, notBefore } = secret;
  if (names === undefined) {
    return [];
  }
  const asked = mesh.services
    .flatMap((service) => service.routes)
    .filter((route) => route.tls?.secretName === secret.name)
    .flatMap((route) => route.hosts);
  const missing = [...new Set(asked)].filter((host) => host !== "*" && !names.some((name) => covers(name, host)));
  return [
    ...(missing.length === 0
      ? []
      : [`is for ${names.join(", ") || "no host"} and not for ${missing.join(", ")}: clients refuse it there`]),
    ...(keyFits === false ? ["has a key that does not belong to its certificate: the ingress does not take it"] : []),
    ...(notBefore !== undefined && Date.parse(notBefore) > Date.parse(takenAt)
      ? [`is valid only from ${notBefore}`]
      : []),
  ];
}

/** A wildcard stands for one label (https://www.rfc-editor.org/rfc/rfc6125#section-6.4.3); a route for a wildcard needs that very one. */
export function covers(name: string, host: string): boolean {
  const [own, asked] = [name.toLowerCase(), host.toLowerCase()];
  return own === asked || (own.startsWith("*.") && own.slice(1) === asked.slice(asked.indexOf(".")));
}
