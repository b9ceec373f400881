import { stripConfigDump } from "../../core/redact/strip-config-dump.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { proxyAdminPort } from "../facts/proxy-page.ts";
import type { BundleCollector } from "./collector.ts";

/** One gateway pod's Envoy: the counters in use, its clusters with their endpoints, its configuration without keys. */
export async function collectGatewayPod(
  collector: BundleCollector,
  { client, cluster, folder }: { client: KubeClient; cluster: string; folder: string },
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const place = `${folder}gateways/${name}/`;
  const page = async (file: string, path: string, add: (body: string) => void): Promise<void> =>
    collector.attempt({ path: `${place}${file}`, cluster, signal }, async () => {
      const answer = await client.podHttpGet({ namespace: istioNamespace, pod: name, port: proxyAdminPort }, path, {
        signal,
        timeoutMs: 20_000,
      });
      if (answer.status !== 200) {
        throw new Error(`${path} answered ${answer.status}`);
      }
      add(answer.body);
    });
  await Promise.all([
    page("stats.txt", "/stats?usedonly", (body) => collector.addText(`${place}stats.txt`, body)),
    page("clusters.txt", "/clusters", (body) => collector.addText(`${place}clusters.txt`, body)),
    page("config_dump.json", "/config_dump", (body) =>
      collector.addForeign(`${place}config_dump.json`, stripConfigDump(JSON.parse(body))),
    ),
  ]);
}
