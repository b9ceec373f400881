import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { engineDiagnostic } from "../engine-diagnostic.ts";
import { findProgram } from "../host-packages.ts";
import { CommandError, runCommand } from "../../process/run-command.ts";

interface Probe {
  readonly what: string;
  readonly program: string;
  readonly args: readonly string[];
}

const probes: readonly Probe[] = [
  {
    what: "veth pairs",
    program: "ip",
    args: ["link", "add", "probe0", "type", "veth", "peer", "name", "probe1"],
  },
  { what: "bridges", program: "ip", args: ["link", "add", "probe0", "type", "bridge"] },
  {
    what: "nftables with NAT",
    program: "nft",
    args: [
      "add table ip probe; add chain ip probe nat { type nat hook prerouting priority dstnat; }; add rule ip probe nat tcp dport 1 redirect to :2",
    ],
  },
  {
    what: "nftables with connection tracking",
    program: "nft",
    args: [
      "add table ip probe; add chain ip probe forward { type filter hook forward priority filter; }; add rule ip probe forward ct state established accept",
    ],
  },
  {
    what: "iptables on nftables",
    program: "iptables-nft",
    args: ["-t", "nat", "-A", "OUTPUT", "-p", "tcp", "-j", "REDIRECT", "--to-ports", "1"],
  },
  { what: "sets of addresses", program: "ipset", args: ["create", "probe", "hash:ip"] },
  // What kube-router writes for network policies: one rule has one target.
  {
    what: "iptables with REJECT and the matches of network policies",
    program: "iptables-nft",
    args: (
      "-A FORWARD -p tcp -m comment --comment probe -m multiport --dports 1:2 -m conntrack --ctstate INVALID " +
      "-m addrtype --src-type LOCAL -m physdev --physdev-is-bridged -m mark ! --mark 0x10000/0x10000 -j REJECT"
    ).split(" "),
  },
  {
    what: "iptables with MARK",
    program: "iptables-nft",
    args: ["-A", "FORWARD", "-j", "MARK", "--set-mark", "0/0x10000"],
  },
  {
    what: "iptables with NFLOG and limits",
    program: "iptables-nft",
    args: ["-A", "FORWARD", "-m", "limit", "--limit", "10/minute", "-j", "NFLOG", "--nflog-group", "100"],
  },
];

/**
 * Tries each network feature that a sandbox uses, in a network namespace of
 * its own that is gone afterwards. Empty when all are there; one ISM709 names
 * those that are not. What needs a program that is not installed yet is left out.
 */
export async function checkKernelNetworking(
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const lacking: string[] = [];
  for (const probe of probes) {
    const program = findProgram(probe.program, env);
    if (program === undefined) {
      continue;
    }
    try {
      await runCommand("unshare", ["--net", "--", program, ...probe.args], {
        signal,
        timeoutMs: 20_000,
        env,
      });
    } catch (error) {
      if (!(error instanceof CommandError)) {
        throw error;
      }
      lacking.push(`${probe.what} (${error.lastLines.at(-1) ?? error.message})`);
    }
  }
  return lacking.length === 0
    ? []
    : [
        engineDiagnostic(
          "ISM709",
          `The kernel does not offer what the sandbox's networks are made of: ${lacking.join("; ")}.`,
          "Load the modules (modprobe -a veth bridge nf_tables nft_nat nft_redir nft_ct nft_compat nf_conntrack xt_REDIRECT xt_set ip_set_hash_ip ip_set_hash_net xt_multiport xt_physdev xt_addrtype xt_NFLOG xt_mark ipt_REJECT), or run a kernel of a Linux distribution.",
        ),
      ];
}
