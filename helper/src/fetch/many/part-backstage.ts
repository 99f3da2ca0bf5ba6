// A backstage for one file of many. What is small is fetched anew after a kill, and costs neither state nor lookup; the
// rest has a backstage of its own among the parts.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Backstage, openBackstage, type Work } from '../backstage/backstage.ts';
import { createPartialFile } from '../backstage/partial-file.ts';
import { smallBytes } from './small-file.ts';
import { partName, type Staging } from './staging.ts';

/** @param onWork is told of each partial file that is written to */
export function createPartBackstage(
  name: string,
  { parts, leftovers }: Staging,
  onWork: (work: Work) => void,
): Backstage {
  const part = partName(name);
  const small = new Set<string>();
  let own: Promise<Backstage> | undefined;
  const open = () => {
    own ??= openBackstage({ path: join(parts, part), folder: parts, name: part });
    return own;
  };
  return {
    // what is finished stands in the staging's own list
    readRecord: async () => undefined,
    writeRecord: async () => {},
    takeOver: async (source, known, signal) => {
      if (!leftovers.has(part)) return undefined;
      const leftover = await (await open()).takeOver(source, known, signal);
      if (leftover !== undefined) onWork(leftover.work);
      return leftover;
    },
    // goes with the folder of them all
    clear: async () => {},
    begin: async (state, algorithms) => {
      const isSmall = state.sizeBytes !== undefined && state.sizeBytes <= smallBytes;
      const work = isSmall ? await beginSmall(parts, algorithms) : await (await open()).begin(state, algorithms);
      if (isSmall) small.add(work.id);
      onWork(work);
      return work;
    },
    saveState: async (work, state) => {
      if (!small.has(work.id)) await (await open()).saveState(work, state);
    },
    beat: async (work) => {
      if (!small.has(work.id)) await (await open()).beat(work);
    },
    drop: async (work) => {
      if (!small.has(work.id)) return (await open()).drop(work);
      await work.partial.drain().catch(() => {});
      await work.partial.close();
      await rm(work.partial.path, { force: true });
    },
    finish: async (work) => {
      if (!small.has(work.id)) await (await open()).finish(work);
    },
    tidy: async () => {},
  };
}

async function beginSmall(parts: string, algorithms: Parameters<Backstage['begin']>[1]): Promise<Work> {
  const id = randomBytes(6).toString('hex');
  return { id, partial: await createPartialFile(join(parts, `${id}.part`), algorithms) };
}
