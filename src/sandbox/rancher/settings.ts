import type { CallOptions } from "../../kube/client.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import type { Rancher } from "./rancher.ts";
import { rancherFieldManager, rancherVersion } from "./rancher-names.ts";

const apiVersion = "management.cattle.io/v3";

/** A setting as it is now. */
export interface Setting {
  readonly name: string;
  /** What somebody set, else the default. */
  readonly value: string;
  readonly default: string;
  readonly customized: boolean;
}

/** The defaults of Rancher 2.12 (RANCHER pkg/settings/setting.go), of the settings that the double obeys. */
function defaults(rancher: Rancher): Readonly<Record<string, string>> {
  return {
    "server-version": rancherVersion,
    "server-url": rancher.url,
    "system-default-registry": "",
    cacerts: rancher.identity.authority,
    "auth-token-max-ttl-minutes": "129600",
    "kubeconfig-default-token-ttl-minutes": "43200",
  };
}

/** Puts the settings with their defaults into Rancher's own cluster; what somebody set stays. */
export async function applySettings(rancher: Rancher, { signal }: CallOptions): Promise<void> {
  for (const [name, value] of Object.entries(defaults(rancher))) {
    await rancher.local.client.apply(
      { apiVersion, kind: "Setting", metadata: { name }, default: value },
      { signal, force: true, fieldManager: rancherFieldManager },
    );
  }
}

/** All settings, in the API server's order. */
export async function listSettings(rancher: Rancher, { signal }: CallOptions): Promise<readonly Setting[]> {
  const objects = await rancher.local.client.list({ apiVersion, kind: "Setting" }, { signal });
  return objects.map((object) => readObject(object.metadata.name, object));
}

/** One setting, or undefined where Rancher has none of that name. */
export async function findSetting(
  rancher: Rancher,
  name: string,
  { signal }: CallOptions,
): Promise<Setting | undefined> {
  const object = await rancher.local.client.get({ apiVersion, kind: "Setting", name }, { signal });
  return object === undefined ? undefined : readObject(name, object);
}

/** The value of a setting in minutes; 0 where it is none. */
export async function readMinutes(rancher: Rancher, name: string, options: CallOptions): Promise<number> {
  const minutes = Number((await findSetting(rancher, name, options))?.value);
  return Number.isFinite(minutes) ? minutes : 0;
}

/** Rancher's version as it says it, `[2, 12]`: what changed between versions goes by it. */
export async function readRelease(rancher: Rancher, options: CallOptions): Promise<readonly [number, number]> {
  const text = (await findSetting(rancher, "server-version", options))?.value ?? rancherVersion;
  const match = /^v?(\d+)\.(\d+)/.exec(text);
  return [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
}

function readObject(name: string, object: unknown): Setting {
  const fields = isRecord(object) ? object : {};
  const text = (key: string): string => (typeof fields[key] === "string" ? fields[key] : "");
  const set = text("value");
  return { name, value: set === "" ? text("default") : set, default: text("default"), customized: set !== "" };
}
