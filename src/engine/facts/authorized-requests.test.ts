import { expect, it } from "vitest";
import { authorizedPath, goesByAddresses, readAuthorized } from "./authorized-requests.ts";

it("adds up what the listeners for requests have counted, and leaves connections out", () => {
  const page = [
    "http.outbound_0.0.0.0_8080;.rbac.allowed: 3",
    "http.outbound_0.0.0.0_8443;.rbac.allowed: 1",
    "http.outbound_0.0.0.0_8080;.rbac.denied: 7",
    "http.outbound_0.0.0.0_8080;.rbac.shadow_denied: 2",
    "tcp.rbac.denied: 9",
  ].join("\n");
  expect(readAuthorized(page)).toEqual({ allowed: 4, denied: 7 });
  expect(readAuthorized("")).toEqual({ allowed: 0, denied: 0 });
});

it("asks only a proxy whose rules go by addresses", () => {
  expect(goesByAddresses('{"principals":[{"direct_remote_ip":{"address_prefix":"10.0.0.0"}}]}')).toBe(true);
  expect(goesByAddresses('{"remote_ip":{}}')).toBe(true);
  expect(goesByAddresses('{"use_remote_address":true}')).toBe(false);
  expect(decodeURIComponent(authorizedPath)).toBe(String.raw`/stats?filter=\.rbac\.(allowed|denied)$`);
});
