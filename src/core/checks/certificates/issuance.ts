import { fixOfIssuance, judgeIssuance, type StuckCertificate } from "../../decide/stuck-certificate.ts";
import { meshFileWords } from "../../mesh-file-words.ts";
import { quoteCommand } from "../../quote-command.ts";
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
import { certificateObject, unlistedWriters } from "../certificate-object.ts";
import { explainPages } from "./pages.ts";

/** What cert-manager itself says, in the objects that say it: a Certificate tells of its Order and Challenges nothing but that it waits. */
export const certificateIssuance: Check = {
  id: "certificates/issuance",
  sentence: "cert-manager issues and renews the certificates of routes",
  pre: false,
  unseen: (facts) =>
    meshClusters(facts).flatMap((one) => one.tlsSecrets.flatMap((secret) => unseenOf(facts, one, secret))),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => one.tlsSecrets.flatMap((secret) => findingsOf(facts, one, secret))),
};

function unseenOf({ mesh }: MeshFacts, one: ReachedCluster, secret: TlsSecretFacts): readonly string[] {
  const { name, certificate, issuance, writersUnread } = secret;
  if (writersUnread === true && ownIssuerOf(mesh, name) === undefined) {
    return [unlistedWriters(secret, one)];
  }
  return (issuance?.unread ?? []).map(
    (kinds) =>
      `what the ${kinds} of Certificate ${certificate ?? ""} of ${one.cluster} say: this account may not read them`,
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
  const object = certificateObject(certificate);
  const { kind, name: issuer } = issuance.issuer;
  const { words, fix, since } = judged(facts, one, secret, issuance);
  const has = isValid(facts, secret);
  return [
    // Where requests are answered all the same it is a warning, as what it explains would be (ISM450).
    (has || since !== undefined || isHeld(one, secret) ? warning : problem)("ISM779", {
      detail: `Certificate ${certificate} of ${one.cluster} is ${since === undefined ? "" : `being issued since ${since}, and `}not ${has ? `issued anew, and Secret ${istioNamespace}/${name} holds one that ends on ${(secret.notAfter ?? "").slice(0, 10)}` : "issued"}: ${words}`,
      fix,
      cluster: one.cluster,
      object,
      provenBy: { own: ["tlsSecrets"] },
      ...(since === undefined ? {} : { explainsErrors: true }),
      breaks: [issuanceOf(one.cluster, name)],
      needs: [
        issuing(one.cluster),
        appliedObject(one.cluster, object),
        appliedObject(one.cluster, { group: "cert-manager.io", kind, name: issuer }),
      ],
    }),
  ];
}

/** Why it is not issued, what to do, and since when it is under way where nothing speaks against that. */
function judged(
  facts: MeshFacts,
  one: ReachedCluster,
  secret: TlsSecretFacts,
  issuance: IssuanceFacts,
): { readonly words: string; readonly fix: string; readonly since: string | undefined } {
  const stuck = reasonOf(issuance);
  const pages = explainPages(facts, one, secret);
  const since = underWaySince(facts, issuance, stuck);
  const own = fixOf(one, secret, stuck);
  const wait = quoteCommand(["isthmus", "check", ...meshFileWords(facts.mesh.file), "--wait", "5m"]);
  return {
    words: `${stuck.reason}.${pages === undefined ? "" : ` ${pages.why}`}`,
    fix: since !== undefined ? `Wait, and look again: ${wait}` : pages === undefined ? own : `${pages.fix} ${own}`,
    since,
  };
}

function isValid(facts: MeshFacts, { notAfter }: TlsSecretFacts): boolean {
  return notAfter !== undefined && daysUntil(facts, notAfter) >= 0;
}

function isHeld(one: ReachedCluster, { name, present }: TlsSecretFacts): boolean {
  const { holding, lacking } = holdersOf(one, name);
  return !present && holding.length > 0 && lacking.length === 0;
}

/** With cert-manager's own look at a DNS record an order takes a minute a name, and a retry of what is refused says so before. */
const usualMs = 5 * 60_000;

/** Since when an issuance is under way that nothing speaks against; undefined where something does, or it takes too long. */
function underWaySince(
  { takenAt }: MeshFacts,
  { issuance }: IssuanceFacts,
  stuck: StuckCertificate,
): string | undefined {
  const since = issuance?.since;
  return since !== undefined && stuck.waits === true && Date.parse(takenAt) - Date.parse(since) < usualMs
    ? since
    : undefined;
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
  return stuck ?? { reason: says ?? "cert-manager has not looked at it, as one that does not run", waits: true };
}

function fixOf(one: ReachedCluster, { certificate = "", issuance }: TlsSecretFacts, stuck: StuckCertificate): string {
  const { kind = "", name: issuer = "", account = `?/${issuer}`, state } = issuance?.issuer ?? {};
  const again = tryAgain(one, certificate, issuance?.issuance);
  if (stuck.gaveUp !== undefined) {
    return fixOfIssuance(stuck.gaveUp, { issuer, account, context: one.context, again });
  }
  return state === "missing"
    ? `Whoever runs cert-manager has to decide: make ${kind} ${issuer}, or name another one in the Certificate.`
    : `Whoever runs cert-manager has to see to what the detail names. It goes on by itself then, but for settings of the issuer that were changed, which it takes with: ${again}`;
}

/**
 * Takes the request away and has the Certificate issued, in this order and both, whatever is seen: a request that is
 * gone alone is made anew only while the Certificate is being issued, which it may have ceased to be meanwhile; and
 * beside a request that failed in the same second the issuance counts as failed once more while a new request is
 * fulfilled for nobody. cmctl renew does the second part only
 * (https://github.com/cert-manager/cert-manager/blob/v1.21.2/pkg/controller/certificates/issuing/issuing_controller.go
 * and requestmanager_controller.go beside it; measured with 1.21.2).
 */
function tryAgain(one: ReachedCluster, certificate: string, issuance: IssuanceFacts["issuance"]): string {
  const object = certificateObject(certificate);
  const { group, namespace } = object;
  const { request } = issuance ?? {};
  const patch = kubectlCommand(
    one,
    "patch",
    object,
    "--subresource=status",
    "--type=merge",
    "-p",
    JSON.stringify({ status: { conditions: [issuingAgain] } }),
  ).replace(now, `'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'`);
  if (request === undefined) {
    return patch;
  }
  const id = { group, kind: "CertificateRequest", namespace, name: request.name };
  return `${kubectlCommand(one, "delete", id, "--ignore-not-found")} && ${patch}`;
}

/** Stands in a quoted command for the moment at which a shell runs it. */
const now = "NOW";

/** What cmctl writes; its time has to be later than that of the failed request (https://cert-manager.io/docs/reference/cmctl/#renew). */
const issuingAgain = {
  type: "Issuing",
  status: "True",
  reason: "ManuallyTriggered",
  message: "Issuance was triggered by hand",
  lastTransitionTime: now,
};
