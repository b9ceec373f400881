import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { warningOf } from "../diagnostics/coded.ts";
import type { QuantityProblem } from "../manifests/check-quantities.ts";
import { findQuantityProblems } from "../manifests/check-quantities.ts";
import type { ContainerDefaults, Mesh } from "../model/mesh.ts";
import type { Path } from "../mesh-file/path.ts";
import { describePath } from "../mesh-file/path.ts";
import type { Locate } from "./route-order.ts";

/** Warns of container defaults and quotas in the mesh file that have a unit which is rarely meant, or contradict each other. */
export function adviseQuantities(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  const ofDefaults = (path: Path, defaults: ContainerDefaults | undefined): readonly Diagnostic[] =>
    defaults === undefined
      ? []
      : warnOf(path, locate, (of) =>
          findQuantityProblems(
            given({ cpu: defaults.requestsCpu, memory: defaults.requestsMemory }),
            given({ cpu: defaults.limitsCpu, memory: defaults.limitsMemory }),
            of,
          ),
        );
  const { project } = mesh.rancher ?? {};
  return [
    ...ofDefaults(["spec", "istio", "containerDefaults"], mesh.istio.containerDefaults),
    ...ofDefaults(["spec", "rancher", "project", "containerDefaults"], project?.containerDefaults),
    ...warnOf(["spec", "rancher", "project", "quota"], locate, (of) => {
      const quota = project?.quota ?? {};
      return findQuantityProblems(
        given({ memory: quota["requestsMemory"] }),
        given({ memory: quota["limitsMemory"] }),
        of,
      );
    }),
  ];
}

function given(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function warnOf(
  path: Path,
  locate: Locate | undefined,
  find: (of: string) => readonly QuantityProblem[],
): readonly Diagnostic[] {
  return find(`in ${describePath(path)}`).map(({ detail, fix }) => ({
    ...warningOf("ISM238"),
    detail,
    fix,
    ...(locate === undefined ? {} : { range: locate(path) }),
  }));
}
