import { Buffer } from "node:buffer";
import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { appliedPassword, signInToken, startFakeClusters } from "../testing/fake-clusters.ts";

const planted = {
  opaque: "planted-value-of-an-opaque-secret",
  key: "MHcCAQEEIPlantedPlantedPlantedPlantedPlantedPlantedPlantedPlantA",
  jwt: "eyJhbGciOiJub25lIn0.eyJwbGFudGVkIjoidG9rZW4ifQ.cGxhbnRlZA",
  remote: "kubeconfig-u-planted:abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzab",
  environment: "planted-in-the-mesh-file",
  variable: "planted variable with blanks",
  bearer: "planted.bearer.of.a.header",
  envoy: "planted-inline-key-of-envoy",
} as const;

const pem = `-----BEGIN EC PRIVATE KEY-----\n${planted.key}\n-----END EC PRIVATE KEY-----\n`;
const encode = (text: string): string => Buffer.from(text, "utf8").toString("base64");
const remoteKubeconfig = stringify({ users: [{ name: "east", user: { token: planted.remote } }] });

const log = [
  "istiod is ready",
  `pushed ${planted.opaque} and ${encode(`x ${planted.opaque}`)}`,
  `key: ${JSON.stringify(pem)}`,
  `header Authorization: Bearer ${planted.bearer}`,
  `kubeconfig ${encode(remoteKubeconfig)} with ${planted.remote}`,
  `as ${signInToken}`,
].join("\n");

const configDump = {
  configs: [
    {
      "@type": "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump",
      bootstrap: { node: { id: "router~gateway" } },
    },
    {
      "@type": "type.googleapis.com/envoy.admin.v3.SecretsConfigDump",
      dynamic_active_secrets: [{ secret: { tls_certificate: { private_key: { inline_bytes: encode(pem) } } } }],
    },
    { "@type": "other", tls_certificates: [{ private_key: { inline_string: planted.envoy } }] },
  ],
};

const pages: Readonly<Record<string, string>> = {
  "/debug/clusterz": JSON.stringify(["west", "east"].map((id) => ({ id, syncStatus: "synced" }))),
  "/debug/networkz": "[]",
  "/debug/endpointShardz": JSON.stringify({ "of.others.svc.cluster.local": {} }),
  "/debug/configz": JSON.stringify([{ metadata: { name: "filter" }, spec: { headers: { token: planted.jwt } } }]),
  "/listeners?format=json": "{}",
  "/certs": "{}",
  "/stats?usedonly": "server.live: 1\n",
  "/clusters": "outbound|80||helloworld::10.0.0.1:80::cx_active::1\n",
  "/config_dump": JSON.stringify(configDump),
};

/** What the second proxy has acknowledged of 2: an apply ends when that is everything. */
let acknowledged = "2";

