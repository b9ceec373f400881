import { meshFileWords } from "../mesh-file-words.ts";
import type { ObjectId } from "../model/kube-object.ts";
import { quoteCommand } from "../quote-command.ts";
import { istioNamespace } from "../render/names.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import { istiodName, placesOfGateway } from "./reached.ts";
import { kubectlLine } from "../kubectl-line.ts";

export interface ApplyWish {
  /** Only to this cluster. */
  readonly cluster?: string;
  /** Kinds whose fields are taken over from whoever has written them since. */
  readonly force?: readonly string[];
  readonly prune?: boolean;
}

/** The `isthmus apply` that puts things right, with the mesh file that was checked. */
export function applyCommand({ mesh }: MeshFacts, { cluster, force = [], prune = false }: ApplyWish = {}): string {
  return quoteCommand([
    "isthmus",
    "apply",
    ...meshFileWords(mesh.file),
    ...(cluster === undefined ? [] : ["--cluster", cluster]),
    ...(force.length === 0 ? [] : [`--force-conflicts=${force.join(",")}`]),
    ...(prune ? ["--prune"] : []),
  ]);
}

/** The `isthmus certs renew` that orders a certificate which is due. */
export function renewCommand({ mesh }: MeshFacts): string {
  return quoteCommand(["isthmus", "certs", "renew", ...(mesh.file === undefined ? [] : ["-f", mesh.file])]);
}

/** The `isthmus dns sync` that writes published names as the clusters are now; with `prune` names go that no route has any more. */
export function syncCommand({ mesh }: MeshFacts, { prune = false }: Pick<ApplyWish, "prune"> = {}): string {
  return quoteCommand(["isthmus", "dns", "sync", ...meshFileWords(mesh.file), ...(prune ? ["--prune"] : [])]);
}

/** The `isthmus drain` that takes a cluster out of traffic and out of published names. */
export function drainCommand({ mesh }: MeshFacts, cluster: string): string {
  return quoteCommand(["isthmus", "drain", cluster, ...meshFileWords(mesh.file)]);
}

/** kubectl with the context by which the cluster was checked. */
export function kubectl({ context }: ReachedCluster, ...words: readonly string[]): string {
  return kubectlLine(context, ...words);
}

/** kubectl with one verb about one object, and what comes after its name. */
export function kubectlCommand(one: ReachedCluster, verb: string, id: ObjectId, ...more: readonly string[]): string {
  const kind = (id.group === "" ? id.kind : `${id.kind}.${id.group}`).toLowerCase();
  return kubectl(one, ...(id.namespace === undefined ? [] : ["-n", id.namespace]), verb, kind, id.name, ...more);
}

/** Starts the pods of one Deployment anew, or of all in the namespace. */
export function restart(one: ReachedCluster, namespace: string, ...deployments: readonly string[]): string {
  const names = deployments.map((name) => deploymentName(one, name));
  return kubectl(one, "-n", namespace, "rollout", "restart", "deployment", ...names);
}

/** Has a Deployment's pods made anew, and waits for them. */
export function remake(one: ReachedCluster, namespace: string, deployment: string): readonly string[] {
  const name = deploymentName(one, deployment);
  return [
    restart(one, namespace, deployment),
    kubectl(one, "-n", namespace, "rollout", "status", "deployment", name, "--timeout=2m"),
  ];
}

/** Lets one pod of a Deployment run again. */
export function scale(one: ReachedCluster, deployment: string, namespace: string = istioNamespace): string {
  return kubectl(one, "-n", namespace, "scale", "deployment", deploymentName(one, deployment), "--replicas=1");
}

function deploymentName(one: ReachedCluster, name: string): string {
  return name === "istiod" ? istiodName(one) : name;
}

/** Starts gateways and the services' workloads anew, so that they get their certificates again. */
export function restartProxies({ mesh }: MeshFacts, one: ReachedCluster): readonly string[] {
  const gateways = one.gateways
    .filter((gateway) => gateway.desired !== undefined)
    .map(({ name }) => placesOfGateway(one, name));
  const namespaces = new Set(mesh.services.map((service) => service.namespace));
  return [
    ...[...new Set(gateways.map(({ namespace }) => namespace))].map((namespace) =>
      restart(
        one,
        namespace,
        ...gateways.filter((gateway) => gateway.namespace === namespace).map(({ deployment }) => deployment),
      ),
    ),
    ...[...namespaces]
      .filter((namespace) => one.namespaces.some((other) => other.name === namespace))
      .map((namespace) => restart(one, namespace)),
  ];
}

/** Starts istiod anew, waits for it, and starts everything that it signs for. */
export function restartAll(facts: MeshFacts, one: ReachedCluster): readonly string[] {
  return [...remake(one, istioNamespace, "istiod"), ...restartProxies(facts, one)];
}
