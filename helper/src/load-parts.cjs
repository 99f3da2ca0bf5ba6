// What Node starts (dist/helper/greenroom-helper.js): loads the parts of the program that esbuild made, each when it is
// asked for, and with the code that V8 compiled when the program was built, where that lies beside it
// (.dev/code-cache.ts). V8 takes it only from the very version and flags that made it; else it compiles the source.
'use strict';
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const loaded = new Map();

function load(path) {
  const known = loaded.get(path);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  // before it runs: parts may ask for each other
  loaded.set(path, module);
  const folder = dirname(path);
  const ask = (name) => (name[0] === '.' ? load(join(folder, name)) : require(name));
  compile(path).call(module.exports, module.exports, ask, module, path, folder);
  return module.exports;
}

function compile(path) {
  // ASCII, as the build sees to: a string of half the size, that nobody has to decode
  const source = readFileSync(path, 'latin1');
  const text = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  return new Script(text, { filename: path, cachedData: codeOf(path) }).runInThisContext();
}

function codeOf(path) {
  try {
    return readFileSync(`${path}.code`);
  } catch {
    return undefined;
  }
}

// without arguments it may be a KRM function that is asked (images/helper/function.ts)
load(join(__dirname, process.argv.length > 2 ? 'program.js' : 'function.js'));
