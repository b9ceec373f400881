import packageJson from "../../../package.json" with { type: "json" };

/** How the program names itself to API servers; shows up in their audit logs. */
export const userAgent = `isthmus/${packageJson.version}`;
