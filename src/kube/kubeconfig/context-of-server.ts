import type { Secret } from "../../core/secret.ts";
import type { UserCredentials } from "./read-credentials.ts";
import type { ResolvedContext } from "./resolve-context.ts";

/** A server that no kubeconfig names. */
export interface NamedServer {
  /** As `caData` and `proxyUrl` of a ResolvedContext. */
  readonly caData?: string | undefined;
  readonly proxyUrl?: Secret | undefined;
  readonly user: UserCredentials;
  /** What messages call the context; without it the user's name. */
  readonly name?: string;
  /** Where messages say that it comes from. */
  readonly file: string;
}

/** The context of `server`, which is reached as an API server is: TLS is verified, and a proxy used where there is one. */
export function contextOfServer(
  server: string,
  { caData, proxyUrl, user, name = user.name, file }: NamedServer,
): ResolvedContext {
  return {
    context: name,
    file,
    server,
    ...(caData === undefined ? {} : { caData }),
    insecureSkipTlsVerify: false,
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    user,
    extensions: {},
  };
}
