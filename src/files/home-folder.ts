import { userInfo } from "node:os";

/**
 * The user's home: `HOME`, else what the system's list of users says, as
 * shells read `~`. An empty `HOME` counts as none, since paths below it would
 * begin in whatever folder the command runs in. `/` for a user that the system
 * does not know (a number in a container).
 */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const own = env["HOME"];
  if (own !== undefined && own !== "") {
    return own;
  }
  try {
    return userInfo().homedir;
  } catch {
    return "/";
  }
}
