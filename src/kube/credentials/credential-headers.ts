import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";
import type { Authorization } from "./authorizer.ts";

/** The headers that say who asks, and for whom where the context impersonates somebody (https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/). */
export function credentialHeaders(
  authorization: Authorization,
  { user }: ResolvedContext,
): Readonly<Record<string, string | string[]>> {
  const { impersonate } = user;
  const header = authorization.header === undefined ? {} : { authorization: authorization.header.expose() };
  if (impersonate === undefined) {
    return header;
  }
  const extra = Object.entries(impersonate.extra).map(([key, values]) => [
    `impersonate-extra-${encodeURIComponent(key)}`,
    [...values],
  ]);
  return {
    ...header,
    "impersonate-user": impersonate.user,
    ...(impersonate.uid === undefined ? {} : { "impersonate-uid": impersonate.uid }),
    ...(impersonate.groups.length === 0 ? {} : { "impersonate-group": [...impersonate.groups] }),
    ...Object.fromEntries(extra),
  };
}
