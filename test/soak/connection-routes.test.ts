import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

const clusters = ["west", "east"];
const host = "secret.example";
const folder = freshFolder();
let file = "";

/** An Envoy that ends TLS itself and says which version it is. */
function deploymentOf(version: string, image: string, [certificate, key]: readonly [string, string]): object {
  const types = "type.googleapis.com/envoy.extensions";
  const filters = `${types}.filters`;
  const answers = {
    domains: ["*"],
    name: "all",
    routes: [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: version } } }],
  };
  const chain = {
    transport_socket: {
      name: "envoy.transport_sockets.tls",
      typed_config: {
        "@type": `${types}.transport_sockets.tls.v3.DownstreamTlsContext`,
        common_tls_context: {
          tls_certificates: [
            { certificate_chain: { inline_string: certificate }, private_key: { inline_string: key } },
          ],
        },
      },
    },
    filters: [
      {
        name: "envoy.filters.network.http_connection_manager",
        typed_config: {
          "@type": `${filters}.network.http_connection_manager.v3.HttpConnectionManager`,
          stat_prefix: "secret",
          route_config: { virtual_hosts: [answers] },
          http_filters: [
            { name: "envoy.filters.http.router", typed_config: { "@type": `${filters}.http.router.v3.Router` } },
          ],
        },
      },
    ],
  };
  const address = { socket_address: { address: "0.0.0.0", port_value: 8443 } };
  const config = { static_resources: { listeners: [{ name: "tls", address, filter_chains: [chain] }] } };
  const labels = { app: "secret", version };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: `secret-${version}`, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "secret",
              image,
              command: ["/usr/local/bin/envoy"],
              args: ["--config-yaml", JSON.stringify(config), "--disable-hot-restart", "--concurrency", "1"],
              securityContext: { runAsUser: 1000 },
            },
          ],
        },
      },
    },
  };
}

async function makeCertificate(): Promise<readonly [string, string]> {
  const [certificate = "", key = ""] = ["secret.crt", "secret.key"].map((name) => path.join(folder, name));
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const where = ["-keyout", key, "-out", certificate, "-days", "7", "-subj", `/CN=${host}`];
  await promisify(execFile)("openssl", ["req", "-x509", ...curve, ...where]);
  return [readFileSync(certificate, "utf8"), readFileSync(key, "utf8")];
}

beforeAll(async () => {
  const proxy = ["-n", "istio-system", "get", "deployment", "istio-ingressgateway", "-o"];
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
  const { out: image } = await kubectl("west", [...proxy, "jsonpath={.spec.template.spec.containers[0].image}"]);
  const certificate = await makeCertificate();
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "secret" },
    spec: { selector: { app: "secret" }, ports: [{ name: "tcp", port: 8443 }] },
  };
  const objects = [service, ...["v1", "v2"].map((version) => deploymentOf(version, image, certificate))];
  writeFileSync(path.join(folder, "secret.yaml"), objects.map((one) => stringify(one)).join("---\n"));
  file = writeMeshFile(folder, (text) => {
    const mesh = parse(text) as { spec: { services: object[] } };
    mesh.spec.services.push({
      name: "secret",
      namespace: "sample",
      port: 8443,
      manifests: "secret.yaml",
      versions: { v1: { clusters: ["west"] }, v2: { clusters: ["east"] } },
      routes: [
        { name: "secret", protocol: "tls", gateway: "front", hosts: [host], weights: { v1: 80, v2: 20 } },
        { name: "secret-inside", protocol: "tcp", gateway: "mesh", weights: { v1: 30, v2: 70 } },
      ],
    });
    return stringify(mesh);
  });
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
}, 600_000);

afterAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
}, 300_000);

/** The body of one HTTPS request over a connection of its own; empty where there is none. */
async function askOver(address: string): Promise<string> {
  return new Promise((resolve) => {
    const agent = new Agent({ maxCachedSessions: 0 });
    const options = { host: address, servername: host, headers: { host }, rejectUnauthorized: false, agent };
    const asked = request(options, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.on("end", () => resolve(body));
    });
    asked.setTimeout(10_000, () => asked.destroy());
    asked.on("error", () => resolve("")).end();
  });
}

