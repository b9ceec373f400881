import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM230-ISM239: the folder of an export. */
export const exportCodes = {
  ISM230: {
    summary: "The folder holds other files",
    explanation:
      "`isthmus export` replaces the files of its folder each time, and leaves a list of them there (.isthmus-export). The folder that it was given is not empty and has no such list, so it is more likely somebody else's. With --force the files are written beside what is there.",
  },
  ISM231: {
    summary: "Files of others are in the way of the export",
    explanation:
      "A file that the export has to write is there already, and is not one that the last export wrote. With --force it is replaced. A file or a link where the export needs a folder is never replaced.",
  },
  ISM232: {
    summary: "Exported files were changed since",
    explanation:
      "The list in .isthmus-export has the SHA-256 of every file that the last export wrote. One of these files is different now, so somebody edited it. What is edited there is lost with the next export; the mesh file is the place for changes. With --force the files are replaced.",
  },
  ISM233: {
    summary: "The folder cannot be written",
    explanation:
      "The operating system refused to read or write the folder of an export. Files are first written beside their places and then moved, so what was there before is as it was unless the move itself failed half way; running the command again puts that right.",
  },
} as const satisfies Record<string, CatalogueEntry>;
