import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bind } from "../dns-servers/bind.ts";
import { startServer, type RunningServer, type ServerKind } from "../dns-servers/dns-server.ts";
import { knot } from "../dns-servers/knot.ts";
import { powerDns } from "../dns-servers/powerdns.ts";
import { letWritersWrite } from "../dns-servers/writers.ts";

const isAll = process.env["ISTHMUS_TESTS"] === "all";
const kinds: readonly ServerKind[] = isAll ? [bind, knot, powerDns] : [bind];
/** Each has five writers at once. */
const rounds = isAll ? 1000 : 15;

describe.each(kinds.map((kind) => [kind.kind, kind] as const))("five writers of one name on %s", (_kind, kind) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(kind);
  });
  afterAll(async () => {
    await server.stop();
  });

  it(
    "lose no wish and touch nothing of others, stopped in the middle or not, and the set is the union of its owners at every moment",
    { timeout: 240_000 + rounds * 3000 },
    async () => {
      const seed = Date.now() % 1_000_000;
      const writing = letWritersWrite({ server, name: "app.example.test", rounds, seed, crashEvery: 12 });
      const result = await writing.catch((error: unknown) => {
        throw new Error(`${(error as Error).message}\nThe server said at the end:\n${server.log().slice(-4000)}`, {
          cause: error,
        });
      });
      expect(result.changed + result.stopped + result.refused).toBe(rounds * 5);
      expect(result.changed).toBeGreaterThan(rounds * 2);
      expect(result.views).toBeGreaterThan(rounds * 2);
    },
  );
});
