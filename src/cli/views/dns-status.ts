import { dnsStatusDocument } from "../../engine/documents/names.ts";
import type { DnsStatus } from "../../engine/operations/dns.ts";
import { viewDnsStatus } from "./human/dns-status.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus dns status` prints. */
export interface DnsStatusView {
  readonly status: (status: DnsStatus) => void;
}

/** The view that `-o` names. */
export function dnsStatusView(output: "table" | "json", out: Printer): DnsStatusView {
  const views: Readonly<Record<typeof output, DnsStatusView>> = {
    table: { status: (status) => out.print(viewDnsStatus(status, out.palette)) },
    json: { status: (status) => out.printJson(dnsStatusDocument(status)) },
  };
  return views[output];
}
