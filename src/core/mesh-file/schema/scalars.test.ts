import { describe, expect, it } from "vitest";
import type { TextForm } from "./text-form.ts";
import { address, domain, email, httpsUrl, imageHub, keyName, requestPath, routeHost } from "./addresses.ts";
import {
  duration,
  environmentName,
  isLabelKey,
  istioVersion,
  label,
  labelValue,
  line,
  locality,
  quantity,
  subdomain,
} from "./scalars.ts";

const forms: readonly (readonly [string, TextForm, readonly string[], readonly string[]])[] = [
  [
    "a DNS-1123 label",
    label,
    ["a", "mcsps-test-k8s-01", "0", "a".repeat(63)],
    ["", "A", "-a", "a-", "a.b", "a_b", "a".repeat(64), "a\n"],
  ],
  ["a DNS-1123 subdomain", subdomain, ["a", "a.b-c.d"], ["", "a..b", "A.b", ".a", "a".repeat(254)]],
  ["a label value", labelValue, ["", "a", "A_b.c-D", "1"], ["-a", "a b", "a/b", "a".repeat(64)]],
  ["a region", locality, ["eu-de", "RegionOne", "eu_de"], ["", "eu.de", "eu/de", "eu de"]],
  [
    "a quantity",
    quantity,
    ["0", "100m", "2", "0.5", "128Mi", "1G", "1e3", "12000Mi", ".5"],
    ["", "200 m", "128MB", "100mi", "-1", "1KI", "m"],
  ],
  [
    "an https URL",
    httpsUrl,
    ["https://a.example", "https://a:6443/k8s/clusters/c-1"],
    ["", "a.example", "http://a.example", "https://u:p@a.example", "https://a.example?x", "https://", "https:// a"],
  ],
  [
    "a route's host",
    routeHost,
    ["*", "*.a.example", "a.example", "localhost", "203.0.113.5"],
    [
      "",
      "a.example.",
      "1.2.3",
      "*.203.0.113.5",
      "203.0.113.05",
      "bücher.example",
      "a.*",
      "**",
      "https://a",
      "a/b",
      "a:80",
      "-a.b",
    ],
  ],
  [
    "an address",
    address,
    ["203.0.113.10", "::1", "2001:db8::1", "gw.a.example"],
    [
      "",
      "999.1.1.1",
      "1.2.3",
      "010.0.0.1",
      "192.168.001.1",
      "0x7f.1",
      "gw.1",
      "a:80",
      "a/b",
      ":::",
      "203.0.113.10:15443",
    ],
  ],
  ["a domain", domain, ["a.example", "a.example."], ["", ".a", "a..b", "*.a"]],
  ["the name of a key", keyName, ["k", "my_key.a.example.", "_k", "1"], ["", ".k", "k..a", "k a", "a".repeat(64)]],
  ["an Istio version", istioVersion, ["1.31.0", "1.12.0", "1.31.0-rc.1"], ["1.31", "v1.31.0", "latest", ""]],
  [
    "an image hub",
    imageHub,
    ["docker.io/istio", "localhost:5000", "mtr.devops.telekom.de/istio"],
    ["", "https://docker.io/istio", "docker.io/istio/", "a b"],
  ],
  ["an e-mail address", email, ["a@b.example"], ["a", "a@", "@b", "a b@c"]],
  ["a request path", requestPath, ["/", "/hello"], ["", "hello", "/a b"]],
  ["a line", line, ["a", "isthmus west"], ["", "  ", "a\nb", "a\u001bb"]],
  ["an environment variable", environmentName, ["RANCHER_TOKEN", "_a1"], ["", "1A", "token-abc:def", "A-B"]],
];

describe("the forms of text", () => {
  it.each(forms)("%s", (_name, form, right, wrong) => {
    expect(right.filter((text) => !form.test(text))).toEqual([]);
    expect(wrong.filter((text) => form.test(text))).toEqual([]);
  });

  it("say in the schema what they say themselves", () => {
    for (const [, form, right, wrong] of forms) {
      const { pattern } = form;
      if (pattern !== undefined) {
        expect(right.filter((text) => !new RegExp(pattern).test(text))).toEqual([]);
        expect(wrong.filter((text) => text.length <= 63 && !new RegExp(pattern).test(text)).length).toBeGreaterThan(0);
      }
    }
  });

  const fixes: readonly (readonly [TextForm, string, string])[] = [
    [label, "West_1", "Write for example west-1."],
    [label, "___", "Write a name such as west-1."],
    [quantity, "200 m", "Write for example 200m."],
    [quantity, "128MB", "Write for example 128M."],
    [quantity, "128mi", "Write for example 128Mi."],
    [quantity, "64kib", "Write for example 64Ki."],
    [quantity, "much", "Write for example 100m, 2 or 128Mi."],
    [httpsUrl, "rancher.example.org", "Write https://rancher.example.org."],
    [istioVersion, "v1.31.0", "Write 1.31.0."],
    [istioVersion, "1.31", "Write for example 1.31.0."],
    [requestPath, "hello", "Write /hello."],
    [duration, "60", "Add the unit, as in 60s or 60d."],
    [duration, "14 days", "Write 14d."],
    [duration, "500 ms", "Write 500ms."],
    [duration, "5 milliseconds", "Write 5ms."],
    [duration, "1.5 hours", "Write 1.5h."],
    [duration, "5 Minutes", "Write for example 10s."],
    [duration, "2 months", "Write for example 10s."],
    [routeHost, "www.a.example.", "Write www.a.example."],
    [routeHost, "*.Bücher.example", 'Write "*.xn--bcher-kva.example".'],
    [routeHost, "https://a.example:8443/x", "Write a.example."],
    [routeHost, "shop/www.a.example", "Write www.a.example."],
    [routeHost, "./*.a.example", 'Write "*.a.example".'],
    [routeHost, "a.example/b.html", "Write a.example."],
    [routeHost, "a b", 'Write for example "*" or www.example.org.'],
    [routeHost, "*.a_b.example", "Use a name without _: Istio takes letters, digits, - and dots in hosts."],
    [address, "_gw.example", "Use a name without _: Istio takes letters, digits, - and dots in hosts."],
    [address, "[2001:db8::1]:443", "Write 2001:db8::1, and 443 as port."],
    [address, "[2001:db8::1]", "Write 2001:db8::1."],
    [address, "ns1.a.example:5353", "Write ns1.a.example, and 5353 as port."],
    [address, "https://gw.a.example:15443/", "Write gw.a.example, and 15443 as port."],
    [address, "gw.a.example.", "Write gw.a.example."],
    [address, "*.a.example", "Write for example 203.0.113.10 or gateway.example.org."],
    [address, "*.a.example:443", "Write for example 203.0.113.10 or gateway.example.org."],
    [address, "192.168.001.010", "Write 192.168.1.10."],
  ];
  it.each(fixes)("suggest something right (%#)", (form, text, fix) => {
    expect(form.test(text)).toBe(false);
    expect(form.fix(text)).toBe(fix);
  });

  it("know the keys of labels", () => {
    expect(["role", "app.kubernetes.io/name", "a_b"].every(isLabelKey)).toBe(true);
    expect(["", "/a", "a/", "a/b/c", "A_b/c", "a b"].some(isLabelKey)).toBe(false);
  });
});
