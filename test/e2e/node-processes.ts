import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { instance, isthmus, sandboxKubeconfig, sandboxState } from "./world.ts";

/** The process of one component of a cluster's node, by the machine's number. */
export async function pidOf(component: string, cluster: string): Promise<number> {
  const { clusters } = await sandboxState();
  const node = clusters.find((one) => one.name === cluster);
  const pid = node?.components.find((one) => one.name === component)?.pid;
  if (pid === undefined || pid <= 1) {
    throw new Error(`${component} of ${cluster} has no process`);
  }
  return pid;
}

/** Has a cluster's etcd refuse every write, as one whose space is used up, until the alarm is taken back. */
export async function spaceAlarm(cluster: string, action: "ACTIVATE" | "DEACTIVATE"): Promise<void> {
  const script = `
    const ask = async (verb, body) => {
      const answer = await fetch("http://127.0.0.1:2379/v3/maintenance/" + verb, { method: "POST", body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(verb + ": " + answer.status + " " + (await answer.text()));
      return answer.json();
    };
    const { header } = await ask("status", {});
    await ask("alarm", { action: "${action}", memberID: header.member_id, alarm: "NOSPACE" });`;
  const pid = await pidOf("etcd", cluster);
  const node = [process.execPath, "--input-type=module", "-e", script];
  await promisify(execFile)("nsenter", ["--target", String(pid), "--net", ...node]);
}

/** Kills a cluster's node with everything that runs on it. `reviveNodes` brings it back. */
export async function killNode(cluster: string): Promise<void> {
  const kubeconfig = sandboxKubeconfig();
  const file = path.join(path.dirname(kubeconfig), "clusters", cluster, "process.json");
  const { pid } = JSON.parse(readFileSync(file, "utf8")) as { readonly pid: number };
  process.kill(pid, "SIGKILL");
}

/** Starts what of the tests' sandbox does not run. */
export async function reviveNodes(): Promise<void> {
  const up = await isthmus(["sandbox", "up", "--instance", instance]);
  if (up.code !== 0) {
    throw new Error(`the tests' sandbox did not come back:\n${up.err}`);
  }
}

const dropping = "isthmus_test_drop";

/** Drops every packet that comes to a cluster's node from the sandbox's other nodes and this machine (or from `sender` alone), or only those to a TCP port, without a word to the sender, until `passPackets`. */
export async function dropPackets(cluster: string, port?: string, sender = "172.30.0.0/16"): Promise<void> {
  const only = port === undefined ? "" : `tcp dport ${port} `;
  await nft(
    cluster,
    `add table inet ${dropping}; add chain inet ${dropping} incoming { type filter hook prerouting priority -300; }; add rule inet ${dropping} incoming iifname != "lo" ip saddr ${sender} ${only}drop`,
  );
}

/** Drops every packet to one address that leads to a cluster's node, until `passPackets`. */
export async function dropPacketsTo(cluster: string, address: string): Promise<void> {
  await nft(
    cluster,
    `add table inet ${dropping}; add chain inet ${dropping} incoming { type filter hook prerouting priority -300; }; add rule inet ${dropping} incoming ip daddr ${address} drop`,
  );
}

/** Drops every packet of connections that programs of a cluster's node itself, and not its pods, open to a TCP port, until `passPackets`. */
export async function dropOutgoing(cluster: string, port: string): Promise<void> {
  await nft(
    cluster,
    `add table inet ${dropping}; add chain inet ${dropping} outgoing { type filter hook output priority 0; }; add rule inet ${dropping} outgoing tcp dport ${port} drop`,
  );
}

/** Ends `dropPackets`, `dropPacketsTo` and `dropOutgoing`, also where none has begun. */
export async function passPackets(cluster: string): Promise<void> {
  await nft(cluster, `add table inet ${dropping}; delete table inet ${dropping}`);
}

const translating = "isthmus_test_nat";

/** Has a cluster's node pass connections to a TCP port of its own on to `place` (`address:port`), as a NAT in front of the cluster does, until `endTranslation`. */
export async function translatePort(cluster: string, port: string, place: string): Promise<void> {
  const [address = "", to = ""] = place.split(":");
  await nft(
    cluster,
    `add table ip ${translating}; add chain ip ${translating} incoming { type nat hook prerouting priority -110; }; add rule ip ${translating} incoming tcp dport ${port} dnat to ${place}; add chain ip ${translating} outgoing { type nat hook postrouting priority 90; }; add rule ip ${translating} outgoing ip daddr ${address} tcp dport ${to} masquerade`,
  );
}

/** Ends `translatePort`. */
export async function endTranslation(cluster: string): Promise<void> {
  await nft(cluster, `delete table ip ${translating}`);
}

async function nft(cluster: string, rules: string): Promise<void> {
  const pid = await pidOf("kubelet", cluster);
  await promisify(execFile)("nsenter", ["--target", String(pid), "--net", "nft", rules]);
}
