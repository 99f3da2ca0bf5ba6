// One loop of a script, turn by turn.
import { Endless, Leave, type World } from './world.ts';

/**
 * Runs a loop and answers its exit code.
 * @param ends whether it ends by itself, however its turns are alike
 * @throws Endless where a turn changes nothing for the next
 */
export function loop(world: World, goesOn: () => boolean, body: () => number, ends = false): number {
  let code = 0;
  let before: string | undefined;
  world.loops.push(world.acts.length);
  try {
    while (goesOn()) {
      try {
        code = body();
      } catch (error) {
        if (!(error instanceof Leave)) throw error;
        code = 0;
        if (!error.again) break;
      }
      world.count();
      const state = world.state();
      if (!ends && state !== undefined && state === before) throw new Endless();
      before = state;
    }
    return code;
  } finally {
    world.loops.pop();
  }
}
