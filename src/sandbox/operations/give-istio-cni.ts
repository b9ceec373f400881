import type { OnProgress } from "../../core/progress.ts";
import { importImages } from "../cluster/import-images.ts";
import type { EngineParts } from "../engine/parts.ts";
import { runStep } from "../engine/run-step.ts";
import type { IstioCniImage } from "../istio-cni/ensure-istio-cni.ts";
import type { InstanceRecord } from "./instance-record.ts";
import { clusterDirectory } from "./state-folder.ts";

export interface ObtainIstioCniOptions {
  readonly istioCni: boolean;
  readonly obtainIstioCni: () => Promise<IstioCniImage>;
}

/** The image of istio-cni where it is asked for, or was for the sandbox that is there. */
export async function obtainIstioCni(
  existing: InstanceRecord | undefined,
  options: ObtainIstioCniOptions,
): Promise<IstioCniImage | undefined> {
  return options.istioCni || existing?.istioCni === true ? options.obtainIstioCni() : undefined;
}

export interface GiveIstioCniOptions extends Pick<InstanceRecord, "clusters" | "instance"> {
  /** The sandbox's folder. */
  readonly folder: string;
  readonly engine: EngineParts;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Puts the image on the node of every cluster that lacks it. Throws a CommandError. */
export async function giveIstioCni(image: IstioCniImage | undefined, options: GiveIstioCniOptions): Promise<void> {
  if (image === undefined) {
    return;
  }
  const { archive, name } = image;
  const { instance, clusters, folder, engine, signal, onProgress } = options;
  const step = { subject: instance, task: "putting the image of istio-cni on the nodes", expectedSeconds: 5 };
  await runStep(onProgress, step, async () => {
    await Promise.all(
      clusters.map(async (cluster) =>
        importImages({ dir: clusterDirectory(folder, cluster.name), engine, archive, names: [name], signal }),
      ),
    );
  });
}
