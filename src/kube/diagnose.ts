import type { Advice } from "./advice.ts";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import { errorOf } from "../core/diagnostics/coded.ts";
import type { ExitCode } from "../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import { accessDiagnostic } from "./access-diagnostic.ts";
import { CredentialError } from "./credentials/credential-error.ts";
import { redactText } from "./credentials/redact-text.ts";
import { diagnoseConnection } from "./diagnose-connection.ts";
import type { KubeErrorKind } from "./errors.ts";
import { KubeError, isHeldBackByAdmission } from "./errors.ts";
import { objectIdOf } from "./object-reference.ts";
import { isRancherProxy, noClusterReason, otherClusterReason, unavailableReason } from "./rancher-proxy-answer.ts";
import { kubectlLine } from "../core/kubectl-line.ts";

/**
 * What a failed request means and what to do, in words for people. For TLS
 * failures it looks at the server's certificate once more, which may take 3 s.
 * Any other error than a KubeError becomes ISM300 with its own message, so
 * that nothing is ever swallowed; it never rejects.
 */
export async function diagnoseKubeError(error: unknown, cluster: string): Promise<Diagnostic> {
  if (error instanceof UserError && error.diagnostics[0] !== undefined) {
    return { cluster, ...error.diagnostics[0] };
  }
  if (!(error instanceof KubeError)) {
    return diagnoseUnexpected(error, cluster);
  }
  const { code, detail, fix } = await adviceByKind[error.kind](error);
  const { object } = error;
  const id = object?.name === undefined ? {} : { object: objectIdOf({ ...object, name: object.name }) };
  return accessDiagnostic(code, { detail, fix, cluster, ...id });
}

/**
 * The exit code class: 69 where the cluster cannot be talked to. Refused
 * credentials belong there as well: nothing on that cluster can be seen or
 * done, and the other clusters can go on, exactly as with one that is down.
 * 75 where trying again is the answer, 1 for everything that needs a change.
 */
export function exitCodeOfKubeError(error: KubeError): ExitCode {
  switch (error.kind) {
    case "unreachable":
    case "tls":
    case "credentials":
    case "protocol":
      return exitCodes.unreachable;
    case "conflict":
    case "overloaded":
    case "server":
      return exitCodes.tryAgain;
    case "forbidden":
    case "invalid":
    case "not-found":
    case "no-such-kind":
    case "tunnel":
      return exitCodes.failed;
  }
}

/** What to do about each kind of trouble. */
const adviceByKind: Readonly<Record<KubeErrorKind, (error: KubeError) => Advice | Promise<Advice>>> = {
  unreachable: adviseOnConnection,
  tls: adviseOnConnection,
  protocol: adviseOnConnection,
  credentials: adviseOnCredentials,
  forbidden: adviseOnForbidden,
  conflict: adviseOnConflict,
  invalid: adviseOnInvalid,
  "not-found": adviseOnAbsence,
  "no-such-kind": (error) => ({
    code: "ISM270",
    detail: `${error.message}.${error.object === undefined ? "" : ` It was asked for ${error.object.kind} in ${error.object.apiVersion}.`}`,
    fix: "Install the CustomResourceDefinition first; Istio's come with `isthmus apply`.",
  }),
  overloaded: (error) => ({
    code: "ISM271",
    detail: `${error.message}.`,
    fix: "Run the command again in a while; what is done stays done.",
  }),
  server: adviseOnServer,
  tunnel: adviseOnTunnel,
};

function adviseOnConnection(error: KubeError): Advice | Promise<Advice> {
  return adviseOnRancherProxy(error) ?? diagnoseConnection(error);
}

function adviseOnAbsence(error: KubeError): Advice {
  if (error.verb.startsWith("port-forward")) {
    return adviseOnTunnel(error);
  }
  return {
    code: "ISM269",
    detail: `${error.message}.`,
    fix: "Something that the object needs is not there, mostly its namespace. `isthmus plan` shows what is missing.",
  };
}

function adviseOnTunnel(error: KubeError): Advice {
  return {
    code: "ISM276",
    detail: `${error.message}.`,
    fix: `See whether the pod runs, and whether the API server reaches its node:\n    ${kubectlLine(error.endpoint.context)} ${namespaceFlag(error)}get pod ${error.object?.name ?? ""} -o wide`,
  };
}

function adviseOnCredentials(error: KubeError): Advice {
  if (error.cause instanceof CredentialError) {
    return { code: error.cause.code, detail: error.cause.message, fix: error.cause.fix };
  }
  const { server, context, file } = error.endpoint;
  const detail = `${error.message} (at ${server}, context ${context} of ${file}).`;
  if (error.reason === otherClusterReason) {
    return {
      code: "ISM287",
      detail,
      fix: "Use a token without a scope, or the one that was made for this cluster.",
    };
  }
  return {
    code: "ISM263",
    detail,
    fix: isRancherProxy(server)
      ? "Make a new token in Rancher or download the kubeconfig again: Rancher says the same of tokens that have ended, were deleted, or belong to another cluster. Through Rancher, tokens of service accounts work only from Rancher 2.9 on, with JWT authentication turned on for the cluster."
      : "Sign in again, or fetch the kubeconfig again from where it came.",
  };
}

