#!/usr/bin/env node
"use strict";
// The file that Node runs, as dist/isthmus.js. It loads the bundle with what V8 compiled of it before: half of what a
// short command costs is compiling (docs/adr/0030-code-is-compiled-once.md). Written for Node.js 14.18 and newer, since
// bin.ts says which are too old: no `??`, no `??=`.
const {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require("node:fs");
const { Script } = require("node:vm");

const { main, build } = JSON.parse(readFileSync(`${__dirname}/package.json`, "utf8"));
// Chunks are named by esbuild, with slashes only: joining paths costs more than reading them.
const entry = `${__dirname}/${main}`;
// What every command loads, in one file (scripts/build.mjs).
const start = `${__dirname}/chunks/start-${build}.js`;
const cache = `${__dirname}/cache/${process.version}-${process.arch}-${build}`;

const [major, minor] = process.versions.node.split(".").map(Number);

// Too old is what loads the entry alone, which says so: the other chunks cannot be read there.
if (major < 20) {
  require(entry);
} else if (process.argv.includes("-v") || process.argv.includes("--verbose")) {
  // Node maps positions back to the source of what it loads itself.
  require(entry);
} else if (keepsCode()) {
  require("node:module").enableCompileCache(cache);
  require(entry);
} else {
  loadCached(entry);
}

/** Whether Node itself has enableCompileCache; asking node:module would load the loader of ES modules. */
function keepsCode() {
  return major > 22 || (major === 22 && minor >= 1);
}

/**
 * What enableCompileCache does from Node 22.1 on. Of each chunk the code is
 * kept that the first command compiled; it is written when that command ends.
 */
function loadCached(first) {
  const loaded = new Map();
  const fresh = [];
  let packed = {};
  const load = (file) => {
    const before = loaded.get(file);
    if (before !== undefined) {
      return before.exports;
    }
    const loading = { exports: {} };
    loaded.set(file, loading);
    const end = file.lastIndexOf("/");
    const run = packed[file.slice(end + 1)] || functionOf(file, fresh);
    const folder = file.slice(0, end);
    const requireFrom = (name) => (name.startsWith("./") ? load(`${folder}/${name.slice(2)}`) : require(name));
    run.call(loading.exports, loading.exports, requireFrom, loading, file, folder);
    return loading.exports;
  };
  process.once("exit", () => keep(fresh));
  packed = load(start);
  load(first);
}

/** A file's code as the function that Node makes of a CommonJS module. */
function functionOf(file, fresh) {
  const kept = `${cache}/${file.slice(file.lastIndexOf("/") + 1)}.bin`;
  // esbuild writes ASCII.
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(file, "latin1")}\n})`;
  return compile(source, file, kept, fresh).runInThisContext();
}

function compile(source, filename, kept, fresh) {
  let cachedData;
  try {
    cachedData = readFileSync(kept);
  } catch {
    // The first time, or a folder that may not be read.
  }
  const script = new Script(source, { filename, cachedData });
  // V8 refuses what was compiled under other flags of its own.
  if (cachedData === undefined || script.cachedDataRejected) {
    fresh.push({ script, kept });
  }
  return script;
}

/** A command does not fail because nothing can be kept: of a package that root installed, say. */
function keep(fresh) {
  if (fresh.length === 0) {
    return;
  }
  let beside;
  try {
    mkdirSync(cache, { recursive: true });
    for (const { script, kept } of fresh) {
      beside = `${kept}.${process.pid}`;
      write(beside, script.createCachedData());
      renameSync(beside, kept);
    }
  } catch {
    if (beside !== undefined) {
      rmSync(beside, { force: true });
    }
  }
}

/** V8 runs what it finds without a checksum, so a file is whole on the disk before it gets its name. */
function write(file, data) {
  const handle = openSync(file, "wx");
  try {
    writeFileSync(handle, data);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
