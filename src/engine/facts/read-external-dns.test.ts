import { expect, it } from "vitest";
import type { ExternalDnsFacts } from "../../core/checks/external-dns-facts.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readExternalDns } from "./read-external-dns.ts";

/** What is read of an external-dns whose container is this. */
async function read(
  container: object,
  { beside = [], settings = {} }: { readonly beside?: readonly object[]; readonly settings?: object } = {},
): Promise<ExternalDnsFacts | undefined> {
  const { server, client } = await connectFake();
  server.put({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace: "dns" },
    data: settings,
  });
  server.put({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "another", namespace: "dns" } });
  server.put({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "external-dns", namespace: "dns", labels: { app: "external-dns" } },
    spec: {
      template: {
        spec: { containers: [...beside, { name: "external-dns", image: "x/external-dns:v0.21.0", ...container }] },
      },
    },
  });
  const [found, ...others] = await readExternalDns(client, new AbortController().signal);
  expect(others).toEqual([]);
  expect(server.requests.filter(({ url }) => url.includes("/secrets"))).toEqual([]);
  return found;
}

const plain = { namespace: "dns", name: "external-dns", version: "0.21", sources: [], domainFilters: [] };

it.each<[string, object, Partial<ExternalDnsFacts>]>([
  ["--flag=value", { args: ["--txt-owner-id=a", "--policy=sync"] }, { ownerId: "a", policy: "sync" }],
  ["--flag value", { args: ["--txt-owner-id", "a", "--policy", "sync"] }, { ownerId: "a", policy: "sync" }],
  [
    "the command",
    { command: ["external-dns", "--txt-owner-id=a"], args: ["--txt-prefix=x-"] },
    { ownerId: "a", txtPrefix: "x-" },
  ],
  [
    "what else says whose names it writes",
    { args: ["--txt-suffix=-x", "--registry=noop", "--txt-wildcard-replacement=any"] },
    { txtSuffix: "-x", registry: "noop", txtWildcardReplacement: "any" },
  ],
  [
    "what its DNS server is asked to take",
    { args: ["--provider=rfc2136", "--rfc2136-zone=a.example", "--rfc2136-zone=b.example", "--rfc2136-min-ttl=5s"] },
    { provider: "rfc2136", zones: ["a.example", "b.example"], minTtl: "5s" },
  ],
  [
    "where it writes",
    { args: ["--provider=rfc2136", "--rfc2136-host=192.0.2.53", "--rfc2136-port=5353"] },
    { provider: "rfc2136", server: { host: "192.0.2.53", port: 5353 } },
  ],
  [
    "under which prefixes it reads annotations",
    { args: ["--annotation-prefix=example.com/", "--enable-legacy-annotation-prefix", "--policy=sync"] },
    { annotationPrefix: "example.com/", legacyAnnotations: true, policy: "sync" },
  ],
  [
    "by which flags it leaves something out",
    { args: ["--namespace=shop", "--label-filter=", "--policy=sync"] },
    { limits: ["--namespace"], policy: "sync" },
  ],
  ["an empty value", { args: ["--txt-owner-id=a", "--txt-prefix="] }, { ownerId: "a", txtPrefix: "" }],
  [
    "flags without a value",
    { args: ["--once", "--txt-owner-id=a", "--no-debug", "--policy=sync"] },
    { ownerId: "a", policy: "sync" },
  ],
  [
    "flags that are given again",
    { args: ["--source=ingress", "--source", "istio-gateway", "--domain-filter=a.example"] },
    { sources: ["ingress", "istio-gateway"], domainFilters: ["a.example"] },
  ],
  [
    "the environment, lines of which are several values",
    {
      env: [
        { name: "EXTERNAL_DNS_TXT_OWNER_ID", value: "a" },
        { name: "EXTERNAL_DNS_SOURCE", value: "crd\nistio-gateway" },
      ],
    },
    { ownerId: "a", sources: ["crd", "istio-gateway"] },
  ],
  [
    "the command line before the environment",
    { args: ["--policy=sync"], env: [{ name: "EXTERNAL_DNS_POLICY", value: "upsert-only" }] },
    { policy: "sync" },
  ],
  [
    "variables in arguments, as the kubelet expands them",
    { args: ["--txt-prefix=_$(CLUSTER)_", "--txt-owner-id=$$(CLUSTER)"], env: [{ name: "CLUSTER", value: "west" }] },
    { txtPrefix: "_west_", ownerId: "$(CLUSTER)" },
  ],
])("reads %s", async (_name, container, expected) => {
  expect(await read(container)).toEqual({ ...plain, ...expected });
});

it("knows no version by a digest", async () => {
  expect((await read({ image: "x/external-dns@sha256:00" }))?.version).toBeUndefined();
});

it("reads ConfigMaps, and names Secrets that may hold a flag without reading them", async () => {
  const settings = { owner: "a", EXTERNAL_DNS_POLICY: "upsert-only" };
  const env = [
    { name: "EXTERNAL_DNS_TXT_OWNER_ID", valueFrom: { configMapKeyRef: { name: "settings", key: "owner" } } },
  ];
  expect(await read({ env, envFrom: [{ configMapRef: { name: "settings" } }] }, { settings })).toEqual({
    ...plain,
    ownerId: "a",
    policy: "upsert-only",
  });
  const hidden = [
    { name: "EXTERNAL_DNS_TXT_OWNER_ID", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
    { name: "EXTERNAL_DNS_RFC2136_TSIG_SECRET", valueFrom: { secretKeyRef: { name: "s", key: "t" } } },
  ];
  expect((await read({ env: hidden }))?.unread).toBe("EXTERNAL_DNS_TXT_OWNER_ID");
  expect((await read({ env: hidden, args: ["--txt-owner-id=a"] }))?.unread).toBeUndefined();
  expect((await read({ envFrom: [{ secretRef: { name: "s" } }] }))?.unread).toBe("all variables of Secret s");
});

it("says what it does not look into: a file, a shell", async () => {
  expect((await read({ args: ["@/etc/flags"] }))?.unread).toBe("flags of the file /etc/flags");
  expect((await read({ command: ["/bin/sh", "-c", "exec external-dns --policy=$P"] }))?.unread).toContain("a shell");
});

it("is not misled by a webhook beside it", async () => {
  const webhook = { name: "webhook", image: "inovex/external-dns-designate-webhook:1.1.0", args: ["--policy=none"] };
  expect(await read({ args: ["--policy=sync"] }, { beside: [webhook] })).toEqual({ ...plain, policy: "sync" });
});

it("has the labels of its pods and the policies of its namespace, and says where these may not be seen", async () => {
  const { server, client } = await connectFake();
  const { signal } = new AbortController();
  const labels = { app: "external-dns" };
  const put = (spec: object): unknown =>
    server.put({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "external-dns", namespace: "dns", labels },
      spec: { template: { metadata: { labels }, spec: { containers: [], ...spec } } },
    });
  put({});
  server.put({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "nothing", namespace: "dns" },
    spec: { podSelector: {}, policyTypes: ["Egress"] },
  });
  expect(await readExternalDns(client, signal)).toMatchObject([
    { labels, networkPolicies: [{ namespace: "dns", name: "nothing", egress: [] }] },
  ]);
  put({ hostNetwork: true });
  const [found] = await readExternalDns(client, signal);
  expect(found?.networkPolicies).toBeUndefined();
  put({});
  server.inject({ kind: "status", status: 403 }, { times: 9, matches: ({ url }) => url.includes("networkpolicies") });
  expect(await readExternalDns(client, signal)).toMatchObject([{ labels, policiesUnread: true }]);
});
