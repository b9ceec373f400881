import { createHash } from "node:crypto";
import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import { systemProjectLabel } from "./rancher-names.ts";
import { formatTime } from "./v3-resource.ts";

/** Limits by Rancher's keys, `limitsCpu`. */
export type Limits = Readonly<Record<string, string>>;

/** A project of one cluster, as the double's controllers see it. */
export interface Project {
  readonly name: string;
  readonly system: boolean;
  /** `spec.resourceQuota.limit`. */
  readonly quota: Limits | undefined;
  /** `spec.namespaceDefaultResourceQuota.limit`. */
  readonly namespaceDefault: Limits | undefined;
  /** `spec.containerDefaultResourceLimit`. */
  readonly containerDefault: Limits | undefined;
  readonly backingNamespace: string;
}

/** Reads a `management.cattle.io/v3` Project. */
export function readProject(object: KubeObject): Project {
  const spec = recordOf(object["spec"]);
  const status = recordOf(object["status"]);
  return {
    name: object.metadata.name,
    system: object.metadata.labels?.[systemProjectLabel] === "true",
    quota: readLimits(recordOf(spec["resourceQuota"])["limit"]),
    namespaceDefault: readLimits(recordOf(spec["namespaceDefaultResourceQuota"])["limit"]),
    containerDefault: readLimits(spec["containerDefaultResourceLimit"]),
    backingNamespace: typeof status["backingNamespace"] === "string" ? status["backingNamespace"] : "",
  };
}

/** Limits that are there and hold something; `extended` ones by their resource's name. */
export function readLimits(value: unknown): Limits | undefined {
  const { extended, ...own } = recordOf(value);
  const limits: Record<string, string> = {};
  for (const [key, text] of Object.entries({ ...own, ...recordOf(extended) })) {
    if (typeof text === "string" && text !== "") {
      limits[key] = text;
    }
  }
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/**
 * The namespace in Rancher's own cluster that belongs to a project: since 2.12
 * cluster and project name, cut as wrangler's SafeConcatName does; before, the
 * project's name alone (WEBHOOK project/mutator.go).
 */
export function backingNamespaceOf(clusterId: string, project: string, release: readonly [number, number]): string {
  if (release[0] === 2 && release[1] < 12) {
    return project;
  }
  const whole = `${clusterId}-${project}`;
  if (whole.length < 64) {
    return whole;
  }
  const digest = createHash("sha256").update(whole).digest("hex");
  // A name must not end a part with a hyphen before the digest.
  const cut = whole.slice(0, 57).replace(/-$/, "");
  return `${cut}-${digest.slice(0, 5)}`;
}

/** The conditions of a project whose controllers are done (RANCHER authz_types.go). */
export function projectConditions(now: Date): Json {
  const at = formatTime(now);
  return ["BackingNamespaceCreated", "CreatorMadeOwner", "DefaultNetworkPolicyCreated", "InitialRolesPopulated"].map(
    (type) => ({ type, status: "True", lastUpdateTime: at }),
  );
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
