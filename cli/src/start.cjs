#!/usr/bin/env node
// What Node starts (dist/cli/greenroom.js): says so where Node is too old, and lets Node keep what it compiles among the
// user's caches, so that the next command starts sooner. NODE_COMPILE_CACHE names another folder,
// NODE_DISABLE_COMPILE_CACHE=1 keeps nothing.

// as package.json asks, of which npm only warns; any Node can read this file
const leastNode = 22;
const ownNode = process.versions.node;

if (Number.parseInt(ownNode, 10) < leastNode) {
  process.stderr.write(`greenroom: needs Node ${leastNode} or later, and this is ${ownNode} (${process.execPath})\n`);
  // as for a setting that is faulty (exit-codes.ts)
  process.exitCode = 2;
} else {
  const { enableCompileCache } = require('node:module');
  const { homedir } = require('node:os');
  const { join } = require('node:path');
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  // from 22.1 on
  if (enableCompileCache !== undefined) enableCompileCache(join(caches, 'greenroom', 'node'));
  require('./program.js');
}
