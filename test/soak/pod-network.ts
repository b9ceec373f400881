import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

/** A port of a host that somebody tries to reach. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** Envoy's and the agent's user: what it sends is not led into the sidecar. */
const proxyUser = "1337";

/**
 * Tries all targets at once and prints which of them answered: TCP by a new
 * connection, UDP by a look-up of the root's name servers, sent again since a datagram may be lost.
 */
const askAll = `const [net, dgram] = [require("node:net"), require("node:dgram")];
const patienceMs = 4000;
const lookUp = Buffer.from("0001010000010000000000000000020001", "hex");
const ask = {
  TCP: ({ host, port }) => new Promise((done) => {
    const socket = net.connect({ host, port }, () => { socket.destroy(); done(true); });
    socket.on("error", () => done(false)).setTimeout(patienceMs, () => { socket.destroy(); done(false); });
  }),
  UDP: ({ host, port }) => new Promise((done) => {
    const socket = dgram.createSocket("udp4");
    const send = () => socket.send(lookUp, port, host);
    const again = setInterval(send, 400);
    const end = (answered) => { clearInterval(again); clearTimeout(timer); socket.close(); done(answered); };
    const timer = setTimeout(() => end(false), patienceMs);
    socket.once("message", () => end(true)).once("error", () => end(false));
    send();
  }),
};
const targets = JSON.parse(process.argv[1]);
Promise.all(targets.map((target) => ask[target.protocol](target))).then((all) => console.log(JSON.stringify(all)));`;

/** Which targets answer to new connections out of the network of a pod of the sandbox, as its proxy would open them. */
export async function askFromPod(uid: string, targets: readonly Target[]): Promise<readonly boolean[]> {
  const enter = ["--target", String(processOf(uid)), "--net", "setpriv", `--reuid=${proxyUser}`, "--clear-groups"];
  const { stdout } = await promisify(execFile)("nsenter", [
    ...enter,
    process.execPath,
    "-e",
    askAll,
    JSON.stringify(targets),
  ]);
  return JSON.parse(stdout) as readonly boolean[];
}

/** Each connection to a Unix socket is one to a host; it ends when its parent has gone. */
const relay = `const net = require("node:net");
const [path, host, port] = process.argv.slice(1);
net.createServer((near) => {
  const far = net.connect({ host, port: Number(port) });
  near.pipe(far).pipe(near);
  near.on("error", () => far.destroy());
  far.on("error", () => near.destroy());
}).listen(path, () => console.log("listens"));
process.stdin.resume().on("end", () => process.exit());`;

/**
 * Connections to the Unix socket `socketPath`, which is made here, go out of
 * the network of a pod of the sandbox as those of its application do: through
 * its sidecar where it has one. Until the returned function is called.
 */
export async function relayFromPod(uid: string, to: Omit<Target, "protocol">, socketPath: string): Promise<() => void> {
  const enter = ["--target", String(processOf(uid)), "--net", process.execPath, "-e", relay];
  const child = spawn("nsenter", [...enter, socketPath, to.host, String(to.port)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return () => child.stdin.end();
}

/** A process of the pod, by the machine's number: the kubelet names a pod's control group after its UID. */
function processOf(uid: string): number {
  const names = [`pod${uid}`, `pod${uid.replaceAll("-", "_")}`];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const group = readGroup(pid);
    if (names.some((name) => group.includes(name))) {
      return Number(pid);
    }
  }
  throw new Error(`no process of this machine belongs to pod ${uid}`);
}

function readGroup(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, "utf8");
  } catch {
    // It has ended since.
    return "";
  }
}
