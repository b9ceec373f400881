import { describe, expect, it } from "vitest";
import { parseMesh } from "../parse.ts";
import { smallMesh } from "../../testing/small-mesh.ts";

function diagnosticsOf(solver: string) {
  const text = smallMesh(`  issuers:
    - name: i
      acme: { server: "https://acme.example/d", email: a@b.example, ${solver} }
`);
  return parseMesh(text, "mesh.yaml").diagnostics;
}

function problems(solver: string): readonly string[] {
  return diagnosticsOf(solver).map(
    ({ code, range }) => `${code} ${range?.lineText.slice(range.start.column - 1, range.end.column - 1)}`,
  );
}

const secretRef = "{ name: s, key: k }";

describe("the settings of a solver", () => {
  it.each([
    `dns01: { cloudflare: { apiTokenSecretRef: ${secretRef} } }`,
    `dns01: { cloudflare: { email: a@b.example, apiKeySecretRef: { name: s } }, cnameStrategy: Follow }`,
    `dns01: { rfc2136: { nameserver: 192.0.2.53, tsigKeyName: k, tsigSecretSecretRef: ${secretRef} } }`,
    `dns01: { route53: { region: eu-central-1, accessKeyID: AKIA, secretAccessKeySecretRef: ${secretRef} } }`,
    "dns01: { webhook: { groupName: acme.example, solverName: s, config: { zone: z, apiKeySecretRef: { name: a-token, key: token } } } }",
    "dns01: { ofThe: { next: release } }",
    "dns01: { webhook: { groupName: g, solverName: s, config: { credentials: { secretName: x, namespace: y }, apiKey: { name: x, key: y } } } }",
    "dns01: { webhook: { groupName: g, solverName: s, config: { token: { secretName: x, secretNamespace: y, keyName: z }, secret: { name: x, field: y } } } }",
    "http01: {}",
    "http01: { ingress: { ingressClassName: istio } }",
  ])("are passed on: %s", (solver) => {
    expect(problems(solver)).toEqual([]);
  });

  it.each([
    ["no provider", "dns01: {}", ["ISM119 {}"]],
    [
      "no provider but how names are followed",
      "dns01: { cnameStrategy: Follow }",
      ["ISM119 { cnameStrategy: Follow }"],
    ],
    ["two providers", "dns01: { route53: {}, cloudflare: {} }", ["ISM119 cloudflare"]],
    [
      "a choice of names, which is no second provider",
      "dns01: { selector: { dnsZones: [a.example] }, route53: {} }",
      ["ISM102 selector"],
    ],
    ["a choice of names in the place of http01's settings", "http01: { selector: {} }", ["ISM102 selector"]],
    ["a misspelt provider", "dns01: { cloudflair: {} }", ["ISM102 cloudflair"]],
    ["a misspelt field", "dns01: { route53: { regoin: a } }", ["ISM102 regoin"]],
    ["text that is none", "dns01: { route53: { region: 3 } }", ["ISM103 3"]],
    ["text in the place of an unknown provider's settings", "dns01: { constructor: a }", ["ISM103 a"]],
    ["settings that are none", "dns01: { route53: [] }", ["ISM103 []"]],
    ["a reference that names nothing", "dns01: { digitalocean: { tokenSecretRef: {} } }", ["ISM103 {}"]],
    [
      "a namespace of the Secret",
      "dns01: { digitalocean: { tokenSecretRef: { name: s, key: k, namespace: n } } }",
      ["ISM102 namespace"],
    ],
    ["what cert-manager cannot do without", "dns01: { rfc2136: {} }", ["ISM105 {}"]],
  ])("are refused with %s", (_sentence, solver, expected) => {
    expect(problems(solver)).toEqual(expected);
  });

  it.each([
    ["apiToken", "dns01: { cloudflare: { apiToken: t0ps3cret-t0ken } }", "ISM694"],
    ["apiTokenSecretRef", "dns01: { cloudflare: { apiTokenSecretRef: t0ps3cret-t0ken } }", "ISM103"],
    ["value", "dns01: { digitalocean: { tokenSecretRef: { name: s, value: t0ps3cret-t0ken } } }", "ISM694"],
    ["token", "dns01: { digitalocean: { token: t0ps3cret-t0ken } }", "ISM694"],
    [
      "password",
      "dns01: { webhook: { groupName: g, solverName: s, config: { login: { password: t0ps3cret-t0ken } } } }",
      "ISM694",
    ],
    ["apiToken", "dns01: { apiToken: t0ps3cret-t0ken }", "ISM103"],
    [
      "password",
      "dns01: { webhook: { groupName: g, solverName: s, config: [{ password: t0ps3cret-t0ken }] } }",
      "ISM694",
    ],
    ["secretAccessKey", "dns01: { route53: { secretAccessKey: t0ps3cret-t0ken } }", "ISM694"],
  ])("hold no secret, and none is shown: %s", (field, solver, code) => {
    const found = diagnosticsOf(solver);
    expect(found.map((one) => one.code)).toEqual([code]);
    expect(found[0]?.detail).toContain(field);
    expect(JSON.stringify(found)).not.toContain("t0ps3cret");
  });
});
