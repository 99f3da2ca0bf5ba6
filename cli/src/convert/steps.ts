// What a container was judged to do → steps of the helper. At least as strict as what it did, or none.
import { parseStep, type Step } from '../../../helper/src/contract/index.ts';
import { namesIn, namespaceMark, referencePattern } from './ask.ts';
import { durationWord } from './flags.ts';
import type { Judged, Judgement } from './judge.ts';
import { Unsure } from './script/syntax.ts';
import type { Frame } from './script/world.ts';

export interface Steps {
  /** Where the kubelet fills in a value, a number stands in for it; see `words`. */
  readonly steps: readonly Step[];
  /** The words as they are to be written: with `$(NAME)` for what the kubelet fills in. */
  write(words: readonly string[]): string[];
  /** The variables that the words refer to. */
  readonly names: readonly string[];
}

/** @throws Unsure */
export function stepsOf(judgement: Judgement): Steps {
  const lines = mergeWaits(judgement.judged);
  const names = [...new Set(lines.flatMap((line) => line.flatMap(namesIn)))];
  if (names.length > 0 && lines.length > 1)
    throw new Unsure(`$(${names[0]}) is filled in by the kubelet, which a plan of several steps does not allow`);
  const all = lines.flat().join(' ');
  if (all.includes(namespaceMark)) throw new Unsure('the namespace stands where none is expected');
  if (lines.length > 1 && /\$\(/.test(all)) throw new Unsure('$( in a plan would be filled in by the kubelet');
  // ports are numbers, and a host may be one: so a number that is nowhere else stands in for a reference
  const base = [61_000, 62_000, 63_000, 64_000].find((number) => !all.includes(String(number).slice(0, 2))) ?? 61_000;
  const standIn = (text: string) =>
    text.replace(referencePattern, (_, name: string) => String(base + names.indexOf(name)));
  const write = (words: readonly string[]) =>
    words.map((word) => {
      const escaped = word.replace(/\$(?=[$(])/g, '$$$$');
      return names.reduce((text, name, index) => text.replaceAll(String(base + index), `$(${name})`), escaped);
    });
  const steps = lines.map((line) => {
    try {
      return parseStep(line.map(standIn));
    } catch (error) {
      throw new Unsure(`the helper refuses it: ${(error as Error).message}`);
    }
  });
  return { steps, write, names };
}

/** A line of words for each step; waits in a row that differ in nothing but their targets are one. */
function mergeWaits(judged: readonly Judged[]): string[][] {
  const lines: string[][] = [];
  let last: { readonly key: string; readonly line: string[] } | undefined;
  const limits = new Map<Frame, number>();
  for (const each of judged) {
    const { ask, act, deadlineS } = each;
    const deadline = deadlineS === undefined ? [] : ['--deadline', durationWord(deadlineS)];
    const shared = act.frames[0];
    if (ask.kind === 'fetch') {
      last = undefined;
      if (act.pauseS > 0) throw new Unsure('a fixed pause behind a download, which no step makes', act.offset);
      lines.push(fetchLine(each, deadline));
    } else {
      const pause = act.pauseS === 0 ? [] : ['--stable-for', durationWord(act.pauseS)];
      const options = [...ask.options, ...pause, ...deadline];
      // a limit of its own is not shared with others
      const own = deadlineS !== undefined && shared === undefined;
      const key = JSON.stringify(options);
      if (last?.key === key && !own) {
        last.line.push(...ask.targets);
        continue;
      }
      const line = ['wait', ...options, ...ask.targets];
      last = own ? undefined : { key, line };
      lines.push(line);
    }
    if (shared === undefined) continue;
    if (limits.has(shared)) throw new Unsure('one limit of timeout holds for several steps', act.offset);
    limits.set(shared, lines.length);
  }
  return lines;
}

function fetchLine({ ask, act }: Judged, deadline: readonly string[]): string[] {
  if (ask.kind !== 'fetch') throw new Error('no fetch');
  const { mode, sha256, unpack } = act.file;
  const options = [
    ...ask.options,
    ...(sha256 === undefined ? [] : ['--sha256', sha256]),
    ...(unpack === undefined
      ? []
      : ['--unpack', ...(unpack.strip === 0 ? [] : ['--strip-components', String(unpack.strip)])]),
    ...(mode === undefined || mode === '0644' ? [] : ['--mode', mode]),
    ...deadline,
  ];
  return ['fetch', ask.source, unpack?.folder ?? ask.destination, ...options];
}
