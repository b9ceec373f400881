import type { KubeObject } from "../../core/model/kube-object.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";

/** istiod's monitoring port, which serves its debug pages too; through a port-forward it asks for no credentials. */
const debugPort = 15014;

/** istiod's Deployment; one with a revision has it in its name. Where there are several, the one without. */
export async function findIstiod(client: KubeClient, signal: AbortSignal): Promise<KubeObject | undefined> {
  const kind = { apiVersion: "apps/v1", kind: "Deployment", namespace: istioNamespace, labelSelector: "app=istiod" };
  const found = await client.list(kind, { signal });
  return found.find(({ metadata }) => metadata.name === "istiod") ?? found[0];
}

/** The istiod pods that run and are not being deleted: those whose word on the mesh counts. */
export async function listIstiodPods(client: KubeClient, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const pods = await client.list(
    {
      apiVersion: "v1",
      kind: "Pod",
      namespace: istioNamespace,
      labelSelector: "app=istiod",
      fieldSelector: "status.phase=Running",
    },
    { signal },
  );
  return pods.filter((pod) => pod.metadata["deletionTimestamp"] === undefined);
}

/**
 * One debug page of one istiod pod (`/debug/clusterz`), parsed. Waits at most 10 s.
 *
 * @throws Error when the pod does not answer, or with another status than 200.
 */
export async function readIstiodDebug(
  client: KubeClient,
  pod: string,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  return JSON.parse(await readIstiodPage(client, pod, path, signal));
}

/** One page of an istiod pod's monitoring port as it is, `/metrics` among them; waits and throws likewise. */
export async function readIstiodPage(
  client: KubeClient,
  pod: string,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const answer = await client.podHttpGet({ namespace: istioNamespace, pod, port: debugPort }, path, {
    signal,
    timeoutMs: 10_000,
  });
  if (answer.status !== 200) {
    throw new Error(`${path} answered ${answer.status}`);
  }
  return answer.body;
}
