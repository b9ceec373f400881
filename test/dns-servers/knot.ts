import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ServerKind } from "./dns-server.ts";

/** Knot 3.2, the knotd of Debian 12. */
export const knot: ServerKind = {
  kind: "Knot",
  packages: ["knot"],
  prepare: async ({ folder, port, secrets, programs, zones }) => {
    const configuration = [
      "server:",
      `    listen: 127.0.0.1@${port}`,
      `    rundir: ${folder}/run`,
      "    udp-workers: 1",
      "    tcp-workers: 1",
      // It hangs up on a client that sends nothing for 10 s otherwise, or stops for half a second in the middle, as one does that a busy machine holds up.
      "    tcp-idle-timeout: 60",
      "    tcp-io-timeout: 60000",
      "database:",
      `    storage: ${folder}/db`,
      "log:",
      "  - target: stderr",
      "    any: info",
      "key:",
      ...Object.entries(secrets).flatMap(([name, secret]) => [
        `  - id: ${name}`,
        "    algorithm: hmac-sha256",
        `    secret: ${secret}`,
      ]),
      "acl:",
      "  - id: full",
      "    key: full",
      "    action: update",
      "  - id: view",
      "    address: 127.0.0.1",
      "    action: transfer",
      "  - id: limited",
      "    key: limited",
      "    action: update",
      "    update-owner: name",
      "    update-owner-match: equal",
      "    update-owner-name: app",
      "    update-type: [A, TXT]",
      "  - id: least",
      "    key: least",
      "    action: update",
      "    update-owner: name",
      "    update-owner-match: sub-or-equal",
      "    update-owner-name: least",
      "    update-type: [A, AAAA, TXT]",
      "zone:",
      ...Object.keys(zones).flatMap((zone) => [
        `  - domain: ${zone}`,
        `    storage: ${folder}`,
        `    file: ${zone}.zone`,
        ...(zone === "example.test" ? ["    acl: [full, limited, least, view]"] : []),
      ]),
      "",
    ].join("\n");
    await mkdir(path.join(folder, "run"));
    await mkdir(path.join(folder, "db"));
    await writeFile(path.join(folder, "knot.conf"), configuration);
    for (const [zone, text] of Object.entries(zones)) {
      await writeFile(path.join(folder, `${zone}.zone`), text);
    }
    return [...programs.command("usr/sbin/knotd"), "-c", path.join(folder, "knot.conf")];
  },
};
