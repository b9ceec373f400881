import { meshAt } from "../../routing/routes-at.ts";
import type { TlsSecretFacts } from "../certificate-facts.ts";
import type { Check, Finding } from "../check.ts";
import { warning } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { ownIssuerOf } from "../own-issuer.ts";
import { meshClusters } from "../reached.ts";
import { appliedObject } from "../subjects.ts";
import { certificateObject, unlistedWriters } from "../certificate-object.ts";

/** Of certificates that are there, the next one fails; of one that is not, what does not let it be issued is told with it (ISM779). */
export const certificatePages: Check = {
  id: "certificates/pages",
  sentence: "certificates of cert-manager are proven in a way that works for their names",
  pre: false,
  unseen: (facts) =>
    meshClusters(facts).flatMap((one) => one.tlsSecrets.flatMap((secret) => unseenOf(facts, one, secret))),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => one.tlsSecrets.flatMap((secret) => findingsOf(facts, one, secret))),
};

function unseenOf(facts: MeshFacts, one: ReachedCluster, secret: TlsSecretFacts): readonly string[] {
  const { name, certificate, issuance, writersUnread } = secret;
  if (ownIssuerOf(facts.mesh, name) !== undefined) {
    return [];
  }
  if (writersUnread === true) {
    return [unlistedWriters(secret, one)];
  }
  const { kind = "", name: issuer = "", state } = issuance?.issuer ?? {};
  return state === "unread" || state === "other"
    ? [
        `how ${kind} ${issuer} proves the names of Certificate ${certificate ?? ""} of ${one.cluster}: ${state === "unread" ? "this account may not read it" : "it is none of cert-manager's own kinds"}`,
      ]
    : [];
}

function findingsOf(facts: MeshFacts, one: ReachedCluster, secret: TlsSecretFacts): readonly Finding[] {
  const { certificate, issuance } = secret;
  const isOthers = certificate !== undefined && ownIssuerOf(facts.mesh, secret.name) === undefined;
  if (!isOthers || issuance?.ready !== true || issuance.failed === true) {
    return [];
  }
  const pages = explainPages(facts, one, secret);
  const object = certificateObject(certificate);
  return pages === undefined
    ? []
    : [
        warning("ISM780", {
          detail: `Certificate ${certificate} of ${one.cluster} will not be renewed, or by chance. ${pages.why}`,
          fix: pages.fix,
          cluster: one.cluster,
          object,
          needs: [appliedObject(one.cluster, object)],
        }),
      ];
}

/**
 * Why an issuer that is not the mesh file's proves the names of a Certificate
 * badly: a page is asked of any cluster that a name leads to
 * (docs/adr/0035-http01-challenges-are-asked-of-all-clusters.md), and a wildcard by no page at all. Undefined
 * where it proves them well, or is one of the mesh file's, whose challenges
 * isthmus leads to the cluster that asks.
 */
export function explainPages(
  facts: MeshFacts,
  one: ReachedCluster,
  { name, issuance }: TlsSecretFacts,
): { readonly why: string; readonly fix: string } | undefined {
  const { kind, name: issuer, byPages = [], unproven = [] } = issuance?.issuer ?? { kind: "", name: "" };
  if (unproven.length > 0) {
    const isWild = unproven.some((host) => host.startsWith("*."));
    return {
      why: isWild
        ? `${kind} ${issuer} has no dns01 solver for ${unproven.join(", ")}, and no page (http01) proves a wildcard.`
        : `${kind} ${issuer} has no solver for ${unproven.join(", ")}.`,
      fix: `Whoever made ${kind} ${issuer} has to give it a ${isWild ? "dns01 " : ""}solver for them${isWild ? ", or name the hosts one by one" : ""}.`,
    };
  }
  const clusters = servingClusters(facts, name);
  return byPages.length === 0 || (kind === "ClusterIssuer" && isLed(facts, name, issuer)) || clusters.length < 2
    ? undefined
    : {
        why: `${kind} ${issuer} proves ${byPages.join(", ")} by pages (http01): the ACME server asks any address of the name at port 80, and the page is in ${one.cluster} alone, which asks for the certificate, while ${clusters.map((one) => one.name).join(" and ")} serve the name.`,
        fix: `Whoever made ${kind} ${issuer} has to decide: give it a dns01 solver, or have the mesh file make the issuer (spec.issuers with acme.http01, and issuer at the route), so that isthmus leads each challenge to the cluster that asks.`,
      };
}

/** isthmus leads the challenges of the hosts whose routes name the issuer. */
function isLed({ mesh }: MeshFacts, secret: string, issuer: string): boolean {
  const routes = mesh.services.flatMap((service) => service.routes);
  return (
    mesh.http01Issuers.includes(issuer) && routes.some(({ tls }) => tls?.secretName === secret && tls.issuer === issuer)
  );
}

/** The clusters with a route that shows the certificate, by the mesh file: also those that were not seen. All, where none says it. */
function servingClusters({ mesh }: MeshFacts, secret: string): MeshFacts["mesh"]["clusters"] {
  const isNamed = ({ services }: Pick<MeshFacts["mesh"], "services">): boolean =>
    services.some(({ routes }) => routes.some(({ tls }) => tls?.secretName === secret));
  return isNamed(mesh) ? mesh.clusters.filter((cluster) => isNamed(meshAt(mesh, cluster))) : mesh.clusters;
}
