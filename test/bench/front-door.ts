import { execFile, spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import type { Figure } from "./measure.ts";
import { timed } from "./measure.ts";

export interface FrontDoorBench {
  readonly program: string;
  /** A mesh file of the sandbox's clusters, applied already; what is measured is applied beside it. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly instance: string;
}

interface State {
  readonly clusters: readonly {
    readonly name: string;
    readonly components: readonly { readonly name: string; readonly pid?: number }[];
  }[];
  readonly frontDoor: {
    readonly dns: { readonly zone: string; readonly server: string; readonly tsig: { readonly secretFile: string } };
    readonly acme: { readonly directory: string; readonly caFile: string; readonly rootUrl: string };
  };
}

/** How long anything is waited for; what takes longer ends the run. */
const longestMs = 150_000;
/** How long external-dns is given to take a dead cluster's address out: twelve of its intervals here, one where nobody sets it. */
const patienceMs = 60_000;

/**
 * From Enter of an apply that adds a name over TLS to a verified https answer by
 * that name from both clusters: one certificate and one set of records by isthmus,
 * beside cert-manager and external-dns in each cluster, as they are by default and
 * without cert-manager's own look at the records (`waitInsteadOfSelfCheck`). Then a cluster
 * is cut off, and its address leaves the name of isthmus; beside it what external-dns does.
 */
export async function benchFrontDoor(bench: FrontDoorBench): Promise<readonly Figure[]> {
  const { program, env, instance } = bench;
  const status = await timed(program, ["sandbox", "status", "--instance", instance, "-o", "json"], env);
  const door = await openDoor(JSON.parse(status.out) as State);
  const files = meshFiles(bench, door.state);
  const ours = [await untilServed({ ...bench, file: files.write("own") }, door, "own")];
  const theirs = await untilServed({ ...bench, file: files.write("default") }, door, "default");
  ours.push(await untilServed({ ...bench, file: files.write("own2") }, door, "own2"));
  const quick = await untilServed({ ...bench, file: files.write("quick") }, door, "quick");
  const own = Math.max(...ours);
  const left = await untilLeft(bench, files.last(), door);
  return [
    {
      name: "name over TLS, served by both clusters",
      value: own,
      unit: "s",
      goal: theirs * 0.3,
      beside: { name: "cert-manager and external-dns per cluster", value: theirs },
    },
    {
      name: "the same, beside another setting",
      value: own,
      unit: "s",
      goal: quick * 0.3,
      beside: { name: "cert-manager without its self check", value: quick },
    },
    {
      name: "address of a dead cluster out of its name",
      value: left.seconds,
      unit: "s",
      goal: 15,
      beside: { name: left.kept ? "external-dns, still there after" : "external-dns", value: left.theirs },
    },
  ];
}

interface Door {
  readonly state: State;
  readonly root: string;
  /** The A records of a name of the zone, sorted; none where there are none. */
  readonly addressesOf: (name: string) => Promise<readonly string[]>;
}

async function openDoor(state: State): Promise<Door> {
  const { dns, acme } = state.frontDoor;
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([dns.server]);
  return {
    state,
    root: await get(acme.rootUrl, { ca: readFileSync(acme.caFile) }),
    addressesOf: async (name) => (await resolver.resolve4(name).catch((): string[] => [])).toSorted(),
  };
}

async function get(
  url: string,
  { ca, address }: { readonly ca: string | Buffer; readonly address?: string },
): Promise<string> {
  const { hostname, port, pathname, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: address ?? hostname,
        port: port === "" ? 443 : port,
        path: pathname,
        ...(address === undefined ? {} : { servername: hostname }),
        headers: { host },
        ca,
        agent: false,
        timeout: 2000,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (text += chunk));
        answer.on("end", () =>
          answer.statusCode === 200 ? resolve(text) : reject(new Error(`${url} answers ${answer.statusCode}`)),
        );
      },
    );
    asked.on("timeout", () => asked.destroy(new Error(`${url} does not answer`)));
    asked.on("error", reject);
    asked.end();
  });
}

const names = ["own", "default", "own2", "quick"] as const;
type Name = (typeof names)[number];

