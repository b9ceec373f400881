import { expect, it } from "vitest";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { foundBy } from "../../testing/found-by.ts";
import { withCluster } from "../../testing/healthy-facts.ts";
import type { CredentialTrial, RemoteSecretFacts } from "../credential-facts.ts";
import type { MeshFacts } from "../facts.ts";

function withSecret(change: Partial<RemoteSecretFacts>): MeshFacts {
  return withCluster("west", (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({ ...secret, ...change })),
  }));
}

function withTrial(outcome: CredentialTrial["outcome"]): MeshFacts {
  return withCluster("west", (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({
      ...secret,
      credentials: secret.credentials.map((credential) => ({ ...credential, trial: { outcome, detail: "" } })),
    })),
  }));
}

function withTokenEnd(expires: string): MeshFacts {
  return withCluster("west", (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({
      ...secret,
      credentials: secret.credentials.map((credential) => ({ ...credential, expires })),
    })),
  }));
}

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  [
    "credentials/remote-secrets",
    "a missing one",
    withCluster("west", () => ({ remoteSecrets: [] })),
    ["error ISM430 west→east"],
  ],
  ["credentials/secret-names", "an unknown cluster", withSecret({ keys: ["oest"] }), ["error ISM431 west"]],
  ["credentials/secret-names", "an annotation of another", withSecret({ annotation: "west" }), ["error ISM431 west"]],
  ["credentials/not-ending", "30 days", withTokenEnd("2026-12-23T06:00:00.000Z"), ["warning ISM435 west→east"]],
  ["credentials/not-ending", "yesterday", withTokenEnd("2026-11-22T06:00:00.000Z"), ["error ISM435 west→east"]],
  ["credentials/not-ending", "nothing at 90 days", withTokenEnd("2027-02-23T06:00:00.000Z"), []],
  ["credentials/accepted", "401", withTrial("unauthorized"), ["error ISM432 west→east"]],
  ["credentials/accepted", "an authority that does not fit", withTrial("untrusted"), ["error ISM433 west→east"]],
  ["credentials/accepted", "too few rights", withTrial("forbidden"), ["error ISM434 west→east"]],
  ["credentials/accepted", "nothing where this machine has no way", withTrial("unreachable"), []],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("credentials", table), "each of these needs one").toEqual([]);
});
