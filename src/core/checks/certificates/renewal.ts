import { renewalOf } from "../../decide/certificate-renewal.ts";
import { istioNamespace } from "../../render/names.ts";
import type { WrittenBy } from "../beside-facts.ts";
import type { TlsSecretFacts } from "../certificate-facts.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { certificateObject } from "../certificate-object.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { applyCommand, kubectlCommand, renewCommand } from "../commands.ts";
import { meshClusters } from "../reached.ts";
import { objectOf } from "../subjects.ts";
import { fillCommand, ownIssuerOf } from "../own-issuer.ts";

/**
 * Certificates that isthmus orders are renewed by its commands alone, are the
 * same everywhere, from the issuer that the mesh file names, and nobody else writes their Secrets.
 */
export const certificateRenewal: Check = {
  id: "certificates/renewal",
  sentence: "certificates that isthmus orders are renewed in time, and the same in all clusters",
  pre: false,
  unseen: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.tlsSecrets.some(
        ({ name, writersUnread }) => writersUnread === true && ownIssuerOf(facts.mesh, name) !== undefined,
      )
        ? [`which Certificates of cert-manager fill Secrets of ${one.cluster}: this account may not list them`]
        : [],
    ),
  run: (facts) => [
    ...meshClusters(facts).flatMap((one) => one.tlsSecrets.flatMap((secret) => findingsOf(facts, one, secret))),
    ...meshClusters(facts).flatMap((one) => one.tlsSecrets.flatMap((secret) => otherWriter(facts, one, secret))),
    ...differing(facts),
  ],
};

/** By the mesh file, or by the Secret itself, which says it. */
function isOrdered({ mesh }: MeshFacts, { name, acmeServer }: TlsSecretFacts): boolean {
  return acmeServer !== undefined || ownIssuerOf(mesh, name) !== undefined;
}

function findingsOf(facts: MeshFacts, one: ReachedCluster, secret: TlsSecretFacts): readonly Finding[] {
  if (!isOrdered(facts, secret) || secret.fingerprint === undefined) {
    return [];
  }
  const object = { group: "", kind: "Secret", namespace: istioNamespace, name: secret.name };
  const about = { cluster: one.cluster, object, needs: [objectOf(one.cluster, object)] };
  return [...foreign(facts, one, secret, about), ...due(facts, secret, about)];
}

/** A Secret has one writer: each would undo what the other does. */
function otherWriter(facts: MeshFacts, one: ReachedCluster, secret: TlsSecretFacts): readonly Finding[] {
  const { name, certificate } = secret;
  const issuer = ownIssuerOf(facts.mesh, name);
  if (issuer === undefined || certificate === undefined) {
    return [];
  }
  const object = { group: "", kind: "Secret", namespace: istioNamespace, name };
  return [
    problem("ISM686", {
      detail: `Certificate ${certificate} of ${one.cluster}${lastWrite(secret.certificateWritten)} has cert-manager fill the Secret ${name}, which isthmus fills with what it orders from ${issuer.server}. Each undoes what the other does, and orders again.${secret.written === undefined ? "" : ` The Secret was written last by ${writerOf(secret.written)}.`}`,
      fix: "Whoever made it has to decide. Where isthmus is to go on: delete the Certificate, and apply at once, since a cert-manager with --enable-certificate-owner-ref takes the Secret away with it. Where cert-manager is to go on: name its issuer at the route instead.",
      commands: [
        kubectlCommand(one, "delete", certificateObject(certificate)),
        applyCommand(facts, { cluster: one.cluster, force: ["Secret"] }),
      ],
      cluster: one.cluster,
      object,
      breaks: [objectOf(one.cluster, object)],
    }),
  ];
}

/** `, written last by kubectl at 2026-01-01T00:00:00Z,`, or nothing where nobody knows. */
function lastWrite(written: WrittenBy | undefined): string {
  return written === undefined ? "" : `, written last by ${writerOf(written)},`;
}

function writerOf({ by, at }: WrittenBy): string {
  return `${by === "" ? "somebody" : by}${at === "" ? "" : ` at ${at}`}`;
}

