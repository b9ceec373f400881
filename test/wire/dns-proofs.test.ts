import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/core/diagnostics/user-error.ts";
import { dnsProofs } from "../../src/engine/front-door/dns-proofs.ts";
import { bind } from "../dns-servers/bind.ts";
import { startServer, type RunningServer, type ServerKind } from "../dns-servers/dns-server.ts";
import { knot } from "../dns-servers/knot.ts";
import { powerDns } from "../dns-servers/powerdns.ts";

describe.each<readonly [ServerKind["kind"], ServerKind]>([
  ["BIND", bind],
  ["Knot", knot],
  ["PowerDNS", powerDns],
])("the proofs of an order in a zone of %s", (_kind, kind) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(kind);
  });
  afterAll(async () => {
    await server.stop();
  });
  const signal = (): AbortSignal => AbortSignal.timeout(120_000);

  it("stand beside those of another order at the same name, and leave alone", async () => {
    const proofs = dnsProofs(server.zone(), () => undefined);
    const name = "_acme-challenge.app.example.test";
    // The same letters in another case are another proof.
    const [own, other] = [
      { name, value: "AbC_-x" },
      { name, value: "aBc_-x" },
    ];
    await proofs.publish([other], signal());
    await proofs.publish([own], signal());
    expect(await server.ask(name, "TXT")).toEqual(["AbC_-x", "aBc_-x"]);
    await proofs.withdraw([own]);
    expect(await server.ask(name, "TXT")).toEqual(["aBc_-x"]);
  });

  it("are not blamed on the key where an alias is", async () => {
    const alias = { name: "_acme-challenge.alias.example.test", type: "CNAME", value: "x.example.test" } as const;
    const adds = [{ ...alias, ttlSeconds: 60 }];
    await server.zone().update({ prerequisites: [], deletes: [], adds }, signal());
    const proofs = dnsProofs(server.zone(), () => undefined);
    const error = await proofs.publish([{ name: alias.name, value: "a" }], signal()).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(/^ISM664 .* is an alias of x\.example\.test/);
  });
});
