import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OpenHook } from "./event-hook.ts";
import { openEventHook } from "./event-hook.ts";

const key = Buffer.from("a secret of thirty-two bytes ....");
const now = 1_796_000_000_000;
const lines = ["plan", "summary"].map((event) => `${JSON.stringify({ kind: "Event", event })}\n`);

let folder: string;
let server: Server;
let url: string;
let seen: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
/** What the receiver answers next; 204 where nothing is left. `0` is no answer. */
let answers: number[];
let said: Diagnostic[];

beforeEach(async () => {
  [seen, answers, said] = [[], [], []];
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
  await writeFile(path.join(folder, "hook.secret"), `whsec_${key.toString("base64")}\n`);
  server = createServer((asked, answer) => {
    let body = "";
    asked.setEncoding("utf8").on("data", (text: string) => (body += text));
    asked.once("end", () => {
      seen.push({ headers: asked.headers, body });
      const status = answers.shift() ?? 204;
      if (status !== 0) {
        answer.writeHead(status).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?token=hidden`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function open(
  onEvent: string,
  secretFile: string | undefined = onEvent.startsWith("http") ? "hook.secret" : undefined,
  closeMs = 20_000,
): Promise<OpenHook> {
  return openEventHook(
    { onEvent, secretFile },
    {
      cwd: folder,
      env: {},
      now: () => now,
      report: (diagnostics) => said.push(...diagnostics),
      limits: { tryMs: 1000, pauseMs: 1, tries: 3 },
      closeMs,
    },
  );
}

async function deliver(onEvent: string, closeMs?: number): Promise<void> {
  const hook = await open(onEvent, undefined, closeMs);
  lines.forEach((line) => hook.write(line));
  await hook.close();
}

describe("a URL", () => {
  it("gets each event in order, signed so that a receiver can tell by the secret alone", async () => {
    await deliver(url);
    expect(seen.map(({ body }) => `${body}\n`)).toEqual(lines);
    for (const { headers, body } of seen) {
      const id = String(headers["webhook-id"]);
      const expected = createHmac("sha256", key)
        .update(`${id}.${now / 1000}.${body}`)
        .digest("base64");
      expect(headers).toMatchObject({
        "content-type": "application/json",
        "webhook-timestamp": String(now / 1000),
        "webhook-signature": `v1,${expected}`,
      });
    }
    expect(new Set(seen.map(({ headers }) => headers["webhook-id"])).size).toBe(2);
    expect(said).toEqual([]);
  });

  it("is asked again where it cannot take an event now, under the same id", async () => {
    answers = [503, 429];
    await deliver(url);
    expect(seen).toHaveLength(4);
    expect(new Set(seen.slice(0, 3).map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(said).toEqual([]);
  });

  it("is named with its reason where it refuses, without what may be a token, and gets the next event", async () => {
    answers = [403];
    await deliver(url);
    expect(seen).toHaveLength(2);
    expect(said).toMatchObject([{ code: "ISM871", severity: "warning" }]);
    expect(said[0]?.detail).toMatch(/^http:\/\/127\.0\.0\.1:\d+ did not take 1 event \(plan\): it answered 403\./);
    expect(JSON.stringify(said)).not.toMatch(/hidden|whsec/);
  });

  it("is told with each reason once where events were not taken for several", async () => {
    answers = [403, 410];
    await deliver(url);
    expect(said[0]?.detail).toContain("1 event (plan): it answered 403; 1 event (summary): it answered 410.");
  });

  it("that never answers costs no more than the time for the end", async () => {
    answers = Array.from({ length: 9 }, () => 0);
    await deliver(url, 300);
    expect(said[0]?.detail).toMatch(/did not take 2 events \(plan, summary\): there was no more time for it\./);
  });

  it("that never answers one event is told of after each of its tries, and gets the next event", async () => {
    answers = [0, 0, 0];
    await deliver(url);
    expect(seen).toHaveLength(4);
    expect(said[0]?.detail).toMatch(/did not take 1 event \(plan\): no answer within 1 s\./);
  });

  it("that refuses connections is told of", async () => {
    server.close();
    await deliver(url);
    expect(said[0]?.detail).toContain("ECONNREFUSED");
  });
});

describe("a command", () => {
  it("gets each event on its standard input", async () => {
    await deliver(`cat >>${path.join(folder, "all")}`);
    expect(await readFile(path.join(folder, "all"), "utf8")).toBe(lines.join(""));
    expect(said).toEqual([]);
  });

  it("that fails is told of once, with what it said last", async () => {
    await deliver("echo first; echo no room left >&2; exit 3");
    expect(said).toMatchObject([{ code: "ISM871" }]);
    expect(said[0]?.detail).toContain("it ended with 3: no room left");
    expect(said[0]?.detail).not.toContain("echo first");
  });

  it("that does not end is ended, with what it has started", async () => {
    await deliver("sleep 60 & sleep 60");
    expect(said[0]?.detail).toContain("it did not end within 1 s");
  });

  it("costs the command nothing where it leaves something behind that holds its output", async () => {
    const left = path.join(folder, "left");
    try {
      await deliver(`setsid sh -c 'echo $$ >>${left}; exec sleep 600' & while ! test -s ${left}; do :; done`);
      expect(said).toEqual([]);
    } finally {
      for (const pid of (await readFile(left, "utf8")).trim().split("\n")) {
        process.kill(Number(pid));
      }
    }
  });

  it("that runs when there is no more time is ended, and told of as that", async () => {
    await deliver("sleep 600", 100);
    expect(said[0]?.detail).toMatch(/did not take 2 events \(plan, summary\): there was no more time for it\./);
  });
});

describe("is refused before anything is done", () => {
  it.each([
    ["a URL without a secret", () => url, undefined, "openssl rand -base64 32"],
    ["a secret that is not there", () => url, "missing", "missing cannot be read"],
    ["a secret that is too short", () => url, "short", "has 3 bytes"],
    ["what is no base64", () => url, "odd", "is not base64"],
    ["a secret for a command", () => "cat", "hook.secret", "a command gets its events unsigned"],
    ["a secret for nothing", () => undefined, "hook.secret", "--on-event names none"],
    ["a password in a URL", () => url.replace("//", "//ann:word@"), "hook.secret", "has a user or a password"],
  ])("%s", async (_what, onEvent, file, words) => {
    await writeFile(path.join(folder, "short"), "YWJj");
    await writeFile(path.join(folder, "odd"), "it's a secret!");
    const refused: unknown = await openEventHook(
      { onEvent: onEvent(), secretFile: file },
      { cwd: folder, env: {}, now: () => now, report: () => {} },
    ).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect(JSON.stringify((refused as UserError).diagnostics)).toContain(words);
    expect(JSON.stringify((refused as UserError).diagnostics)).not.toContain("word@");
    expect((refused as UserError).exitCode).toBe(64);
  });
});
