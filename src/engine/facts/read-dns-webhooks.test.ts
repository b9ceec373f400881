import { expect, it } from "vitest";
import type { DnsWebhookFacts } from "../../core/checks/program-facts.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readDnsWebhooks, webhookGroupsOf } from "./read-dns-webhooks.ts";

const group = "acme.syseleven.de";

/** What is read of a webhook, whose API server says this of it. */
async function read({
  status,
  message = "",
  selector = { app: "designate-webhook" },
}: {
  readonly status: string;
  readonly message?: string;
  readonly selector?: Readonly<Record<string, string>>;
}): Promise<readonly DnsWebhookFacts[]> {
  const { server, client } = await connectFake();
  server.put({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `v1alpha1.${group}` },
    spec: { group, version: "v1alpha1", service: { namespace: "certs", name: "designate-webhook" } },
    status: { conditions: [{ type: "Available", status, reason: "X", message }] },
  });
  server.put({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "certs", name: "designate-webhook" },
    spec: { selector },
  });
  for (const name of ["cert-manager", "designate-webhook"]) {
    server.put({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace: "certs", name },
      spec: { template: { metadata: { labels: { app: name, chart: "1" } } } },
    });
  }
  return readDnsWebhooks(client, [group], new AbortController().signal);
}

const program = {
  namespace: "certs",
  name: "designate-webhook",
  labels: { app: "designate-webhook", chart: "1" },
};

it("reads whether the API server reaches a webhook, and the Deployment behind its Service", async () => {
  expect(await read({ status: "True" })).toEqual([{ group, state: "available", program }]);
  const message = "failing or missing response from https://10.43.0.9:443/apis: connection refused";
  expect(await read({ status: "False", message })).toEqual([{ group, state: "unavailable", why: message, program }]);
  expect(await read({ status: "True", selector: { app: "other" } })).toEqual([{ group, state: "available" }]);
  expect(await read({ status: "Unknown" })).toEqual([{ group, state: "unknown", program }]);
});

it("asks for no Service of a group that the API server serves itself", async () => {
  const { server, client } = await connectFake();
  server.put({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `v1alpha1.${group}` },
    spec: { group, version: "v1alpha1" },
  });
  const { signal } = new AbortController();
  expect(await readDnsWebhooks(client, [group], signal)).toEqual([{ group, state: "unknown" }]);
  expect(server.requests.filter(({ url }) => url.includes("/services/"))).toEqual([]);
});

it("says where there is no such API, and where this account may not ask", async () => {
  const { server, client } = await connectFake();
  const { signal } = new AbortController();
  expect(await readDnsWebhooks(client, [group], signal)).toEqual([{ group, state: "missing" }]);
  server.inject({ kind: "status", status: 403 }, { times: 9, matches: ({ url }) => url.includes("/apiservices/") });
  expect(await readDnsWebhooks(client, [group], signal)).toEqual([{ group, state: "unread" }]);
});

it("asks of webhooks of issuers that routes use", () => {
  const acme = { server: "https://acme.example/dir", email: "a@b.example" };
  const issuers = [
    { name: "used", acme: { ...acme, dns01: { webhook: { groupName: group, solverName: "designatedns" } } } },
    { name: "idle", acme: { ...acme, dns01: { webhook: { groupName: "acme.idle.example" } } } },
    { name: "page", acme: { ...acme, http01: {} } },
  ];
  const services = twoClusters.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, tls: { secretName: "s", certificate: "s", issuer: "used" } })),
  }));
  expect(webhookGroupsOf({ issuers, services })).toEqual([group]);
});
