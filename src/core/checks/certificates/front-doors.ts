import { istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { StrayObject, TlsSecretFacts } from "../certificate-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { fillCommand, ownIssuerOf } from "../own-issuer.ts";
import { daysUntil, meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { appliedObject, issuanceOf, issuing, objectOf } from "../subjects.ts";
import { holdersOf } from "../certificate-holders.ts";
import { covers } from "./fit.ts";

/** Every ingress that a name may lead to needs the certificate of that name (docs/guides/check.md, complaint 19). */
export const frontDoors: Check = {
  id: "certificates/front-doors",
  sentence: "every ingress has the certificates of its routes",
  pre: false,
  run: (facts) => [
    ...facts.mesh.services.flatMap((service) => service.routes.flatMap((route) => httpChallenge(facts, route))),
    ...meshClusters(facts).flatMap((one) =>
      one.tlsSecrets.flatMap((secret) => {
        const object = { group: "", kind: "Secret", namespace: "istio-system", name: secret.name };
        if (secret.notAfter === undefined) {
          return [findingWithout(facts, one, secret)];
        }
        const left = daysUntil(facts, secret.notAfter);
        return left >= 0
          ? []
          : [
              problem("ISM450", {
                detail: `The certificate in Secret istio-system/${secret.name} of ${one.cluster} ended on ${secret.notAfter.slice(0, 10)}.`,
                ...fixOf(facts, one, secret.name),
                cluster: one.cluster,
                object,
                breaks: [objectOf(one.cluster, object)],
                needs: neededFor(facts, one, secret.name),
              }),
            ];
      }),
    ),
  ],
};

/** A Secret that is gone or unreadable takes nothing from proxies that have its certificate, until they start anew. */
function findingWithout(facts: MeshFacts, one: ReachedCluster, secret: TlsSecretFacts): Finding {
  const object = { group: "", kind: "Secret", namespace: istioNamespace, name: secret.name };
  const { holding, lacking } = holdersOf(one, secret.name);
  const astray = astrayOf(facts, secret);
  const what = secret.present
    ? `Secret ${istioNamespace}/${secret.name} of ${one.cluster} holds no certificate that can be read`
    : `${one.cluster} has no Secret ${istioNamespace}/${secret.name}${astray.length === 0 ? "" : ` (there is ${astray.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`).join(" and ")}, in the wrong namespace)`}`;
  const goesOn = `${holding.join(", ")} ${holding.length === 1 ? "goes" : "go"} on with the certificate that ${holding.length === 1 ? "it has" : "they have"}, and a pod that starts has none`;
  const follows =
    lacking.length === 0
      ? holding.length === 0
        ? "its ingress has no certificate for the routes that name it"
        : `${goesOn}: it resets TLS connections for the routes that name the Secret`
      : `${lacking.join(", ")} ${lacking.length === 1 ? "resets" : "reset"} TLS connections for the routes that name it${holding.length === 0 ? "" : `; ${goesOn}`}`;
  const all = holding.length > 0 && lacking.length === 0;
  return (all ? warning : problem)("ISM450", {
    detail: `${what}: ${follows}.`,
    ...(astray.length === 0 ? fixOf(facts, one, secret.name) : { fix: fixOfStrays(facts, one, secret.name) }),
    cluster: one.cluster,
    object,
    // That somebody has deleted it is the cause where this is a warning, which explains no error.
    ...(all
      ? { needs: [appliedObject(one.cluster, object), ...neededFor(facts, one, secret.name)] }
      : { breaks: [objectOf(one.cluster, object)], needs: neededFor(facts, one, secret.name) }),
  });
}

/** A certificate that cert-manager cannot order is not there, or has ended. */
function neededFor({ mesh }: MeshFacts, { cluster }: ReachedCluster, secret: string): readonly Subject[] {
  const issuers = (mesh.acmeIssuers ?? []).map(({ name }) => name);
  const isOrdered = mesh.services
    .flatMap(({ routes }) => routes)
    .some(({ tls }) => tls?.secretName === secret && tls.issuer !== undefined && issuers.includes(tls.issuer));
  return [issuanceOf(cluster, secret), ...(isOrdered ? [issuing(cluster)] : [])];
}

/**
 * What a person has made in another namespace than the gateway's pods are in, where istiod gives them no Secret
 * (https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings). Of a route with an issuer it is
 * somebody's own of the same name: that certificate is made in the right place.
 */
function astrayOf({ mesh }: MeshFacts, { name, elsewhere = [] }: TlsSecretFacts): readonly StrayObject[] {
  const isIssued = mesh.services
    .flatMap(({ routes }) => routes)
    .some(({ tls }) => tls?.secretName === name && tls.issuer !== undefined);
  return isIssued ? [] : elsewhere;
}

/**
 * A Certificate has its Secret made and renewed, so that a Secret alone is copied only where there is none. Others may
 * have the name too: only the one that is for the routes' hosts is copied, that of the service's namespace first.
 */
function fixOfStrays(facts: MeshFacts, one: ReachedCluster, secret: string): string {
  const strays = one.tlsSecrets.find(({ name }) => name === secret)?.elsewhere ?? [];
  const services = facts.mesh.services.filter(({ routes }) => routes.some(({ tls }) => tls?.secretName === secret));
  const hosts = services
    .flatMap(({ routes }) => routes.flatMap(({ tls, hosts: of }) => (tls?.secretName === secret ? of : [])))
    .filter((host) => host !== "*");
  const fitting = strays.filter(({ hosts: has = [] }) => hosts.every((host) => has.some((name) => covers(name, host))));
  const made = fitting.filter(({ kind }) => kind === "Certificate");
  const candidates = made.length === 0 ? fitting : made;
  const near = candidates.filter(({ namespace }) => services.some((service) => service.namespace === namespace));
  const [stray, ...others] = near.length === 0 ? candidates : near;
  return stray === undefined || others.length > 0
    ? `The gateway's pods run in ${istioNamespace}. Whoever has the certificate of ${[...new Set(hosts)].join(", ")} has to see which of them it is, and make it there.`
    : copyOf(one, secret, stray);
}

/** The command stands last, so that it can be copied. */
function copyOf(one: ReachedCluster, secret: string, { kind, namespace, name, issuer }: StrayObject): string {
  const [resource, head, parts] =
    kind === "Certificate"
      ? ["certificate.cert-manager.io", '"apiVersion":"cert-manager.io/v1","kind":"Certificate"', '"spec":{.spec}']
      : ["secret", '"apiVersion":"v1","kind":"Secret"', '"type":"{.type}","data":{.data}'];
  const copy = `{"{"}${head},"metadata":{"{"}"name":"${name}","namespace":"${istioNamespace}"},${parts}}`;
  const command = `${kubectl(one, "-n", namespace, "get", resource, name, "-o", `jsonpath=${copy}`)} | ${kubectl(one, "create", "-f", "-")}`;
  const first =
    issuer === undefined
      ? ""
      : ` It names Issuer ${issuer}, which is for ${namespace} alone: make that one in ${istioNamespace} first, with the Secrets that it names.`;
  return kind === "Certificate"
    ? `The gateway's pods run in ${istioNamespace}, where a Certificate has to fill Secret ${secret}; the one of ${namespace} can go afterwards, where nothing else uses its Secret.${first} This makes it there: ${command}`
    : `The gateway's pods run in ${istioNamespace}. This copies it there, once: whoever renews it has to renew the copy too: ${command}`;
}

/** isthmus or cert-manager makes the Secrets of routes that name an issuer; all others come from a person. */
function fixOf(facts: MeshFacts, one: ReachedCluster, secret: string): Pick<Finding, "fix" | "commands"> {
  const routes = facts.mesh.services
    .flatMap((service) => service.routes)
    .filter((route) => route.tls?.secretName === secret);
  const issued = routes.find((route) => route.tls?.issuer !== undefined);
  const hosts = [...new Set(routes.flatMap((route) => route.hosts))].join(", ");
  if (issued !== undefined && ownIssuerOf(facts.mesh, secret) !== undefined) {
    return {
      fix: "isthmus orders it, and puts it into every cluster that lacks it.",
      commands: [fillCommand(facts, one, one.tlsSecrets.find(({ name }) => name === secret) ?? {})],
    };
  }
  return {
    fix:
      issued === undefined
        ? `Whoever has the certificate of ${hosts} has to put it there: ${kubectl(one, "-n", istioNamespace, "create", "secret", "tls", secret)} --cert=FILE --key=FILE --dry-run=client -o yaml | ${kubectl(one, "apply", "-f", "-")}`
        : `cert-manager makes it, and says what it waits for; whoever runs it has to decide: ${kubectl(one, "-n", istioNamespace, "describe", "certificate")}`,
  };
}

/** A challenge is answered by whichever cluster has the answer, as long as the one that is asked answers at all (docs/adr/0035). */
function httpChallenge(
  facts: MeshFacts,
  route: MeshFacts["mesh"]["services"][number]["routes"][number],
): readonly Finding[] {
  const issuer = route.tls?.issuer;
  const reached = new Set(meshClusters(facts).map(({ cluster }) => cluster));
  const dead = facts.mesh.clusters.map(({ name }) => name).filter((name) => !reached.has(name));
  return issuer === undefined || !facts.mesh.http01Issuers.includes(issuer) || dead.length === 0
    ? []
    : [
        warning("ISM451", {
          detail: `Route ${route.name} has its certificate from ${issuer}, whose challenges come over HTTP, to any address of ${route.hosts.join(", ")}. ${dead.join(", ")} ${dead.length === 1 ? "was" : "were"} not seen, and whether ${dead.length === 1 ? "its ingress answers" : "their ingresses answer"} is not known: where it does not, a challenge that comes there is lost, and the certificate is not renewed.`,
          fix: "Take the addresses of ingresses that do not answer out of the name (a route with dns: { via: isthmus } has that done), or use dns01 for this issuer.",
        }),
      ];
}
