// The words of a container → what it waits for and brings, proven by trying: all ready; each never ready; each late.
// Nothing is run: a script is followed through worlds in which its asks succeed or fail.
import type { Ask } from './ask.ts';
import { runWords } from './script/run.ts';
import { Unsure } from './script/syntax.ts';
import { type Act, type Around, Endless, type Environment, type Failing, type Shared, World } from './script/world.ts';

/** An ask that the container makes, and how long it goes on; undefined: for ever. */
export interface Judged {
  readonly ask: Ask;
  readonly act: Act;
  readonly deadlineS: number | undefined;
}

export interface Judgement {
  readonly judged: readonly Judged[];
  /** Folders that it makes. */
  readonly folders: readonly string[];
}

/**
 * What a container does, where that is known for sure.
 * @param words command and arguments, as the kernel gets them
 * @throws Unsure
 */
export function judge(words: readonly string[], environment: Environment, around: Around = {}): Judgement {
  const shared: Shared = { scripts: new Map(), numbers: new Map() };
  const run = (failing?: Failing) => {
    const world = new World(environment, around, shared, failing);
    try {
      return { world, code: runWords(words, world) };
    } catch (error) {
      if (error instanceof Endless) return { world, code: undefined };
      throw error;
    }
  };
  const { world, code } = run();
  if (world.acts.length === 0) throw new Unsure('nothing in it waits or downloads');
  if (code !== 0) throw new Unsure(code === undefined ? 'it never ends' : `it fails (${code}) even when all is ready`);
  const judged = world.acts.map((act): Judged => {
    const never = run({ key: act.key, times: Number.POSITIVE_INFINITY });
    if (never.code === 0)
      throw new Unsure(
        `it goes on when ${name(act.ask)} ${act.ask.kind === 'wait' ? 'is never ready' : 'cannot be fetched'}`,
        act.offset,
      );
    for (const times of [1, 2]) {
      const late = run({ key: act.key, times });
      const asked = late.world.acts.map(({ key }) => key);
      if (late.code === 0 && world.acts.some(({ key }) => !asked.includes(key)))
        throw new Unsure(`it asks for less when ${name(act.ask)} is late`, act.offset);
    }
    if (never.code === undefined) return { ask: act.ask, act, deadlineS: undefined };
    const lasted = never.world.elapsedS;
    if (lasted === 0 && never.world.asked > 1)
      throw new Unsure(
        `it tries ${never.world.asked} times without a pause: what time that takes is not known`,
        act.offset,
      );
    return { ask: act.ask, act, deadlineS: lasted === 0 ? undefined : lasted };
  });
  const used = JSON.stringify(judged.map(({ ask }) => ask));
  for (const each of world.trusted)
    if (!used.includes(`\uE000${each}\uE001`)) throw new Unsure(`what it does depends on $${each}, which is not known`);
  return { judged, folders: world.folders };
}

const name = (ask: Ask) =>
  (ask.kind === 'wait' ? ask.targets.join(', ') : ask.source).replace(/\uE000([^\uE001]*)\uE001/g, '$$($1)');
