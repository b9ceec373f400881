import { describe, expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { checkSecretData } from "./check-secret-data.ts";

const secret = (data: Readonly<Record<string, string>>, kind = "Secret") =>
  ({
    apiVersion: "v1",
    kind,
    metadata: { name: "a" },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, new Secret(value)])),
  }) as Parameters<typeof checkSecretData>[0];

describe("a value below data of a Secret", () => {
  it.each(["q1w2 e3r4", "q1w2e3r4!", "abc", "abc=d", "a-_="])("is refused where it is no base64: %s", (value) => {
    const found = checkSecretData(secret({ good: "YQ==", password: value }));
    expect(found.map(({ code, severity, at }) => `${severity} ${code} ${at?.join(".")}`)).toEqual([
      "error ISM627 data.password",
    ]);
    expect(JSON.stringify(found)).not.toContain(value);
  });

  it("is fine as base64, also over several lines and empty", () => {
    expect(checkSecretData(secret({ a: "YWJj", b: "YWI=\n", c: "YW\r\nJj", d: "" }))).toEqual([]);
  });

  it("is something else in other kinds", () => {
    expect(checkSecretData(secret({ a: "!" }, "ConfigMap"))).toEqual([]);
  });
});
