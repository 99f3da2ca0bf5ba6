// A folder that ends with the test.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDir extends Disposable {
  readonly path: string;
  /** Writes a file into it; gives its path. */
  write(name: string, content: string | Uint8Array): string;
}

/** Makes one; removed with everything in it when disposed of. */
export function createTempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), 'greenroom-'));
  return {
    path,
    write: (name, content) => {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
