// Where the helper's program lies: beside the CLI's own, in the package and in the repository.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../fault.ts';

/** @throws Fault bug where the package is not complete */
export function findHelperProgram(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    for (const part of ['helper', 'dist/helper']) {
      const path = join(folder, part, 'greenroom-helper.js');
      if (existsSync(path)) return path;
    }
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Fault('bug', 'the helper (dist/helper/greenroom-helper.js) is missing from this installation');
    }
    folder = parent;
  }
}
