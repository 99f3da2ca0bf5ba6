// A server of MongoDB's protocol: FerretDB, which keeps its data in SQLite, built from its Go module. MongoDB itself is
// in none of the package registries.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const version = 'v1.24.2';

/** Where the program is, once it is built. */
export const ferretdb = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'greenroom',
  `ferretdb-${version}`,
);

/** Options of a test that needs it: left out, with the cure, where it is not built. */
export function needsFerretdb(): { readonly skip: string | false } {
  return {
    skip: !existsSync(ferretdb) && 'LEFT OUT: FerretDB is not built (node test/prepare.ts ferretdb does it once)',
  };
}

/** Builds it, unless it is there. @throws Error with what Go said */
export async function buildFerretdb(): Promise<void> {
  if (existsSync(ferretdb)) return;
  const run = promisify(execFile);
  const folder = mkdtempSync(join(tmpdir(), 'greenroom-ferretdb-'));
  try {
    const { stdout } = await run('go', ['mod', 'download', '-json', `github.com/FerretDB/FerretDB@${version}`], {
      cwd: folder,
    });
    const source = join(folder, 'source');
    cpSync((JSON.parse(stdout) as { Dir: string }).Dir, source, { recursive: true });
    await run('chmod', ['-R', 'u+w', source]);
    // its own build writes this; without it the program refuses to start
    writeFileSync(join(source, 'build/version/version.txt'), `${version}\n`);
    await run('go', ['build', '-o', join(folder, 'ferretdb'), './cmd/ferretdb'], { cwd: source });
    mkdirSync(dirname(ferretdb), { recursive: true });
    // another file system perhaps: a copy beside it, then the name
    cpSync(join(folder, 'ferretdb'), `${ferretdb}.${process.pid}`);
    renameSync(`${ferretdb}.${process.pid}`, ferretdb);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
