import type { CommandSection } from "./command-line/command.ts";
import { applyCommand } from "./commands/apply.ts";
import { certsCommand } from "./commands/certs.ts";
import { checkCommand } from "./commands/check.ts";
import { createCompletionCommand } from "./commands/completion.ts";
import { demoCommand } from "./commands/demo.ts";
import { dnsCommand } from "./commands/dns.ts";
import { drainCommand } from "./commands/drain.ts";
import { explainCommand } from "./commands/explain.ts";
import { exportCommand } from "./commands/export.ts";
import { createHelpCommand } from "./commands/help.ts";
import { initCommand } from "./commands/init.ts";
import { netpolCommand } from "./commands/netpol.ts";
import { planCommand } from "./commands/plan.ts";
import { removeCommand } from "./commands/remove.ts";
import { renderCommand } from "./commands/render.ts";
import { routeCommand } from "./commands/route.ts";
import { sandboxCommand } from "./commands/sandbox.ts";
import { schemaCommand } from "./commands/schema.ts";
import { shiftCommand } from "./commands/shift.ts";
import { statusCommand } from "./commands/status.ts";
import { supportBundleCommand } from "./commands/support-bundle.ts";
import { undrainCommand } from "./commands/undrain.ts";
import { validateCommand } from "./commands/validate.ts";
import { verifyCommand } from "./commands/verify.ts";
import { versionCommand } from "./commands/version.ts";

/**
 * All commands, in the order of help. Loads the commands' descriptions only;
 * what a command does is imported when it runs.
 */
export const commandSections: readonly CommandSection[] = [
  {
    title: "The mesh file",
    commands: [initCommand, validateCommand, renderCommand, exportCommand, explainCommand, schemaCommand],
  },
  {
    title: "The mesh",
    commands: [
      planCommand,
      applyCommand,
      statusCommand,
      checkCommand,
      verifyCommand,
      netpolCommand,
      routeCommand,
      certsCommand,
      dnsCommand,
      shiftCommand,
      drainCommand,
      undrainCommand,
      removeCommand,
      supportBundleCommand,
    ],
  },
  { title: "The sandbox", commands: [sandboxCommand, demoCommand] },
  {
    title: "This program",
    commands: [
      createCompletionCommand(() => commandSections),
      createHelpCommand(() => commandSections),
      versionCommand,
    ],
  },
];
