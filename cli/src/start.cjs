#!/usr/bin/env node
// What Node starts (dist/cli/greenroom.js): lets Node keep what it compiles among the user's caches, so that the next
// command starts sooner. NODE_COMPILE_CACHE names another folder, NODE_DISABLE_COMPILE_CACHE=1 keeps nothing.
const { homedir } = require('node:os');
const { join } = require('node:path');

const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
require('node:module').enableCompileCache?.(join(caches, 'greenroom', 'node'));
require('./program.js');
