import { Buffer } from "node:buffer";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { remoteOf } from "../../core/render/remote-secret.ts";
import type { Secret } from "../../core/secret.ts";
import type { ReadRemoteKubeconfig } from "../facts/read-remote-kubeconfig.ts";
import { readRemoteKubeconfig } from "../facts/read-remote-kubeconfig.ts";

/**
 * A remote secret in the words that it has already, where they say the same as
 * ours: `istioctl create-remote-secret` writes a kubeconfig in another order of
 * its own, and istiod connects anew for every other text. Any other object as it is.
 */
export function keepKubeconfig(object: KubeObject, live: KubeObject): KubeObject {
  const remote = object.kind === "Secret" ? remoteOf(object) : undefined;
  const own = remote === undefined ? undefined : dataOf(object)[remote];
  const theirs = remote === undefined ? undefined : dataOf(live)[remote];
  return remote === undefined || own === undefined || theirs === undefined || !saysTheSame(own, theirs)
    ? object
    : { ...object, data: { [remote]: theirs } };
}

function dataOf(object: KubeObject): Readonly<Record<string, Secret>> {
  return (object["data"] ?? {}) as Readonly<Record<string, Secret>>;
}

function saysTheSame(one: Secret, other: Secret): boolean {
  const [own, theirs] = [meaningOf(readRemoteKubeconfig(one)), meaningOf(readRemoteKubeconfig(other))];
  return own !== undefined && own === theirs;
}

/** What of it decides who is asked, whom istiod trusts and as whom it signs in; undefined for a kubeconfig that is not of the form of ours. */
function meaningOf(read: ReadRemoteKubeconfig): string | undefined {
  if (read.kind === "refused" || read.token === undefined) {
    return undefined;
  }
  const { server, caData = "", tlsServerName = "", insecureSkipTlsVerify, token, ...rest } = read;
  const others = [rest.proxyUrl, rest.clientCertificate, rest.basic].some((one) => one !== undefined);
  const authority = Buffer.from(caData, "base64").toString("utf8").trim();
  return others
    ? undefined
    : JSON.stringify([server.replace(/\/$/, ""), authority, tlsServerName, insecureSkipTlsVerify, token.expose()]);
}
