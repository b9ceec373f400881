import { Secret } from "../../core/secret.ts";
import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";
import { CredentialError } from "./credential-error.ts";
import { redactText } from "./redact-text.ts";

/** Gives a valid ID token of an OIDC user, refreshed at the provider when it has run out. */
export type FetchIdToken = () => Promise<Secret>;

/**
 * The ID tokens of a kubeconfig's `oidc` auth provider. The refreshing itself
 * is client-node's; a refreshed token is kept for this process and not written
 * back. Rejects with a CredentialError ISM267.
 */
export async function openOidcSession(
  config: Readonly<Record<string, Secret>>,
  context: ResolvedContext,
): Promise<FetchIdToken> {
  // Loaded here, since it brings a whole OpenID client that few kubeconfigs need.
  const { OpenIDConnectAuth } = await import("@kubernetes/client-node/dist/oidc_auth.js");
  const auth = new OpenIDConnectAuth();
  const exposed = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, value.expose()]));
  const user = { name: context.user.name, authProvider: { name: "oidc", config: exposed } };
  return async () => {
    const headers: Record<string, string> = {};
    try {
      await auth.applyAuthentication(user, { headers });
    } catch (error) {
      const words = redactText(error instanceof Error ? error.message : String(error), Object.values(config));
      throw refused(context, `the provider did not refresh it: ${words}`);
    }
    const token = headers["Authorization"]?.replace(/^Bearer /, "");
    if (token === undefined) {
      throw refused(
        context,
        "it has expired, and the kubeconfig holds no refresh token, client ID and issuer to get another",
      );
    }
    return new Secret(token);
  };
}

function refused(context: ResolvedContext, why: string): CredentialError {
  return new CredentialError(
    "ISM267",
    `The user ${JSON.stringify(context.user.name)} in ${context.file} signs in with an ID token (OIDC), and ${why}.`,
    "Sign in again with the tool that made the kubeconfig.",
  );
}