type About = Pick<Parameters<typeof problem>[1], "object" | "needs"> & { readonly cluster: string };

function foreign(facts: MeshFacts, one: ReachedCluster, secret: TlsSecretFacts, about: About): readonly Finding[] {
  const { name, acmeServer, written } = secret;
  const server = ownIssuerOf(facts.mesh, name)?.server;
  const somebody = `put there by somebody else${written === undefined ? "" : ` (written last by ${writerOf(written)})`}`;
  return server === undefined || acmeServer === server
    ? []
    : [
        warning("ISM662", {
          detail: `The certificate in Secret ${istioNamespace}/${name} of ${about.cluster} was ${acmeServer === undefined ? somebody : `ordered from ${acmeServer}`}, and the mesh file names ${server}.`,
          fix: "The next apply orders one from there.",
          commands: [fillCommand(facts, one, secret)],
          ...about,
        }),
      ];
}

/** A day for the job that renews: one that has just become due is no fault yet. An ended one is another check's (ISM450). */
const graceMs = 24 * 3600 * 1000;

function due(facts: MeshFacts, secret: TlsSecretFacts, about: About): readonly Finding[] {
  const { name, notBefore = "", notAfter = "", fingerprint = "" } = secret;
  const life = { notBefore: Date.parse(notBefore), notAfter: Date.parse(notAfter), serial: fingerprint };
  const { at, why } = renewalOf(life, ownIssuerOf(facts.mesh, name) ?? {});
  const now = Date.parse(facts.takenAt);
  return now <= at + Math.min(graceMs, (life.notAfter - at) / 4) || now >= life.notAfter
    ? []
    : [
        warning("ISM660", {
          detail: `The certificate in Secret ${istioNamespace}/${name} of ${about.cluster} ends on ${notAfter.slice(0, 10)} and was to be renewed from ${new Date(at).toISOString().slice(0, 10)} on: ${why}. Nothing renews it but apply and certs renew.`,
          fix: "Renew it, and have a job do so every day.",
          commands: [renewCommand(facts)],
          ...about,
        }),
      ];
}

/** Of one Secret in several clusters: which of them hold another certificate than the newest. */
function differing(facts: MeshFacts): readonly Finding[] {
  const clusters = meshClusters(facts);
  const ordered = clusters.flatMap(({ tlsSecrets }) => tlsSecrets.filter((secret) => isOrdered(facts, secret)));
  return [...new Set(ordered.map(({ name }) => name))].flatMap((name) => {
    const held = clusters.flatMap((one) =>
      one.tlsSecrets.flatMap((secret) =>
        secret.name === name && secret.fingerprint !== undefined ? [{ one, secret, ends: secret.notAfter ?? "" }] : [],
      ),
    );
    const newest = held.toSorted((a, b) => (a.ends < b.ends ? 1 : -1))[0];
    return held
      .filter(({ secret }) => secret.fingerprint !== newest?.secret.fingerprint)
      .map(({ one, secret, ends }) => differs(facts, one, { secret, ends, newest }));
  });
}

function differs(
  facts: MeshFacts,
  one: ReachedCluster,
  {
    secret,
    ends,
    newest,
  }: {
    readonly secret: TlsSecretFacts;
    readonly ends: string;
    readonly newest: { readonly one: ReachedCluster; readonly ends: string } | undefined;
  },
): Finding {
  const { name } = secret;
  const { cluster } = one;
  const object = { group: "", kind: "Secret", namespace: istioNamespace, name };
  return problem("ISM661", {
    detail: `Secret ${istioNamespace}/${name} of ${cluster} holds another certificate than that of ${newest?.one.cluster ?? ""}: it ends on ${ends.slice(0, 10)}, the other on ${(newest?.ends ?? "").slice(0, 10)}.`,
    fix: "An apply puts one of them into all clusters, without an order.",
    commands: [fillCommand(facts, one, secret)],
    cluster,
    object,
    needs: [objectOf(cluster, object)],
  });
}
