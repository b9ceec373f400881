import type { Json } from "../model/kube-object.ts";
import { fieldsAt } from "./pod-template.ts";

type Fields = { readonly [key: string]: Json };

/** A pod security standard that refuses anything. */
export type Standard = "baseline" | "restricted";

/** Capabilities that `baseline` lets a container add; `restricted` leaves the last one. */
const mayAdd: Readonly<Record<Standard, ReadonlySet<string>>> = {
  baseline: new Set(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD SETFCAP SETGID SETPCAP SETUID SYS_CHROOT NET_BIND_SERVICE".split(
      " ",
    ),
  ),
  restricted: new Set(["NET_BIND_SERVICE"]),
};

/** Kinds of volumes that `restricted` takes. */
const volumes: ReadonlySet<string> = new Set(
  "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret".split(" "),
);

const sysctls: ReadonlySet<string> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);

const seccomp: ReadonlySet<unknown> = new Set(["RuntimeDefault", "Localhost"]);

/**
 * What of a pod's spec a standard refuses, each as the field to change, with
 * what it has to say; empty where the pod is taken. The standards of Kubernetes
 * 1.36 (https://kubernetes.io/docs/concepts/security/pod-security-standards/)
 * and, to the letter, of k8s.io/pod-security-admission, but for SELinux,
 * AppArmor, /proc, hosts in probes and Windows, of which nothing is said.
 */
export function refusedBy(standard: Standard, spec: Fields): readonly string[] {
  if (fieldsAt(spec, ["os"])?.["name"] === "windows") {
    return [];
  }
  const containers = ["containers", "initContainers"].flatMap((list) => itemsOf(spec[list]));
  return [
    ...refusedOfPod(standard, spec),
    ...containers.flatMap((container) =>
      [...baselineOf(standard, container), ...(standard === "restricted" ? restrictedOf(spec, container) : [])].map(
        (each) => `${each} (container ${String(container["name"])})`,
      ),
    ),
  ];
}

function refusedOfPod(standard: Standard, spec: Fields): readonly string[] {
  const context = fieldsAt(spec, ["securityContext"]) ?? {};
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((field) => spec[field] === true);
  const kinds = itemsOf(spec["volumes"]).flatMap((volume) => Object.keys(volume).filter((key) => key !== "name"));
  const refused = kinds.filter((kind) => (standard === "restricted" ? !volumes.has(kind) : kind === "hostPath"));
  const odd = itemsOf(context["sysctls"]).filter(({ name }) => !sysctls.has(String(name)));
  return [
    ...shared.map((field) => `no ${field}`),
    ...[...new Set(refused)].map((kind) => `no volume of kind ${kind}`),
    ...odd.map(({ name }) => `no sysctl ${String(name)}`),
    ...(seccompOf(spec) === "Unconfined" ? ["no seccompProfile of type Unconfined"] : []),
    ...(standard === "restricted" ? rootOf(spec, context) : []),
  ];
}

/** What makes a pod or container run as root by its own words. In a user namespace of its own it may, from Kubernetes 1.35 on. */
function rootOf(spec: Fields, context: Fields): readonly string[] {
  return spec["hostUsers"] === false
    ? []
    : [
        ...(context["runAsNonRoot"] === false ? ["no runAsNonRoot: false"] : []),
        ...(context["runAsUser"] === 0 ? ["no runAsUser: 0"] : []),
      ];
}

function baselineOf(standard: Standard, container: Fields): readonly string[] {
  const context = fieldsAt(container, ["securityContext"]) ?? {};
  const added = textsIn(fieldsAt(context, ["capabilities"])?.["add"]).filter((name) => !mayAdd[standard].has(name));
  const ports = itemsOf(container["ports"]).filter(({ hostPort }) => hostPort !== undefined && hostPort !== 0);
  return [
    ...(context["privileged"] === true ? ["no privileged: true"] : []),
    ...added.map((name) => `no capability ${name} under capabilities.add`),
    ...ports.map(({ hostPort }) => `no hostPort ${String(hostPort)}`),
    ...(seccompOf(container) === "Unconfined" ? ["no seccompProfile of type Unconfined"] : []),
  ];
}

function restrictedOf(spec: Fields, container: Fields): readonly string[] {
  const own = fieldsAt(container, ["securityContext"]) ?? {};
  const ofPod = fieldsAt(spec, ["securityContext"])?.["runAsNonRoot"];
  const mayBeRoot = own["runAsNonRoot"] === undefined && ofPod !== true && spec["hostUsers"] !== false;
  return [
    ...(own["allowPrivilegeEscalation"] === false ? [] : ["allowPrivilegeEscalation: false"]),
    ...(textsIn(fieldsAt(own, ["capabilities"])?.["drop"]).includes("ALL") ? [] : ["capabilities.drop: [ALL]"]),
    ...(mayBeRoot ? ["runAsNonRoot: true"] : []),
    ...rootOf(spec, own),
    ...(seccomp.has(seccompOf(container) ?? seccompOf(spec)) ? [] : ["seccompProfile: { type: RuntimeDefault }"]),
  ];
}

function seccompOf(of: Fields): Json | undefined {
  return fieldsAt(of, ["securityContext", "seccompProfile"])?.["type"];
}

function itemsOf(value: Json | undefined): readonly Fields[] {
  return Array.isArray(value)
    ? value.filter((one): one is Fields => typeof one === "object" && one !== null && !Array.isArray(one))
    : [];
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
