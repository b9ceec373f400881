import type { OptionTable } from "./command.ts";
import { eventsToOption, fileOption, forceConflictsOption, streamOption, yesOption } from "./options.ts";

/** What drain and undrain take. */
export const drainOptions = {
  file: fileOption,
  service: {
    kind: "list",
    value: "NAME",
    summary: "Only this service, or these: NAME or NAMESPACE/NAME",
    group: "Target",
  },
  force: {
    kind: "flag",
    summary: "Go on where requests would be lost; services that run nowhere else stay as they are",
    group: "Safety",
  },
  forceConflicts: forceConflictsOption,
  timeout: { kind: "duration", default: "2m", summary: "The longest for every single wait", group: "Safety" },
  output: streamOption,
  eventsTo: eventsToOption,
  yes: yesOption,
} as const satisfies OptionTable;
