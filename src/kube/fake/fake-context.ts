import { Buffer } from "node:buffer";
import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";

/** A context for a fake server, as if resolved from a kubeconfig. `ca` is PEM. */
export function contextOf(
  server: string,
  options: { readonly ca?: string; readonly user?: Partial<ResolvedContext["user"]> } = {},
): ResolvedContext {
  return {
    context: "fake",
    file: "/users/me/.kube/config",
    server,
    ...(options.ca === undefined ? {} : { caData: Buffer.from(options.ca, "utf8").toString("base64") }),
    insecureSkipTlsVerify: false,
    user: { name: "me", ...options.user },
    extensions: {},
  };
}
