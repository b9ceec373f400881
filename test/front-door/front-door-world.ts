import { execFile } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import path from "node:path";
import { stringify, parse } from "yaml";
import { enginesKubectl, isthmus, root, type Ran } from "../e2e/world.ts";

/** The sandbox of these tests. */
export const frontDoorInstance = "e2e-door";

/** A front door as `sandbox status -o json` gives it. */
export interface FrontDoorState {
  readonly problems: readonly string[];
  readonly components: readonly { readonly name: string; readonly pid?: number }[];
  readonly state: string;
  readonly dns: { readonly zone: string; readonly server: string; readonly tsig: { readonly secretFile: string } };
  readonly acme: { readonly directory: string; readonly caFile: string; readonly rootUrl: string };
}

export interface FrontDoorWorld {
  readonly frontDoor: FrontDoorState;
  readonly clusters: readonly { readonly name: string; readonly context: string }[];
  readonly kubeconfig: string;
}

export async function frontDoorWorld(): Promise<FrontDoorWorld> {
  const ran = await isthmus(["sandbox", "status", "--instance", frontDoorInstance, "-o", "json"]);
  return JSON.parse(ran.out) as FrontDoorWorld;
}

/** A ClusterIssuer for the sandbox's ACME server that proves names by records in its zone. */
export function dnsIssuer({ frontDoor: { dns, acme } }: FrontDoorWorld, name: string): object {
  return {
    name,
    acme: {
      server: acme.directory,
      email: "ops@example.test",
      profile: "default",
      caBundle: readFileSync(acme.caFile, "utf8"),
      waitInsteadOfSelfCheck: "2s",
      dns01: {
        rfc2136: {
          nameserver: `${dns.server}:53`,
          tsigKeyName: "isthmus",
          tsigAlgorithm: "HMACSHA256",
          tsigSecretSecretRef: { name: "tsig", key: "secret" },
        },
      },
    },
  };
}

/** A ClusterIssuer for the sandbox's ACME server that proves names by pages; `more` are settings of the solver. */
export function pageIssuer({ frontDoor: { acme } }: FrontDoorWorld, name: string, more: object = {}): object {
  return {
    name,
    acme: {
      server: acme.directory,
      email: "ops@example.test",
      profile: "default",
      caBundle: readFileSync(acme.caFile, "utf8"),
      ...more,
      http01: {},
    },
  };
}

/** Writes the example's mesh with these issuers, and these routes instead of its own, into `into`; `more` are further fields of the spec. Gives the file. */
export function writeDoorMesh(
  world: FrontDoorWorld,
  into: string,
  {
    issuers,
    routes,
    healthChecks,
    ...more
  }: {
    readonly issuers: readonly object[];
    readonly routes: readonly object[];
    readonly healthChecks?: object;
    readonly hardening?: object;
  },
): string {
  copyFileSync(path.join(root, "examples", "helloworld.yaml"), path.join(into, "helloworld.yaml"));
  const mesh = parse(readFileSync(path.join(root, "examples", "sandbox.yaml"), "utf8")) as {
    spec: Record<string, unknown> & {
      clusters: { name: string; context: string }[];
      services: Record<string, unknown>[];
    };
  };
  for (const cluster of mesh.spec.clusters) {
    cluster.context = world.clusters.find(({ name }) => name === cluster.name)?.context ?? "";
  }
  const { dns } = world.frontDoor;
  const tsig = { name: "isthmus", secret: { file: dns.tsig.secretFile } };
  const provider = { rfc2136: { server: dns.server, tsig } };
  mesh.spec["dns"] = { zone: dns.zone, provider, ttl: "5s", ...(healthChecks === undefined ? {} : { healthChecks }) };
  mesh.spec["issuers"] = issuers;
  Object.assign(mesh.spec, more);
  mesh.spec.services = mesh.spec.services.map((service) => ({ ...service, routes }));
  const file = path.join(into, "mesh.yaml");
  writeFileSync(file, stringify(mesh));
  return file;
}

/** The A records of a name, sorted, as the sandbox's DNS server has them; none where there is none. */
export async function addressesOf({ frontDoor }: FrontDoorWorld, name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 1000, tries: 3 });
  resolver.setServers([frontDoor.dns.server]);
  try {
    return (await resolver.resolve4(name)).toSorted();
  } catch (error) {
    if (["ENOTFOUND", "ENODATA"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return [];
    }
    throw error;
  }
}

/** The root of what the ACME server issues, PEM, read from a server that is trusted by the sandbox's own CA. */
export async function acmeRoot({ frontDoor: { acme } }: FrontDoorWorld): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(acme.rootUrl, { ca: readFileSync(acme.caFile), agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("end", () => resolve(text));
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** Runs the engine's kubectl, with `input` as its standard input. Gives what it printed; throws what it said when it fails. */
export async function doorKubectl(
  world: FrontDoorWorld,
  cluster: string,
  args: readonly string[],
  input = "",
): Promise<string> {
  const context = world.clusters.find(({ name }) => name === cluster)?.context ?? "";
  return new Promise((resolve, reject) => {
    const child = execFile(
      enginesKubectl(),
      ["--kubeconfig", world.kubeconfig, "--context", context, ...args],
      (error, out, err) => (error === null ? resolve(out) : reject(new Error(err, { cause: error }))),
    );
    child.stdin?.end(input);
  });
}

/** The address of a cluster's ingress gateway. */
export async function ingressOf(world: FrontDoorWorld, cluster: string): Promise<string> {
  const at = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  return doorKubectl(world, cluster, ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", at]);
}

/** Runs curl where names of the sandbox's zone are known. */
export async function curl(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const inside = ["netns", "exec", `isthmus-${frontDoorInstance}.front-door`, "curl", "-sS", "--max-time", "60"];
    execFile("ip", [...inside, ...args], { maxBuffer: 16 * 1024 * 1024 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : 1, out, err }),
    );
  });
}
