// What Node starts (dist/helper/greenroom-helper.js): loads the parts of the program that esbuild made, each when it is
// asked for, and with the code that V8 compiled when the program was built, where that lies beside it
// (.dev/code-cache.ts). V8 takes it only from the very version and flags that made it; else it compiles the source.
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const loaded = new Map();

function ask(name) {
  if (name[0] !== '.') return require(name);
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  // before it runs: parts may ask for each other
  loaded.set(name, module);
  // what every start needs, program.js holds itself
  const held = loaded.get('./program.js')?.exports.parts?.[name];
  if (held !== undefined) module.exports = held();
  else compile(__dirname + name.slice(1))(module.exports, ask, module, __filename);
  return module.exports;
}

// a part is an expression, a function, and ASCII, as the build sees to: nobody has to copy or to decode it
function compile(path) {
  return new Script(readFileSync(path, 'latin1'), { filename: path, cachedData: codeOf(path) }).runInThisContext();
}

function codeOf(path) {
  try {
    return readFileSync(`${path}.code`);
  } catch {
    return undefined;
  }
}

// without arguments it may be a KRM function that is asked (images/helper/function.ts)
ask(process.argv.length > 2 ? './program.js' : './function.js');