function answer(page: string): string {
  const proxies = [
    { proxy: "a", cluster_sent: "1", cluster_acked: "1" },
    { proxy: "b", cluster_sent: "2", cluster_acked: acknowledged },
  ];
  const body = page === "/debug/syncz" ? JSON.stringify(proxies) : pages[page];
  return body === undefined
    ? "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
    : `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

let world: FakeClusters;

beforeEach(async () => {
  acknowledged = "2";
  world = await startFakeClusters(["west", "east"], { podLog: () => log, podResponse: answer });
  for (const server of Object.values(world.servers)) {
    const put = (kind: string, name: string, more: object, namespace = "istio-system"): void =>
      void server.put({ apiVersion: "v1", kind, metadata: { name, namespace }, ...more });
    put("Secret", "planted", { data: { value: encode(planted.opaque), "tls.key": encode(pem) } });
    put("Secret", "kubeconfig", { data: { east: encode(remoteKubeconfig) } });
    put("Secret", "istio-reader-service-account-istio-remote-secret-token", {
      data: {
        token: encode(planted.jwt),
        "ca.crt": encode("-----BEGIN CERTIFICATE-----"),
        namespace: encode("istio-system"),
      },
    });
    put("Event", "failed", {
      lastTimestamp: "2026-01-01T10:00:00Z",
      message: `could not mount ${planted.opaque}`,
      involvedObject: { kind: "Pod", name: "istiod-1" },
    });
    for (const [name, labels] of [
      ["istiod-1", { app: "istiod" }],
      ["ingress-1", { istio: "ingressgateway" }],
    ] as const) {
      server.put({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "istio-system", labels },
        spec: { containers: [{ name: "discovery", env: [{ name: "DB_PASSWORD", value: planted.variable }] }] },
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      });
    }
  }
  const file = path.join(world.folder, "mesh.yaml");
  const mesh = parse(await readFile(file, "utf8")) as { spec: { istio: object } };
  const env = { REGION: "europe", DB_PASSWORD: planted.environment };
  mesh.spec.istio = { ...mesh.spec.istio, values: { pilot: { env } } };
  await writeFile(file, stringify(mesh));
});

afterEach(async () => {
  await world.close();
});

async function unpack(name: string): Promise<Readonly<Record<string, string>>> {
  const archive = gunzipSync(await readFile(path.join(world.folder, name)));
  const entries = await unpackTar(new Uint8Array(archive));
  return Object.fromEntries(
    entries.map(({ header, data }) => [
      header.name.slice(header.name.indexOf("/") + 1),
      Buffer.from(data ?? []).toString("utf8"),
    ]),
  );
}

/** Every planted value and every form of it, with the place that has it. */
function leaks(files: Readonly<Record<string, string>>): readonly string[] {
  const all = [...Object.values(planted), signInToken, appliedPassword, pem.trim(), remoteKubeconfig.trim()];
  const forms = all.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...[0, 1, 2].map((shift) => encode("x".repeat(shift) + secret).slice(shift === 0 ? 0 : 4, -4)),
  ]);
  return Object.entries(files).flatMap(([name, text]) =>
    forms.filter((form) => text.includes(form)).map((form) => `${name}: ${form}`),
  );
}

/** The causes that a report names. A bundle makes no plan, so that its facts say nothing of drift, nor whether an apply heals. */
function causesOf(report: string): readonly string[] {
  return [...report.matchAll(/^[×‼] (ISM\d+ .*)$/gm)].map(([, cause = ""]) => cause);
}

describe("isthmus support-bundle", () => {
  it("has the state of the mesh and of every cluster, and no secret in any form", async () => {
    await world.run("apply --yes");
    acknowledged = "1";
    const put = world.servers["west"]?.store.find({ apiVersion: "v1", kind: "ConfigMap" }, "istio-system", "istio");
    world.servers["west"]?.put({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { ...put?.metadata, name: "istio", namespace: "istio-system" },
      data: { mesh: `meshId: prod\nnote: ${planted.opaque}\npassword: "${planted.variable}"` },
    });
    await writeFile(path.join(world.folder, "apply.jsonl"), `{"kind":"note","token":"${planted.jwt}"}\n`);
    const { out, err, code } = await world.run("support-bundle --out case.tar.gz --events apply.jsonl");
    expect({ err, code }).toEqual({ err: expect.not.stringContaining("error["), code: 0 });
    expect(out).toContain("√ case.tar.gz: ");
    const files = await unpack("case.tar.gz");
    const cluster = (name: string): readonly string[] => [
      `clusters/${name}/gateways/ingress-1/clusters.txt`,
      `clusters/${name}/gateways/ingress-1/config_dump.json`,
      `clusters/${name}/gateways/ingress-1/stats.txt`,
      ...["clusterz.json", "configz.json", "endpointShardz.json", "log.txt", "networkz.json", "syncz.json"].map(
        (file) => `clusters/${name}/istiod/istiod-1/${file}`,
      ),
      ...["kubernetes-events.json", "objects.json", "pods.json", "rendered.json"].map(
        (file) => `clusters/${name}/${file}`,
      ),
    ];
    expect(Object.keys(files)).toEqual([
      "README.txt",
      "check.json",
      ...cluster("east"),
      ...cluster("west"),
      "events.jsonl",
      "facts.json",
      "mesh.yaml",
      "missing.json",
      "plan.json",
      "status.json",
      "version.json",
    ]);
    expect(leaks({ ...files, out, err })).toEqual([]);
    expect(files["mesh.yaml"]).toContain("REGION: europe");
    expect(files["clusters/west/istiod/istiod-1/log.txt"]).toContain(
      "istiod is ready\npushed <redacted> and <redacted>\n",
    );
    expect(files["clusters/west/gateways/ingress-1/config_dump.json"]).toContain("router~gateway");
    expect(files["clusters/west/kubernetes-events.json"]).toContain("could not mount <redacted>");
    expect(files["clusters/west/istiod/istiod-1/endpointShardz.json"]).toBe("{}\n");
    expect(files["clusters/west/objects.json"]).toContain('"password": "<redacted:sha256:');
    expect(files["status.json"]).toMatch(/"pod": "istiod-1",\s+"connected": 2,\s+"synced": 1/);
    expect(files["README.txt"]).toContain("Nothing is missing.");
    expect((await stat(path.join(world.folder, "case.tar.gz"))).mode & 0o777).toBe(0o600);
  });

  it("has facts that check judges as it would the clusters", async () => {
    await world.run("apply --yes");
    await world.run("support-bundle --out case.tar.gz");
    const files = await unpack("case.tar.gz");
    await writeFile(path.join(world.folder, "facts.json"), files["facts.json"] ?? "");
    const [kept, live] = [await world.run("check --facts-from facts.json"), await world.run("check")];
    expect(causesOf(kept.out)).not.toEqual([]);
    expect(causesOf(kept.out)).toEqual(causesOf(live.out));
    expect(kept.code).toBe(live.code);
    expect(files["check.json"]).toContain('"kind": "CheckReport"');
  });

  it("says of a cluster that does not answer why, and has the others", async () => {
    await world.servers["east"]?.close();
    const { out, code } = await world.run("support-bundle --out case.tar.gz");
    expect(code).toBe(69);
    expect(out).toContain("‼ not in it: clusters/east/ (Nothing listens at the cluster's address)");
    const files = await unpack("case.tar.gz");
    expect(Object.keys(files).filter((name) => name.startsWith("clusters/east/"))).toEqual([]);
    expect(Object.keys(files).filter((name) => name.startsWith("clusters/west/")).length).toBeGreaterThan(10);
    expect(files["README.txt"]).toContain("clusters/east/\n    ISM255 Nothing listens");
    expect(JSON.parse(files["missing.json"] ?? "")).toMatchObject([{ path: "clusters/east/", cluster: "east" }]);
  });

  it("lists what fails by itself, and goes on", async () => {
    const refused = (url: string): boolean => /\/events\?|\/log\?/.test(url);
    world.servers["west"]?.inject({ kind: "status", status: 403 }, { times: 100, matches: ({ url }) => refused(url) });
    const { code } = await world.run("support-bundle --out case.tar.gz");
    expect(code).toBe(0);
    const files = await unpack("case.tar.gz");
    expect(JSON.parse(files["missing.json"] ?? "")).toMatchObject([
      { path: "clusters/west/istiod/istiod-1/log.txt", cluster: "west", reasons: [{ code: "ISM264" }] },
      { path: "clusters/west/kubernetes-events.json", cluster: "west", reasons: [{ code: "ISM264" }] },
    ]);
    expect(files["README.txt"]).toContain("clusters/west/kubernetes-events.json\n    ISM264 ");
    expect(Object.keys(files)).toContain("clusters/west/istiod/istiod-1/syncz.json");
  });

  it("never writes over a file, and says so before it asks a cluster", async () => {
    await writeFile(path.join(world.folder, "case.tar.gz"), "evidence");
    const asked = world.servers["west"]?.requests.length;
    const { err, code } = await world.run("support-bundle --out case.tar.gz");
    expect(code).toBe(64);
    expect(err).toContain("ISM481");
    expect(await readFile(path.join(world.folder, "case.tar.gz"), "utf8")).toBe("evidence");
    expect(world.servers["west"]?.requests.length).toBe(asked);
  });

  it("refuses events that are not there, and a folder that is not", async () => {
    const events = await world.run("support-bundle --events none.jsonl");
    expect([events.code, events.err]).toEqual([64, expect.stringContaining("ISM483")]);
    const folder = await world.run("support-bundle --out none/case.tar.gz");
    expect([folder.code, folder.err]).toEqual([1, expect.stringContaining("ISM482")]);
  });
});
