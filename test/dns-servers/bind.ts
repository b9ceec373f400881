import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { ServerKind } from "./dns-server.ts";

/** BIND 9.18, the named of Debian 12. */
export const bind: ServerKind = {
  kind: "BIND",
  packages: ["bind9"],
  prepare: async ({ folder, port, secrets, programs, zones }) => {
    const policy =
      "update-policy { grant full zonesub ANY; grant limited name app.example.test A TXT; grant least subdomain least.example.test A AAAA TXT; }; allow-transfer { any; };";
    const configuration = [
      `options {
        directory "${folder}"; pid-file none; session-keyfile none; recursion no; notify no;
        dnssec-validation no; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
      };
      controls { };`,
      ...Object.entries(secrets).map(
        ([name, secret]) => `key "${name}" { algorithm hmac-sha256; secret "${secret}"; };`,
      ),
      ...Object.keys(zones).map(
        (zone) => `zone "${zone}" { type primary; file "${zone}.zone"; ${zone === "example.test" ? policy : ""} };`,
      ),
    ].join("\n");
    await writeFile(path.join(folder, "named.conf"), configuration);
    for (const [zone, text] of Object.entries(zones)) {
      await writeFile(path.join(folder, `${zone}.zone`), text);
    }
    return [...programs.command("usr/sbin/named"), "-g", "-n", "1", "-c", path.join(folder, "named.conf")];
  },
};