/** Each file has the routes of those before it and one more. */
function meshFiles(
  { file }: FrontDoorBench,
  { frontDoor: { dns, acme } }: State,
): { readonly write: (name: Name) => string; readonly last: () => string } {
  const folder = path.dirname(file);
  copyFileSync(acme.caFile, path.join(folder, "acme-ca.pem"));
  copyFileSync(dns.tsig.secretFile, path.join(folder, "tsig.key"));
  const perCluster = (name: string, more: object): object => ({
    name,
    acme: {
      server: acme.directory,
      email: "ops@example.test",
      caBundle: readFileSync(acme.caFile, "utf8"),
      ...more,
      dns01: {
        rfc2136: {
          nameserver: `${dns.server}:53`,
          tsigKeyName: "isthmus",
          tsigAlgorithm: "HMACSHA256",
          tsigSecretSecretRef: { name: "tsig", key: "secret" },
        },
      },
    },
  });
  const write = (last: Name): string => {
    const mesh = parse(readFileSync(file, "utf8")) as {
      spec: Record<string, unknown> & { services: { routes: object[] }[] };
    };
    mesh.spec["dns"] = {
      zone: dns.zone,
      ttl: "5s",
      healthChecks: {},
      provider: { rfc2136: { server: dns.server, tsig: { name: "isthmus", secret: { file: "tsig.key" } } } },
    };
    const there = names.slice(0, names.indexOf(last) + 1);
    mesh.spec["issuers"] = [
      { name: "own", isthmus: { server: acme.directory, caFile: "acme-ca.pem" } },
      // Each is made, with its account, by the apply that is measured.
      ...(there.includes("default") ? [perCluster("default", {})] : []),
      ...(there.includes("quick") ? [perCluster("quick", { waitInsteadOfSelfCheck: "2s" })] : []),
    ];
    for (const name of there) {
      const isOurs = name.startsWith("own");
      mesh.spec.services[0]?.routes.push({
        name: `hello-${name}`,
        gateway: `hello-${name}`,
        hosts: [`${name}.${dns.zone}`],
        match: { exact: "/hello" },
        weights: { v1: 50, v2: 50 },
        tls: { secretName: `hello-${name}`, issuer: isOurs ? "own" : name },
        dns: { via: isOurs ? "isthmus" : "externalDns" },
      });
    }
    const to = path.join(folder, `mesh-${last}.yaml`);
    writeFileSync(to, stringify(mesh, { aliasDuplicateObjects: false }));
    return to;
  };
  return { write, last: () => path.join(folder, "mesh-quick.yaml") };
}

/** Seconds from the apply's start until the name has two addresses, each of which shows a certificate that is verified by the name and answers. */
async function untilServed({ program, file, env }: FrontDoorBench, door: Door, name: Name): Promise<number> {
  const host = `${name}.${door.state.frontDoor.dns.zone}`;
  const began = performance.now();
  const applied = timed(program, ["apply", "-f", file, "--yes"], env);
  const isServed = async (): Promise<boolean> => {
    const addresses = await door.addressesOf(host);
    const answers = await Promise.allSettled(
      addresses.map(async (address) => get(`https://${host}/hello`, { ca: door.root, address })),
    );
    return (
      answers.length === 2 && answers.every((one) => one.status === "fulfilled" && one.value.includes("Hello version"))
    );
  };
  const failed = applied.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => Promise.reject(error as Error),
  );
  const tookMs = await Promise.race([until(isServed, { began, host }), failed]);
  process.stderr.write(`  ${host}: ${(tookMs / 1000).toFixed(2)} s\n`);
  // The apply also waits until every proxy has acknowledged; what comes next begins after it.
  await applied;
  return tookMs / 1000;
}

async function until(
  isSo: () => Promise<boolean>,
  { began, host }: { readonly began: number; readonly host: string },
): Promise<number> {
  for (;;) {
    if (await isSo()) {
      return performance.now() - began;
    }
    if (performance.now() - began > longestMs) {
      throw new Error(`${host} is not as it should be after ${longestMs / 1000} s`);
    }
    await sleep(50);
  }
}

/** How long a cluster's address stays in a name after it was cut off: with a watch of isthmus, and with external-dns. */
async function untilLeft(
  { program, env }: FrontDoorBench,
  file: string,
  door: Door,
): Promise<{ readonly seconds: number; readonly theirs: number; readonly kept: boolean }> {
  const [own, theirs] = ["own", "default"].map((name) => `${name}.${door.state.frontDoor.dns.zone}`) as [
    string,
    string,
  ];
  const watch = spawn(program, ["dns", "sync", "-f", file, "--watch", "--yes"], { env, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => watch.once("exit", () => resolve()));
  const node = door.state.clusters.find((one) => one.name === "east");
  const pid = node?.components.find((one) => one.name === "kubelet")?.pid;
  const nft = async (rules: string): Promise<unknown> =>
    promisify(execFile)("nsenter", ["--target", String(pid), "--net", "nft", rules]);
  try {
    // Its pod in west has started by then, and a round was asked through it.
    await sleep(20_000);
    await nft(
      'add table inet isthmus_bench; add chain inet isthmus_bench incoming { type filter hook prerouting priority -300; }; add rule inet isthmus_bench incoming iifname != "lo" ip saddr 172.30.0.0/16 drop',
    );
    const began = performance.now();
    const lacks = (host: string) => async (): Promise<boolean> => (await door.addressesOf(host)).length === 1;
    const seconds = (await until(lacks(own), { began, host: own })) / 1000;
    while (performance.now() - began < patienceMs && !(await lacks(theirs)())) {
      await sleep(250);
    }
    const kept = !(await lacks(theirs)());
    return { seconds, theirs: (performance.now() - began) / 1000, kept };
  } finally {
    await nft("delete table inet isthmus_bench").catch(() => undefined);
    watch.kill("SIGINT");
    await ended;
  }
}
