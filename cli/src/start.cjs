#!/usr/bin/env node
// What Node starts (dist/cli/greenroom.js): lets Node keep what it compiles, in its usual folder for that
// (NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE), so that the next command starts sooner.
require('node:module').enableCompileCache?.();
require('./program.js');
