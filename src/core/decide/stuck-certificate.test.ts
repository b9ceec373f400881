import { describe, expect, it } from "vitest";
import { fixOfIssuance, judgeIssuance, type Issuance } from "./stuck-certificate.ts";

const issuance: Issuance = {
  isRunning: false,
  challenges: [],
};
const challenge = { dnsName: "shop.example.org", type: "DNS-01", state: "pending", reason: "", presented: true };

describe("why a Certificate is not ready", () => {
  it("is not known while nothing but the Certificate is there", () => {
    expect(judgeIssuance(issuance)).toBeUndefined();
  });

  it("is what the request says of its issuer", () => {
    const request = { name: "shop-1", reason: "Pending", message: 'Referenced "ClusterIssuer" not found' };
    expect(judgeIssuance({ ...issuance, request })).toEqual({
      reason: 'Referenced "ClusterIssuer" not found',
      waits: true,
    });
  });

  it("is the self check, which is slow and no fault", () => {
    const order = { state: "pending", reason: "" };
    const request = { name: "shop-1", reason: "Pending", message: "Waiting on certificate issuance from order" };
    expect(judgeIssuance({ ...issuance, request, order, challenges: [challenge] })?.reason).toBe(
      "the DNS record that proves shop.example.org is being checked, which takes cert-manager a minute a name (waitInsteadOfSelfCheck of the issuer shortens it)",
    );
  });

  it("is what the DNS server has refused, which cert-manager tries again", () => {
    const order = { state: "pending", reason: "" };
    const refused = { ...challenge, reason: "DNS update failed. Server replied: REFUSED", presented: false };
    expect(judgeIssuance({ ...issuance, order, challenges: [refused] })).toEqual({
      reason: "challenge DNS-01 for shop.example.org: DNS update failed. Server replied: REFUSED",
    });
  });

  it("is what an order says that has no challenge yet, by an event where it says nothing itself", () => {
    const order = { state: "pending", reason: "", warning: "BadConfig: no such account" };
    expect(judgeIssuance({ ...issuance, order })).toEqual({ reason: "BadConfig: no such account" });
  });

  it("is that no solver fits, of which cert-manager says no more while it seems to be at it", () => {
    const warning =
      "Solver: Failed to determine a valid solver configuration for the set of domains on the Order: no configured challenge solvers can be used for this challenge";
    const order = { state: "pending", reason: "", warning };
    expect(judgeIssuance({ ...issuance, isRunning: true, order })).toEqual({
      reason: `its order does not go on: ${warning}`,
      gaveUp: { lostAccount: false },
    });
  });

  it("is the challenge of an order that cannot go on, with what to do", () => {
    const order = { state: "invalid", reason: "" };
    const wrong = { ...challenge, state: "invalid", reason: "Correct value not found for DNS challenge" };
    expect(judgeIssuance({ ...issuance, order, challenges: [wrong] })).toEqual({
      reason: "its order is invalid: challenge DNS-01 for shop.example.org: Correct value not found for DNS challenge",
      gaveUp: { lostAccount: false },
    });
  });

  it("is not final while cert-manager is at it: the failed request is an earlier one", () => {
    const request = { name: "shop-1", reason: "Failed", message: "order is invalid" };
    expect(judgeIssuance({ ...issuance, isRunning: true, request })).toEqual({
      reason: "its request is Failed: order is invalid",
    });
  });

  it("is an account that the server has lost, with how to get another one", () => {
    const order = {
      state: "errored",
      reason: "Failed to create Order: 400 urn:ietf:params:acme:error:accountDoesNotExist: Account not found",
    };
    const { gaveUp } = judgeIssuance({ ...issuance, order }) ?? {};
    expect(gaveUp).toEqual({ lostAccount: true });
  });
});

it("is put right by what the detail names, or by another account", () => {
  const about = { issuer: "letsencrypt", account: "cert-manager/key", context: "west", again: "kubectl patch x" };
  expect(fixOfIssuance({ lostAccount: false }, about)).toBe(
    "Whoever runs cert-manager has to put right what the detail names. It tries again after an hour at the earliest, at once with: kubectl patch x",
  );
  expect(fixOfIssuance({ lostAccount: true }, about)).toBe(
    "The ACME server does not know the account of letsencrypt any more, and whoever runs cert-manager has to have it make another one: kubectl --context west -n cert-manager delete secret key (the namespace is that of cert-manager's own Secrets). Then kubectl patch x",
  );
  expect(fixOfIssuance({ lostAccount: true }, { ...about, account: "?/key" })).toContain(
    "delete Secret key of the namespace that cert-manager is started with (--cluster-resource-namespace), where kubectl --context west get secrets -A --field-selector metadata.name=key lists it. Then kubectl patch x",
  );
  const spaced = { ...about, context: "my cluster" };
  expect(fixOfIssuance({ lostAccount: true }, spaced)).toContain(
    "kubectl --context 'my cluster' -n cert-manager delete secret key",
  );
  expect(fixOfIssuance({ lostAccount: true }, { ...spaced, account: "?/key" })).toContain(
    "kubectl --context 'my cluster' get secrets -A",
  );
});
