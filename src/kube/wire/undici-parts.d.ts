// The whole of undici loads fetch, caches and mocks too: 30 ms more at every start.
// These two files are what plain requests need, and the third is what opens a WebSocket.

declare module "undici/lib/dispatcher/agent.js" {
  import { Agent } from "undici";
  export default Agent;
}

declare module "undici/lib/api/api-request.js" {
  import type { Dispatcher } from "undici";
  export default function request(
    this: Pick<Dispatcher, "dispatch">,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
}

declare module "undici/lib/api/api-upgrade.js" {
  import type { Dispatcher } from "undici";
  export default function upgrade(
    this: Pick<Dispatcher, "dispatch">,
    options: Dispatcher.UpgradeOptions & { readonly origin: string },
  ): Promise<Dispatcher.UpgradeData>;
}
