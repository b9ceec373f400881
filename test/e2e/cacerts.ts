import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { folder, kubectl } from "./world.ts";

const clusters = ["west", "east"];

/** Where `keepCacerts` has put the cluster's Secret, gone with the folder of all tests; undefined where it did not run. */
export function keptCacerts(cluster: string): string | undefined {
  const file = fileOf(cluster);
  return existsSync(file) ? file : undefined;
}

/** Keeps the Secrets cacerts of the standing mesh as files that kubectl applies, for a mesh that isthmus does not build. */
export async function keepCacerts(): Promise<void> {
  for (const cluster of clusters) {
    const ran = await kubectl(cluster, ["-n", "istio-system", "get", "secret", "cacerts", "-o", "json"]);
    const { data, type } = JSON.parse(ran.out) as { readonly data: object; readonly type: string };
    const metadata = { name: "cacerts", namespace: "istio-system" };
    writeFileSync(fileOf(cluster), JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, type, data }), {
      mode: 0o600,
    });
  }
}

function fileOf(cluster: string): string {
  return path.join(folder(), `cacerts-${cluster}.json`);
}
