import { describe, expect, it } from "vitest";
import { judgeIssuance, type Issuance } from "./stuck-certificate.ts";

const issuance: Issuance = {
  certificate: "istio-system/shop",
  issuer: "letsencrypt",
  context: "west",
  isRunning: false,
  challenges: [],
};
const challenge = { dnsName: "shop.example.org", type: "DNS-01", state: "pending", reason: "", presented: true };

describe("why a Certificate is not ready", () => {
  it("is not known while nothing but the Certificate is there", () => {
    expect(judgeIssuance(issuance)).toBeUndefined();
  });

  it("is what the request says of its issuer", () => {
    const request = { reason: "Pending", message: 'Referenced "ClusterIssuer" not found' };
    expect(judgeIssuance({ ...issuance, request })).toEqual({ reason: 'Referenced "ClusterIssuer" not found' });
  });

  it("is the self check, which is slow and no fault", () => {
    const order = { state: "pending", reason: "" };
    const request = { reason: "Pending", message: "Waiting on certificate issuance from order" };
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

  it("is the challenge of an order that cannot go on, with what to do", () => {
    const order = { state: "invalid", reason: "" };
    const wrong = { ...challenge, state: "invalid", reason: "Correct value not found for DNS challenge" };
    expect(judgeIssuance({ ...issuance, order, challenges: [wrong] })).toEqual({
      reason: "its order is invalid: challenge DNS-01 for shop.example.org: Correct value not found for DNS challenge",
      fix: "Remove what the detail names. cert-manager tries again after an hour at the earliest, a new Certificate at once: kubectl --context west -n istio-system delete certificate shop, and run the same command again.",
    });
  });

  it("is not final while cert-manager is at it: the failed request is an earlier one", () => {
    const request = { reason: "Failed", message: "order is invalid" };
    expect(judgeIssuance({ ...issuance, isRunning: true, request })).toEqual({
      reason: "its request is Failed: order is invalid",
    });
  });

  it("is an account that the server has lost, with how to get another one", () => {
    const order = {
      state: "errored",
      reason: "Failed to create Order: 400 urn:ietf:params:acme:error:accountDoesNotExist: Account not found",
    };
    expect(judgeIssuance({ ...issuance, order })?.fix).toBe(
      "The ACME server does not know the account of letsencrypt any more. Have cert-manager make another one: kubectl --context west -n cert-manager delete secret letsencrypt (the namespace is that of cert-manager's own Secrets). Then kubectl --context west -n istio-system delete certificate shop, and run the same command again.",
    );
  });
});