/** How many of the connections to a cluster's ingress each version answered. */
async function countAt(cluster: string, connections: number): Promise<Readonly<Record<string, number>>> {
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
  const address = (await kubectl(cluster, [...service, "jsonpath={.status.loadBalancer.ingress[0].ip}"])).out;
  const counts: Record<string, number> = {};
  for (let number = 0; number < connections; number += 1) {
    const body = await askOver(address);
    counts[body] = (counts[body] ?? 0) + 1;
  }
  return counts;
}

it("shares out connections that an ingress knows by their name, and their TLS is the application's own", async () => {
  for (const cluster of clusters) {
    const { v1 = 0, v2 = 0, ...others } = await countAt(cluster, 300);
    expect(others).toEqual({});
    // Five standard deviations of 20 %.
    expect(Math.abs(v2 - 60)).toBeLessThanOrEqual(5 * Math.sqrt(300 * 0.2 * 0.8));
    expect(v1 + v2).toBe(300);
  }
});

it("is proven in every cluster, at ingresses and from inside, and known to check and status", async () => {
  const verified = await isthmus(["verify", "secret", "-f", file]);
  expect(`${verified.code} ${verified.out} ${verified.err}`).toMatch(/^0/);
  expect(verified.out).toContain(`tls://${host}:443`);
  expect(verified.out).toContain("tcp://secret.sample.svc.cluster.local:8443");
  const checked = await isthmus(["check", "-f", file]);
  expect(`${checked.code} ${checked.out} ${checked.err}`).toMatch(/^0/);
  expect((await isthmus(["status", "-f", file])).out).toMatch(/v1=80 v2=20/);
  expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
});

it("is named by check where an older VirtualService has its name in handshakes", async () => {
  const route = (await kubectl("west", ["-n", "sample", "get", "virtualservice", "secret", "-o", "json"])).out;
  const { spec } = JSON.parse(route) as { readonly spec: object };
  const metadata = { name: "theirs", namespace: "sample" };
  const taken = JSON.stringify(spec).replaceAll('"subset":"v1"', '"subset":"v2"');
  const theirs = path.join(folder, "theirs.json");
  writeFileSync(
    theirs,
    `{ "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": ${JSON.stringify(metadata)}, "spec": ${taken} }`,
  );
  await kubectl("west", ["create", "-f", theirs]);
  // Of two the older one counts: now that of the route is the younger.
  await kubectl("west", ["-n", "sample", "delete", "virtualservice", "secret"]);
  const applied = await isthmus(["apply", "-f", file, "--yes", "--timeout", "20s"]);
  expect(`${applied.code} ${applied.err}`).toContain("secret.example");
  const { out } = await isthmus(["check", "-f", file, "-o", "json"]);
  const { causes } = JSON.parse(out) as {
    readonly causes: readonly { readonly code: string; readonly cluster?: string }[];
  };
  expect(causes.map(({ code, cluster }) => `${code} ${cluster ?? ""}`)).toEqual(["ISM863 west"]);
  await kubectl("west", ["delete", "-f", theirs]);
  await expect.poll(async () => (await isthmus(["check", "-f", file])).code, { timeout: 60_000 }).toBe(0);
});

it("is shifted in all clusters, each step proven, and no gate by requests is taken for one", async () => {
  const shift = ["shift", "secret", "v1=0", "v2=100", "-f", file, "--yes"];
  const gated = await isthmus([...shift, "--route", "secret", "--max-error-rate", "1%"]);
  expect([gated.code, gated.err.includes("ISM680")]).toEqual([64, true]);
  for (const route of ["secret", "secret-inside"]) {
    const shifted = await isthmus([...shift, "--route", route]);
    expect(`${shifted.code} ${shifted.out} ${shifted.err}`).toMatch(/^0/);
  }
  for (const cluster of clusters) {
    expect(await countAt(cluster, 50)).toEqual({ v2: 50 });
  }
});