/** What Rancher says instead of the cluster behind it; undefined for everything else. */
function adviseOnRancherProxy(error: KubeError): Advice | undefined {
  const detail = `${error.message} (at ${error.endpoint.server}).`;
  switch (error.reason) {
    case unavailableReason:
      return {
        code: "ISM291",
        detail,
        fix: "See in Rancher what state the cluster has, and in the cluster itself whether Rancher's agent runs:\n    kubectl -n cattle-system get pods -l app=cattle-cluster-agent",
      };
    case noClusterReason:
      return {
        code: "ISM289",
        detail,
        fix: "Correct the cluster's ID at the end of the address, or make the token's user a member of the cluster in Rancher.",
      };
    default:
      return undefined;
  }
}

function adviseOnForbidden(error: KubeError): Advice {
  const detail = `${error.message}.`;
  if (/exceeded quota|must specify (limits|requests)/.test(error.message)) {
    return {
      code: "ISM277",
      detail,
      fix: "Raise the quota (in Rancher: the project's), or lower what the mesh file asks for (`containerDefaults`, resources in `values`).",
    };
  }
  if (/because it is being terminated/.test(error.message)) {
    return {
      code: "ISM278",
      detail,
      fix: `Wait until the namespace is gone, then run the command again:\n    ${kubectlLine(error.endpoint.context)} get namespace ${error.object?.namespace ?? ""} -o yaml`,
    };
  }
  if (/while custom resource definition is terminating/.test(error.message)) {
    const [, definition = ""] = /(\S+) "[^"]*" is forbidden/.exec(error.message) ?? [];
    return {
      code: "ISM569",
      detail,
      fix: `Wait until the definition is gone, then run the command again:\n    ${kubectlLine(error.endpoint.context)} wait --for=delete customresourcedefinition/${definition} --timeout=5m`,
    };
  }
  if (/denied the request|violates PodSecurity|ValidatingAdmissionPolicy/.test(error.message)) {
    return adviseOnInvalid(error);
  }
  if (isRancherProxy(error.endpoint.server)) {
    return {
      code: "ISM264",
      detail,
      fix: "Make the token's user an owner of the cluster in Rancher (Cluster Members), or use a token of a user who is.",
    };
  }
  return {
    code: "ISM264",
    detail,
    fix: `Use a context whose user may do this, or give this user the right. What it may do now:\n    ${kubectlLine(error.endpoint.context)} auth can-i --list`,
  };
}

function adviseOnConflict(error: KubeError): Advice {
  if (error.conflicts.length === 0) {
    return {
      code: "ISM268",
      detail: `${error.message}.`,
      fix: "Run the command again: it then starts from what is there now.",
    };
  }
  const managers = [...new Set(error.conflicts.map((one) => one.manager))];
  const fields = error.conflicts.map((one) => `${one.field} (${one.manager})`).join(", ");
  return {
    code: "ISM268",
    detail: `${error.message.split(": ")[0] ?? ""}: these fields belong to other field managers and have other values: ${fields}.`,
    fix: `Take the fields out of what ${managers.join(" and ")} applies, or out of the mesh file; or take them over with --force-conflicts. Who owns what:\n    ${kubectlLine(error.endpoint.context)} ${namespaceFlag(error)}get ${error.object?.kind ?? ""} ${error.object?.name ?? ""} -o yaml --show-managed-fields`,
  };
}

function namespaceFlag(error: KubeError): string {
  return error.object?.namespace === undefined ? "" : `-n ${error.object.namespace} `;
}

/** Istio's own webhook says what is wrong with the object; what others set up in a cluster is another matter. */
function adviseOnInvalid(error: KubeError): Advice {
  if (!isHeldBackByAdmission(error) || /webhook "[^"]*\.istio\.io" denied/.test(error.message)) {
    return refusedObject(error);
  }
  return {
    code: "ISM757",
    detail: `${error.message}.`,
    fix: `Write what it asks for into the mesh file's \`values\` or the service's manifests; or have whoever set the policy take these objects out of it, or end it:\n    ${kubectlLine(error.endpoint.context)} get ${/ValidatingAdmissionPolicy/.test(error.message) ? "validatingadmissionpolicies" : "validatingwebhookconfigurations,mutatingwebhookconfigurations"}`,
  };
}

function refusedObject(error: KubeError): Advice {
  const { object } = error;
  const kubectl = (verb: string): string =>
    `${kubectlLine(error.endpoint.context)} ${namespaceFlag(error)}${verb} ${object?.kind ?? ""} ${object?.name ?? ""}`;
  const fix = /field is immutable/.test(error.message)
    ? `Put back what the mesh file asked for before; or delete the object, which stops what it does until it is applied again:\n    ${kubectl("delete")}`
    : /Duplicate value/.test(error.message)
      ? `Where the mesh file names the value once, the other one was put there by somebody else: an apply adds to lists and leaves the items of others alone. Take that item out by hand, or delete the object and apply again:\n    ${kubectl("edit")}`
      : "Correct the field that the message names, in the mesh file's `values` or in the service's manifests.";
  return { code: "ISM269", detail: `${error.message}.`, fix };
}

function adviseOnServer(error: KubeError): Advice {
  const webhook = /failed calling webhook "([^"]+)"/.exec(error.message)?.[1];
  return {
    code: "ISM272",
    detail: `${error.message}.`,
    fix:
      webhook === undefined
        ? "Look at the API server's own log and at its etcd, then run the command again."
        : `See whether the service behind the webhook ${webhook} runs. If it was removed for good, delete its webhook configuration.`,
  };
}

function diagnoseUnexpected(error: unknown, cluster: string): Diagnostic {
  const words = redactText(error instanceof Error ? error.message : String(error));
  return {
    ...errorOf("ISM300"),
    detail: `Talking to ${cluster} failed: ${words}.`,
    cluster,
  };
}
