import { isRecord } from "./kubeconfig/read-fields.ts";
import { readParsed } from "./wire/read-answer.ts";
import type { Reporter, RequestSubject } from "./report-failure.ts";
import type { ResourceMapping } from "./resource-paths.ts";
import { groupPath } from "./resource-paths.ts";
import type { Transport } from "./wire/transport.ts";

/** What sends discovery requests, and words their failures. */
export interface Wire {
  readonly transport: Transport;
  readonly report: Reporter;
}

/** A kind that a group version serves. */
export interface ServedResource extends ResourceMapping {
  readonly kind: string;
  /** True where its objects can be listed and deleted. */
  readonly deletable: boolean;
}

/** What a discovery request is about, and what ends it. */
export interface Question {
  readonly subject: RequestSubject;
  readonly signal: AbortSignal;
}

/** What a group version serves right now; undefined where the API server does not know it. */
export async function readGroup(
  { transport, report }: Wire,
  apiVersion: string,
  { subject, signal }: Question,
): Promise<readonly ServedResource[] | undefined> {
  const answer = await transport.send({ method: "GET", path: groupPath(apiVersion), subject, signal });
  if (answer.status === 404) {
    return undefined;
  }
  if (answer.status !== 200) {
    throw report.answerFailure(answer, subject);
  }
  const { resources } = readParsed(answer, subject, report);
  return (
    (Array.isArray(resources) ? resources : [])
      .filter(isRecord)
      // `deployments/scale` and the like are of the same or another kind, and no objects of their own.
      .filter((one) => !String(one["name"]).includes("/"))
      .map(readResource)
  );
}

function readResource(one: Readonly<Record<string, unknown>>): ServedResource {
  const verbs: readonly unknown[] = Array.isArray(one["verbs"]) ? one["verbs"] : [];
  return {
    kind: String(one["kind"]),
    plural: String(one["name"]),
    namespaced: one["namespaced"] === true,
    deletable: verbs.includes("list") && verbs.includes("delete"),
  };
}
