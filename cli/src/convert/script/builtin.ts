// What a shell does itself, and the few programs whose effect on what was fetched is known: mkdir, chmod, rm.
import { posix } from 'node:path';
import { computeArithmetic } from './arithmetic.ts';
import { secondsOf, strict } from './expand.ts';
import { Unsure } from './syntax.ts';
import { Endless, Exit, Leave, type World } from './world.ts';

/** A shell that is under way. */
export interface Shell {
  readonly world: World;
  errexit: boolean;
}

/** What the shell does itself; undefined for a program. */
export function builtin([name = '', ...args]: readonly string[], shell: Shell): number | undefined {
  const { world } = shell;
  const [first] = args;
  switch (name) {
    case 'true':
    case 'date':
    case 'hostname':
    case 'whoami':
    case 'id':
    case 'pwd':
      return 0;
    case 'trap':
      // what runs at the end, or at a failure, may turn the outcome round
      if (args.length < 2 || !args.slice(1).every((each) => /^(?:SIG)?(?:TERM|INT)$/.test(each)))
        throw new Unsure('a trap, which may turn the outcome round');
      return 0;
    case 'false':
      return 1;
    case 'sleep':
      if (first === 'infinity') throw new Endless();
      world.sleep(args.reduce((sum, each) => sum + secondsOf(each, 'sleep'), 0));
      return 0;
    case 'set':
      for (let at = 0; at < args.length; at++) {
        const word = args[at] ?? '';
        if (/^[-+]o$/.test(word) || /^[-+][eux]*o$/.test(word)) {
          const option = args[++at];
          if (option === 'errexit') shell.errexit = word.startsWith('-');
          else if (!['nounset', 'pipefail', 'xtrace'].includes(option ?? '')) throw new Unsure(`set ${word} ${option}`);
        } else if (!/^[-+][euxf]+$/.test(word)) throw new Unsure(`set ${word}`);
        if (/^[-+].*e/.test(word)) shell.errexit = word.startsWith('-');
      }
      return 0;
    case 'export':
    case 'readonly':
    case 'local':
      for (const each of args) {
        const [, variable, value] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(each) ?? [];
        if (variable === undefined) throw new Unsure(`${name} ${each}`);
        if (value !== undefined) world.set(variable, value);
      }
      return 0;
    case 'let':
      return Number(computeArithmetic(args.join(','), strict(world)) === 0);
    case 'cd':
      if (args.length !== 1 || first === undefined || (!first.startsWith('/') && world.folder === undefined))
        throw new Unsure('cd to a folder that is not known');
      world.folder = posix.join(first.startsWith('/') ? '/' : (world.folder ?? '/'), first);
      return 0;
    case 'exit':
    case 'return':
      if (first !== undefined && !/^\d{1,3}$/.test(first)) throw new Unsure(`exit ${first}`);
      throw new Exit(Number(first ?? world.get('?') ?? 0));
    case 'break':
    case 'continue':
      if (first !== undefined && first !== '1') throw new Unsure(`${name} out of several loops`);
      throw new Leave(name === 'continue');
    case 'mkdir': {
      const folders = args.filter((each) => !/^-[pv]+$/.test(each));
      if (folders.some((each) => each.startsWith('-'))) throw new Unsure('mkdir with options that are not known');
      for (const each of folders) world.folders.push(absolute(each, world));
      return 0;
    }
    case 'chmod': {
      const [mode, path, ...others] = args;
      const octal =
        mode === '+x' || mode === 'a+x' || mode === 'ugo+x'
          ? '0755'
          : /^0?[0-7]{3}$/.test(mode ?? '')
            ? mode?.padStart(4, '0')
            : undefined;
      const fetched = path === undefined || others.length > 0 ? undefined : world.fetched(absolute(path, world));
      if (octal === undefined) throw new Unsure(`chmod ${args.join(' ')} changes more than one file that was fetched`);
      // of what was not fetched it fails
      if (fetched === undefined) return missing(path, `chmod ${args.join(' ')}`, world);
      fetched.file.mode = octal;
      return 0;
    }
    case 'rm': {
      const paths = args.filter((each) => !/^-[rfv]+$/.test(each)).map((each) => absolute(each, world));
      for (const path of paths) {
        const fetched = world.fetched(path);
        if (fetched?.file.unpack === undefined) return missing(path, `rm ${path}`, world);
        fetched.file.removed = true;
      }
      return 0;
    }
    default:
      return undefined;
  }
}

export function absolute(path: string, world: World): string {
  if (!path.startsWith('/') && world.folder === undefined)
    throw new Unsure(`${path} lies in a folder that is not known`);
  return posix.join(path.startsWith('/') ? '/' : (world.folder ?? '/'), path).replace(/(.)\/$/, '$1');
}

/** A file that a fetch would have brought, had it not failed; any other is another duty. */
export function missing(path: string | undefined, what: string, world: World): number {
  if (path !== undefined && world.failedFetch(absolute(path, world))) return 1;
  throw new Unsure(`${what}: another duty`);
}
