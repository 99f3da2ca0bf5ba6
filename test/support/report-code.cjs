// Loaded into the helper before it starts (node --require): says on file descriptor 3, a line a part, whether V8 took the
// code that was compiled for it.
const { writeSync } = require('node:fs');
const vm = require('node:vm');

vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    const verdict = options.cachedData === undefined ? 'none' : this.cachedDataRejected ? 'refused' : 'taken';
    writeSync(3, `${verdict} ${options.filename}\n`);
  }
};
