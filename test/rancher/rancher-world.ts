import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isthmus, root } from "../e2e/world.ts";

/** The Rancher double of the tests' sandbox, as `sandbox status -o json` gives it. */
export interface RancherState {
  readonly url: string;
  readonly caFile: string;
  readonly tokenFile: string;
  readonly state: string;
  readonly clusters: readonly { readonly name: string; readonly id: string }[];
  readonly components: readonly { readonly name: string; readonly pid?: number }[];
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The parsed body, where it is JSON. */
  readonly json: Record<string, unknown>;
}

export interface Asked {
  readonly method?: string;
  readonly body?: object;
  /** Default: the administrator's. "" sends none. */
  readonly token?: string;
}

/** One request to one double. */
export interface RancherWorld {
  readonly state: RancherState;
  /** Id of a cluster by its name in the sandbox. */
  id(name: string): string;
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** The same at a cluster's own API server, through the double. */
  kube(id: string, path: string, asked?: Asked): Promise<Answer>;
}

/** The sandbox of these tests, of which setup.ts brings up the clusters. */
export const rancherInstance = "e2e-rancher";

/** Puts a Rancher before the clusters, unless there is one, and waits until it calls both active. */
export async function rancherBefore(): Promise<RancherWorld> {
  await isthmus(["sandbox", "up", "--instance", rancherInstance, "--rancher"]);
  const world = await rancherWorld();
  await until(
    async () => Promise.all(["west", "east"].map(async (name) => world.ask(`/v3/clusters/${world.id(name)}`))),
    (answers) => answers.every(({ json }) => json["state"] === "active"),
  );
  return world;
}

/** Writes examples/rancher.yaml for a world of west and east into `into`; `change` edits the text. Gives the file. */
export function writeRancherMesh(
  world: RancherWorld,
  into: string,
  change: (text: string) => string = (text) => text,
): string {
  mkdirSync(into, { recursive: true });
  copyFileSync(path.join(root, "examples", "helloworld.yaml"), path.join(into, "helloworld.yaml"));
  const text = readFileSync(path.join(root, "examples", "rancher.yaml"), "utf8")
    .replace("https://172.30.0.10", world.state.url)
    .replace("~/.local/state/isthmus/sandbox/default/rancher/token", world.state.tokenFile)
    .replace("~/.local/state/isthmus/sandbox/default/rancher/ca.crt", world.state.caFile)
    .replace("c-kdbnq", world.id("west"))
    .replace("c-7pdc8", world.id("east"));
  const file = path.join(into, "rancher.yaml");
  writeFileSync(file, change(text));
  return file;
}

export async function rancherWorld(): Promise<RancherWorld> {
  const ran = await isthmus(["sandbox", "status", "--instance", rancherInstance, "-o", "json"]);
  const { rancher: state } = JSON.parse(ran.out) as { rancher: RancherState };
  const admin = readFileSync(state.tokenFile, "utf8").trim();
  const ca = readFileSync(state.caFile);
  const ask = async (path: string, { method = "GET", body, token = admin }: Asked = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, state.url),
        {
          ca,
          agent: false,
          method,
          timeout: 30_000,
          headers: {
            ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined
              ? {}
              : { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" }),
          },
        },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8");
          answer.on("data", (chunk: string) => {
            text += chunk;
          });
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text, json: parse(text) }));
          answer.on("error", reject);
        },
      );
      sent.on("timeout", () => sent.destroy(new Error("no answer within 30 s")));
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return {
    state,
    id: (name) => state.clusters.find((one) => one.name === name)?.id ?? "",
    ask,
    kube: async (id, path, asked) => ask(`/k8s/clusters/${id}${path}`, asked),
  };
}

/** Asks until the answer is as wanted; fails with the last one after 30 s, or `seconds`. */
export async function until<T>(read: () => Promise<T>, wanted: (value: T) => boolean, seconds = 30): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await read();
    if (wanted(value)) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`still after ${seconds} s: ${JSON.stringify(value)}`);
    }
    await sleep(200);
  }
}

/** Creates an object in a cluster, or fails. */
export async function make(world: RancherWorld, id: string, at: string, body: object): Promise<Answer> {
  const answer = await world.kube(id, at, { method: "POST", body });
  if (answer.status !== 201) {
    throw new Error(`${at}: ${answer.text}`);
  }
  return answer;
}

/** Where the objects of Rancher are, in its own cluster. */
export const managed = "/apis/management.cattle.io/v3";

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
