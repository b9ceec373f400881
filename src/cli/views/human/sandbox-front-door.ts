import type { SandboxStatus } from "../../../sandbox/operations/status.ts";
import type { Palette } from "../../terminal/palette.ts";

/** The front door of a sandbox in lines, an empty one after them; none where there is none. */
export function viewFrontDoor({ frontDoor }: Pick<SandboxStatus, "frontDoor">, palette: Palette): readonly string[] {
  if (frontDoor === undefined) {
    return [];
  }
  const { dns, acme, state } = frontDoor;
  const judged = state === "running" ? palette.good("√ running") : palette.bad(`× ${state}`);
  return [
    `Front door ${palette.strong(dns.zone)} ${judged}`,
    `    DNS server ${dns.server}, TSIG key ${dns.tsig.name} (${dns.tsig.algorithm}) in ${dns.tsig.secretFile}`,
    `    ACME server ${acme.directory}, profile ${acme.profile}, CA certificate ${acme.caFile}`,
    "",
  ];
}
