import { onTestFinished } from "vitest";
import type { KubeClient, KubeLimits } from "../client.ts";
import { createKubeClient } from "../connect-client.ts";
import type { FakeApiServer, FakeApiServerOptions } from "../fake/fake-api-server.ts";
import { startFakeApiServer } from "../fake/fake-api-server.ts";
import { contextOf } from "../fake/fake-context.ts";
import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";

/** An API server of a test and a client of it. */
export interface FakeConnection {
  readonly server: FakeApiServer;
  readonly client: KubeClient;
}

export interface FakeConnectionOptions {
  /** Default `oslo`. */
  readonly cluster?: string;
  readonly api?: FakeApiServerOptions;
  readonly limits?: Partial<KubeLimits>;
  readonly user?: Partial<ResolvedContext["user"]>;
}

/** Starts a fake API server with a client; both end with the test that asks, which it must do itself and not in a hook. */
export async function connectFake({
  cluster = "oslo",
  api = {},
  limits = {},
  user = {},
}: FakeConnectionOptions = {}): Promise<FakeConnection> {
  const server = await startFakeApiServer(api);
  const client = createKubeClient({ cluster, context: contextOf(server.url, { user }), limits });
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return { server, client };
}
