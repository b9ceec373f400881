import type { ServerResponse } from "node:http";
import type { CallOptions } from "../../kube/client.ts";
import { sendJson, v3Error } from "./answer.ts";
import type { Rancher } from "./rancher.ts";
import type { Setting } from "./settings.ts";
import { findSetting, listSettings } from "./settings.ts";
import { collection, linkTo } from "./v3-resource.ts";

/** `/v3/settings` and `/v3/settings/<name>`, to read. They are changed as Setting objects of the `local` cluster. */
export async function serveSettings(
  rancher: Rancher,
  response: ServerResponse,
  id: string | undefined,
  { signal }: CallOptions,
): Promise<void> {
  if (id === undefined) {
    const settings = await listSettings(rancher, { signal });
    const data = settings.map((one) => viewSetting(rancher, one));
    sendJson(response, 200, collection(rancher, "setting", "settings", data));
    return;
  }
  const setting = await findSetting(rancher, id, { signal });
  if (setting === undefined) {
    throw v3Error(404, "NotFound", `settings.management.cattle.io "${id}" not found`);
  }
  sendJson(response, 200, viewSetting(rancher, setting));
}

function viewSetting(rancher: Rancher, setting: Setting): object {
  const self = linkTo(rancher, `settings/${setting.name}`);
  return {
    baseType: "setting",
    customized: setting.customized,
    default: setting.default,
    id: setting.name,
    links: { self, update: self },
    name: setting.name,
    source: setting.customized ? "db" : "default",
    type: "setting",
    value: setting.value,
  };
}
