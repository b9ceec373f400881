import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { ServerFolder, ServerKind } from "./dns-server.ts";

const runFile = promisify(execFile);

/** PowerDNS 4.7 with SQLite, the pdns_server of Debian 12. */
export const powerDns: ServerKind = {
  kind: "PowerDNS",
  packages: ["pdns-server", "pdns-backend-sqlite3", "sqlite3"],
  prepare: async (place) => {
    const { folder, port, programs } = place;
    const database = path.join(folder, "pdns.sqlite3");
    const configuration = [
      `module-dir=${path.dirname(await backendOf(programs.root))}`,
      "launch=gsqlite3",
      `gsqlite3-database=${database}`,
      `socket-dir=${folder}`,
      "local-address=127.0.0.1",
      `local-port=${port}`,
      "dnsupdate=yes",
      // It hangs up on a client that sends nothing for 5 s otherwise, as one does that a busy machine holds up.
      "tcp-idle-timeout=60",
      "security-poll-suffix=",
      "",
    ].join("\n");
    await writeFile(path.join(folder, "pdns.conf"), configuration);
    const schema = path.join(programs.root, "usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql");
    await call(place, "usr/bin/sqlite3", [database, `.read ${schema}`]);
    await fill(place);
    return [
      ...programs.command("usr/sbin/pdns_server"),
      `--config-dir=${folder}`,
      "--daemon=no",
      "--guardian=no",
      "--write-pid=no",
    ];
  },
};

async function fill(place: ServerFolder): Promise<void> {
  const { folder, secrets, zones } = place;
  const pdnsutil = async (...args: readonly string[]): Promise<void> =>
    await call(place, "usr/bin/pdnsutil", [`--config-dir=${folder}`, ...args]);
  for (const [name, secret] of Object.entries(secrets)) {
    await pdnsutil("import-tsig-key", name, "hmac-sha256", secret);
  }
  for (const [zone, text] of Object.entries(zones)) {
    await writeFile(path.join(folder, `${zone}.zone`), text);
    await pdnsutil("load-zone", zone, path.join(folder, `${zone}.zone`));
    // Without this each address of this machine may change the zone without a key.
    const keys = zone === "example.test" ? ["full", "limited", "least"] : ["nobody"];
    await pdnsutil("set-meta", zone, "TSIG-ALLOW-DNSUPDATE", ...keys);
  }
}

async function call({ programs }: ServerFolder, program: string, args: readonly string[]): Promise<void> {
  const [file, ...before] = programs.command(program);
  await runFile(file, [...before, ...args]);
}

async function backendOf(root: string): Promise<string> {
  const { stdout } = await runFile("find", [path.join(root, "usr/lib"), "-name", "libgsqlite3backend.so"]);
  return stdout.trim();
}
