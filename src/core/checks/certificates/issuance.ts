import { fixOfIssuance, judgeIssuance, type StuckCertificate } from "../../decide/stuck-certificate.ts";
import { istioNamespace } from "../../render/names.ts";
import type { TlsSecretFacts } from "../certificate-facts.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectlCommand } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { IssuanceFacts } from "../issuance-facts.ts";
import { ownIssuerOf } from "../own-issuer.ts";
import { daysUntil, meshClusters } from "../reached.ts";
import { appliedObject, issuanceOf, issuing } from "../subjects.ts";
import { holdersOf } from "../certificate-holders.ts";
import { explainPages } from "./pages.ts";

/** What cert-manager itself says, in the objects that say it: a Certificate tells of its Order and Challenges nothing but that it waits. */
export const certificateIssuance: Check = {
  id: "certificates/issuance",
  sentence: "cert-manager issues and renews the certificates of routes",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap((one) => one.tlsSecrets.flatMap((secret) => unseenOf(one, secret))),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => one.tlsSecrets.flatMap((secret) => findingsOf(facts, one, secret))),
};

function unseenOf({ cluster }: ReachedCluster, { certificate, issuance }: TlsSecretFacts): readonly string[] {
  return (issuance?.unread ?? []).map(
    (kinds) =>
      `what the ${kinds} of Certificate ${certificate ?? ""} of ${cluster} say: this account may not read them`,
  );
}

function findingsOf(facts: MeshFacts, one: ReachedCluster, secret: TlsSecretFacts): readonly Finding[] {
  const { name, certificate, issuance } = secret;
  if (certificate === undefined || issuance === undefined || (issuance.ready && issuance.failed !== true)) {
    return [];
  }
  // That cert-manager is not to fill it at all is another check's (ISM686).
  if (ownIssuerOf(facts.mesh, name) !== undefined) {
    return [];
  }
  const [namespace = "", called = ""] = certificate.split("/");
  const object = { group: "cert-manager.io", kind: "Certificate", namespace, name: called };
  const { kind, name: issuer } = issuance.issuer;
  const stuck = reasonOf(issuance);
  const has = secret.notAfter !== undefined && daysUntil(facts, secret.notAfter) >= 0;
  const pages = explainPages(facts, one, secret);
  return [
    // Where requests are answered all the same it is a warning, as what it explains would be (ISM450).
    (has || isHeld(one, secret) ? warning : problem)("ISM779", {
      detail: `Certificate ${certificate} of ${one.cluster} is not ${has ? `issued anew, and Secret ${istioNamespace}/${name} holds one that ends on ${(secret.notAfter ?? "").slice(0, 10)}` : "issued"}: ${stuck.reason}.${pages === undefined ? "" : ` ${pages.why}`}`,
      fix: [...(pages === undefined ? [] : [pages.fix]), fixOf(facts, one, secret, stuck)].join(" "),
      cluster: one.cluster,
      object,
      provenBy: { own: ["tlsSecrets"] },
      breaks: [issuanceOf(one.cluster, name)],
      needs: [
        issuing(one.cluster),
        appliedObject(one.cluster, object),
        appliedObject(one.cluster, { group: "cert-manager.io", kind, name: issuer }),
      ],
    }),
  ];
}

function isHeld(one: ReachedCluster, { name, present }: TlsSecretFacts): boolean {
  const { holding, lacking } = holdersOf(one, name);
  return !present && holding.length > 0 && lacking.length === 0;
}

/** An issuer that is not there or not ready says more than the request that waits for it. */
function reasonOf({ issuer, issuance, says }: IssuanceFacts): StuckCertificate {
  const named = `its ${issuer.kind} ${issuer.name}`;
  if (issuer.state === "missing") {
    return { reason: `${named} does not exist` };
  }
  if (issuer.state === "unready") {
    return { reason: `${named} is not ready: ${issuer.says ?? ""}` };
  }
  const stuck = issuance === undefined ? undefined : judgeIssuance(issuance);
  return stuck ?? { reason: says ?? "cert-manager has not looked at it, as one that does not run" };
}

function fixOf(
  facts: MeshFacts,
  one: ReachedCluster,
  { certificate = "", issuance }: TlsSecretFacts,
  stuck: StuckCertificate,
): string {
  const { kind = "", name: issuer = "", account = `cert-manager/${issuer}`, state } = issuance?.issuer ?? {};
  const again = tryAgain(facts, one, certificate, issuance?.issuance);
  if (stuck.gaveUp !== undefined) {
    return fixOfIssuance(stuck.gaveUp, { issuer, account, context: one.context, again });
  }
  return state === "missing"
    ? `Whoever runs cert-manager has to decide: make ${kind} ${issuer}, or name another one in the Certificate.`
    : `Whoever runs cert-manager has to see to what the detail names. It goes on by itself then, but for settings of the issuer that were changed, which it takes with: ${again}`;
}

/** A request that is under way is made anew once it is gone; one that failed, when the Certificate says that it is to be issued. */
function tryAgain(
  facts: MeshFacts,
  one: ReachedCluster,
  certificate: string,
  issuance: IssuanceFacts["issuance"],
): string {
  const [namespace = "", name = ""] = certificate.split("/");
  const { isRunning = false, request } = issuance ?? {};
  const group = "cert-manager.io";
  return isRunning && request !== undefined
    ? kubectlCommand(one, "delete", { group, kind: "CertificateRequest", namespace, name: request.name })
    : kubectlCommand(
        one,
        "patch",
        { group, kind: "Certificate", namespace, name },
        "--subresource=status",
        "--type=merge",
        "-p",
        JSON.stringify({ status: { conditions: [issuingAgain(facts)] } }),
      );
}

/** What `cmctl renew` writes; it has to be later than the failed request (https://cert-manager.io/docs/reference/cmctl/#renew). */
function issuingAgain({ takenAt }: MeshFacts): Readonly<Record<string, string>> {
  return {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "Issuance was triggered by hand",
    lastTransitionTime: takenAt.replace(/\.\d+Z$/, "Z"),
  };
}
