// Loaded into the helper before it starts (node --require): when it ends, writes what V8 compiled of each of its parts
// beside the part. Code that ran is in it as bytecode; code that did not run is compiled when it is first called.
const { renameSync, writeFileSync } = require('node:fs');
const vm = require('node:vm');

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(source, options) {
    // V8 writes the name down: that of the image, so that it is the same wherever the code was compiled; and as a string
    // of its own, for a part of a string is written down with the whole
    const name = options.filename.replace(/^.*\/dist\/helper\//, '/greenroom/');
    super(source, { filename: Buffer.from(name).toString() });
    scripts.set(options.filename, this);
  }
};

process.on('exit', () => {
  for (const [path, script] of scripts) {
    writeFileSync(`${path}.code.${process.pid}`, script.createCachedData());
    renameSync(`${path}.code.${process.pid}`, `${path}.code`);
  }
});
