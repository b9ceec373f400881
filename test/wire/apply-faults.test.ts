import { renameSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { signInToken } from "../../src/cli/testing/fake-clusters.ts";
import type { FakeApiServer } from "../../src/kube/fake/fake-api-server.ts";
import type { Fault, SeenRequest } from "../../src/kube/fake/faults.ts";
import { partOfToday } from "../part-of-today.ts";
import type { Outcome } from "./comparable-store.ts";
import { expectConverges, isWrite } from "./expect-converges.ts";
import { expectReported } from "./expect-reported.ts";
import { inFreshWorld, undisturbedOutcome } from "./fresh-world.ts";
import { buildProgram, runProgram } from "./run-program.ts";

let undisturbed: Outcome;

beforeAll(async () => {
  buildProgram();
  undisturbed = await undisturbedOutcome();
});

interface Row {
  readonly fault: string;
  readonly strike: (east: FakeApiServer, world: FakeClusters) => Promise<void> | void;
  /** How the first run ends. */
  readonly code: number;
  /** What it says, its line breaks made spaces. */
  readonly says?: RegExp;
  readonly options?: readonly string[];
  /** Ends the fault where it does not end by itself. */
  readonly heal?: (east: FakeApiServer, world: FakeClusters) => Promise<void> | void;
  /** What else is true after the first run. */
  readonly holds?: (east: FakeApiServer) => void;
}

/** Writes to what has this in its address. */
const writing =
  (part: string) =>
  (request: SeenRequest): boolean =>
    isWrite(request) && request.url.includes(part);
const watching = ({ url }: SeenRequest): boolean => url.includes("watch=true");
const istioMap = "configmaps/istio?";

/** Does something when the first such request comes, which then goes its way. */
function when(server: FakeApiServer, matches: (request: SeenRequest) => boolean, act: () => void): void {
  let met = false;
  server.inject(
    { kind: "latency", milliseconds: 0 },
    {
      matches: (request) => {
        if (!met && matches(request)) {
          met = true;
          act();
        }
        return false;
      },
    },
  );
}

function times(server: FakeApiServer, matches: (request: SeenRequest) => boolean): readonly number[] {
  return server.requests.filter(matches).map(({ at }) => at);
}

const once = (fault: Fault, matches: (request: SeenRequest) => boolean) => (east: FakeApiServer) =>
  east.inject(fault, { matches });
const always = (fault: Fault, matches: (request: SeenRequest) => boolean) => (east: FakeApiServer) =>
  east.inject(fault, { matches, times: Infinity });
const mend = (east: FakeApiServer): void => east.mend();

async function editKubeconfig(world: FakeClusters, from: string, to: string): Promise<void> {
  const file = path.join(world.folder, "kubeconfig");
  await writeFile(file, (await readFile(file, "utf8")).replace(from, to));
}

let comesBackLate: Promise<void> | undefined;

const answers: readonly Row[] = [
  {
    fault: "429 with Retry-After",
    strike: once({ kind: "status", status: 429, headers: { "retry-after": "1" } }, writing(istioMap)),
    code: 0,
    holds: (east) => {
      const [first = 0, second = 0] = times(east, writing(istioMap));
      expect(second - first).toBeGreaterThanOrEqual(1000);
    },
  },
  {
    fault: "429 with a Retry-After that is longer than a command waits",
    strike: once({ kind: "status", status: 429, headers: { "retry-after": "60" } }, writing(istioMap)),
    code: 4,
    says: /error\[ISM271\].*apply ConfigMap istio-system\/istio/,
  },
  {
    fault: "409 because somebody else wrote at the same time",
    strike: once({ kind: "status", status: 409 }, writing(istioMap)),
    code: 0,
  },
  {
    fault: "409 for ever",
    options: ["--timeout", "3s"],
    strike: always({ kind: "status", status: 409 }, writing(istioMap)),
    code: 4,
    says: /error\[ISM268\].*apply ConfigMap istio-system\/istio/,
    heal: mend,
  },
  {
    fault: "409 because somebody took a field after the plan",
    strike: (east) =>
      when(east, writing("secrets/cacerts"), () =>
        east.addConflict({ apiVersion: "v1", kind: "ConfigMap" }, "istio", { manager: "helm", field: ".data.mesh" }),
      ),
    code: 4,
    says: /error\[ISM268\].*\.data\.mesh \(helm\).*--force-conflicts/,
    heal: async (_east, world) => {
      expect((await world.run("apply --yes --force-conflicts")).code).toBe(0);
    },
  },
  { fault: "410 to a watch", strike: once({ kind: "status", status: 410 }, watching), code: 0 },
  {
    fault: "a watch whose position was forgotten",
    strike: (east) => when(east, watching, () => east.store.compact()),
    code: 0,
  },
  { fault: "500 once", strike: once({ kind: "status", status: 500 }, writing(istioMap)), code: 0 },
  {
    fault: "500 for ever",
    options: ["--timeout", "3s"],
    strike: always({ kind: "status", status: 500 }, writing(istioMap)),
    code: 4,
    says: /error\[ISM272\]/,
    heal: mend,
  },
];

const lost = [
  "leases",
  "configmaps/isthmus-inventory-prod",
  "namespaces/istio-system?",
  "secrets/cacerts",
  istioMap,
  "secrets/istio-remote-secret-west",
  "virtualservices/helloworld",
];

const connections: readonly Row[] = [
  ...lost.flatMap((part): readonly Row[] => [
    { fault: `a connection cut before the write of ${part}`, strike: once({ kind: "reset" }, writing(part)), code: 0 },
    {
      fault: `a connection cut after the write of ${part}`,
      strike: once({ kind: "reset", done: true }, writing(part)),
      code: 0,
    },
  ]),
  {
    fault: "no answer to a write",
    strike: once({ kind: "hang" }, writing(istioMap)),
    options: ["--timeout", "2s"],
    code: 4,
    says: /error\[ISM258\].*apply ConfigMap istio-system\/istio on east: no answer within 2 s/,
  },
  {
    fault: "no answer to the Lease",
    strike: once({ kind: "hang" }, writing("leases")),
    options: ["--timeout", "2s"],
    code: 4,
    says: /error\[ISM258\].*create Lease kube-system\/isthmus-prod on east/,
  },
  {
    fault: "no answer while the plan is made",
    strike: once({ kind: "hang" }, ({ url }) => url.startsWith("/api/v1/nodes")),
    options: ["--timeout", "2s"],
    code: 69,
    says: /error\[ISM258\].*list Node on east.*ISM306/,
  },
  {
    fault: "an API server that accepts connections and never answers",
    strike: always({ kind: "hang" }, () => true),
    code: 69,
    says: /error\[ISM258\].*version on east: no answer within 10 s/,
    heal: mend,
  },
  {
    fault: "a watch that dies while it is waited",
    strike: (east) => when(east, watching, () => setTimeout(() => east.cutConnections(), 5)),
    code: 0,
  },
  { fault: "watches that never say anything", strike: always({ kind: "hang" }, watching), code: 0 },
  {
    fault: "tunnels to istiod that break",
    strike: (east) => east.inject({ kind: "reset" }, { matches: ({ url }) => url.includes("/portforward"), times: 5 }),
    code: 0,
    holds: (east) => expect(times(east, ({ url }) => url.includes("/portforward")).length).toBeGreaterThan(5),
  },
  {
    fault: "an API server that is restarted",
    strike: (east) => when(east, writing(istioMap), () => void east.restart(1500)),
    code: 0,
    holds: (east) => expect(times(east, writing(istioMap)).length).toBeGreaterThan(1),
  },
  {
    fault: "an API server that goes and comes back too late",
    options: ["--timeout", "2s"],
    strike: (east) => when(east, writing(istioMap), () => void (comesBackLate = east.restart(5000))),
    code: 4,
    says: /error\[ISM255\]/,
    heal: async () => comesBackLate,
  },
];

/** East takes only the token that the kubeconfig has, and at its first write of cacerts only another one. */
async function expire(east: FakeApiServer, act: () => void): Promise<void> {
  east.authorize(`Bearer ${signInToken}`);
  when(east, writing("secrets/cacerts"), () => {
    // The new token is there whole before the old one is refused.
    act();
    east.authorize("Bearer the-next-token");
  });
}

const credentials: readonly Row[] = [
  {
    fault: "a token in a file that expires and is renewed by whoever writes the file",
    strike: async (east, world) => {
      const file = path.join(world.folder, "token");
      await writeFile(file, signInToken);
      await editKubeconfig(world, `token: ${signInToken}`, `tokenFile: ${file}`);
      await writeFile(`${file}.next`, "the-next-token");
      await expire(east, () => renameSync(`${file}.next`, file));
    },
    code: 0,
  },
  {
    fault: "a token of a credential command that expires",
    strike: async (east, world) => {
      const file = path.join(world.folder, "token");
      await writeFile(file, signInToken);
      const script = `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$(cat ${file})"`;
      await writeFile(path.join(world.folder, "plugin"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      await editKubeconfig(
        world,
        `token: ${signInToken}`,
        `exec: { apiVersion: client.authentication.k8s.io/v1, command: ${path.join(world.folder, "plugin")}, interactiveMode: Never }`,
      );
      await writeFile(`${file}.next`, "the-next-token");
      await expire(east, () => renameSync(`${file}.next`, file));
    },
    code: 0,
  },
  {
    fault: "a token that expires and cannot be renewed",
    strike: async (east) => expire(east, () => {}),
    code: 4,
    says: /error\[ISM263\].*the token of user me/,
    heal: async (_east, world) => editKubeconfig(world, signInToken, "the-next-token"),
  },
];

describe("an apply in which one cluster meets a fault", () => {
  it.concurrent.each(partOfToday([...answers, ...connections, ...credentials], 5))(
    "ends as it should after $fault, and converges when it is run again",
    async ({ strike, code, says, options = [], heal, holds }) =>
      inFreshWorld(async (world) => {
        const east = world.servers["east"] as FakeApiServer;
        await strike(east, world);
        // A process of its own, so that what it could not give back is free when it has ended.
        const { lines, ended } = runProgram(world, ["apply", "--yes", ...options]);
        const ran = await ended;
        const said = problemsIn(ran.err);
        expect(said).toMatch(says ?? /^$/);
        expect(ran.code).toBe(code);
        expectReported(lines, world, undisturbed);
        if (code === 4) {
          expect(lines.at(-1)?.["clusters"]).toMatchObject([
            { name: "west", state: "applied" },
            { name: "east", state: "failed" },
          ]);
          const failed = lines.filter(({ event }) => event === "task.failed").map(({ subject }) => subject);
          expect(failed).toContain("east");
        }
        expect(ran.err + JSON.stringify(lines)).not.toContain(signInToken);
        holds?.(east);
        await heal?.(east, world);
        await expectConverges(world, undisturbed);
      }),
  );
});

/** The errors of what was said, without progress and warnings, line breaks made spaces. */
function problemsIn(text: string): string {
  return text
    .split("\n\n")
    .filter((part) => part.includes("error["))
    .map((part) => part.slice(part.search(/\S*:? ?error\[/)).replaceAll(/\s+/g, " "))
    .join(" ");
}
