import type { IncomingMessage, ServerResponse } from "node:http";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { CallOptions } from "../../kube/client.ts";
import { isRecord, textOf } from "../../kube/kubeconfig/read-fields.ts";
import { sendJson, v3Error } from "./answer.ts";
import type { Rancher } from "./rancher.ts";
import { collection, linkTo } from "./v3-resource.ts";

/** `/v3/projects[?clusterId=]`, to read (RANCHER client/management/v3/zz_generated_project.go). They are made as Project objects of the `local` cluster. */
export async function serveProjects(
  rancher: Rancher,
  request: IncomingMessage,
  response: ServerResponse,
  { query, signal }: CallOptions & { readonly query: URLSearchParams },
): Promise<void> {
  if (request.method !== "GET") {
    throw v3Error(405, "MethodNotAllowed", `Method ${request.method ?? ""} not supported`);
  }
  const wanted = query.get("clusterId");
  const projects = await rancher.local.client.list(
    { apiVersion: "management.cattle.io/v3", kind: "Project", ...(wanted === null ? {} : { namespace: wanted }) },
    { signal },
  );
  sendJson(
    response,
    200,
    collection(
      rancher,
      "project",
      "projects",
      projects.map((project) => viewProject(rancher, project)),
    ),
  );
}

function viewProject(rancher: Rancher, { metadata, spec }: KubeObject): object {
  const clusterId = metadata.namespace ?? "";
  const id = `${clusterId}:${metadata.name}`;
  const fields = isRecord(spec) ? spec : {};
  return {
    baseType: "project",
    clusterId,
    description: textOf(fields["description"]) ?? "",
    id,
    labels: metadata.labels ?? {},
    links: { self: linkTo(rancher, `projects/${id}`) },
    name: textOf(fields["displayName"]) ?? metadata.name,
    state: "active",
    type: "project",
  };
}
