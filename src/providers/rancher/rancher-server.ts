import { textOf } from "../../kube/kubeconfig/read-fields.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherRequests } from "./rancher-requests.ts";

/** What the verbs of one client share. */
export interface RancherServer {
  /** Rancher's address, without a slash at the end. */
  readonly url: string;
  readonly requests: RancherRequests;
  /** `v2.12.3`. Asked once, and without the token where Rancher tells it to everybody. */
  readonly version: (signal: AbortSignal) => Promise<string>;
}

/** Asks nothing yet. */
export function createRancherServer(url: string, requests: RancherRequests): RancherServer {
  let version: string | undefined;
  return {
    url,
    requests,
    async version(signal) {
      version ??= await readVersion(url, requests, signal);
      return version;
    },
  };
}

async function readVersion(url: string, requests: RancherRequests, signal: AbortSignal): Promise<string> {
  const subject = "read the version";
  const found = (await readPublicPage(requests, subject, signal)) ?? (await readSetting(requests, subject, signal));
  if (found === undefined) {
    throw new RancherError({ kind: "not-rancher", url, subject, message: "the answer has no version" });
  }
  return found;
}

/** Undefined where something before Rancher keeps the page from the public. */
async function readPublicPage(
  requests: RancherRequests,
  subject: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const path = "/rancherversion";
    return textOf((await requests.send({ method: "GET", path, subject, authorized: false, signal })).body["Version"]);
  } catch (error) {
    if (error instanceof RancherError && [401, 403, 404].includes(error.status ?? 0)) {
      return undefined;
    }
    throw error;
  }
}

async function readSetting(
  requests: RancherRequests,
  subject: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = "/v3/settings/server-version";
  return textOf((await requests.send({ method: "GET", path, subject, signal })).body["value"]);
}
