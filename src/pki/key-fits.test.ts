import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { Secret } from "../core/secret.ts";
import { keyFits } from "./key-fits.ts";
import { hostsOf } from "./hosts.ts";
import { keyOf, makeCertificate } from "./testing/make-certificate.ts";

/** As a Secret's data has it. */
function encoded(pem: string): Secret {
  return new Secret(Buffer.from(pem, "utf8").toString("base64"));
}

it("knows a certificate's own key from another, in every form that people have", async () => {
  const [one, other] = [await makeCertificate({ name: "one" }), await makeCertificate({ name: "other" })];
  for (const type of ["pkcs8", "sec1"] as const) {
    expect(keyFits(one.pem, encoded((await keyOf(one, type)).expose()))).toBe(true);
  }
  expect(keyFits(one.pem, encoded((await keyOf(other)).expose()))).toBe(false);
  expect(keyFits(one.pem, encoded("no key"))).toBe(false);
});

it("takes no name from a certificate's subject, as clients do not", async () => {
  expect(hostsOf((await makeCertificate({ name: "shop.example" })).pem)).toEqual([]);
});
