// What jumping-clock.ts is for a built program: a preload with which its clock jumps two hours ahead, when it is told.
// Its timers go on as they were: it must look at the clock soon for itself.
import { join } from 'node:path';
import type { TempDir } from './temp-dir.ts';

export interface TimeJump {
  /** What the program is started with. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on it is two hours later, also for a program that stands still. */
  readonly jump: () => void;
}

export function prepareTimeJump(folder: TempDir): TimeJump {
  const flag = join(folder.path, 'later');
  // a file, and no signal or message: it counts from the very next look on, whatever the program is about
  const preload = `
const { existsSync } = require('node:fs');
const real = process.hrtime;
process.hrtime = Object.assign((since) => {
  const [seconds, nanoseconds] = real(since);
  return [seconds + (since === undefined && existsSync(${JSON.stringify(flag)}) ? 7_200 : 0), nanoseconds];
}, real);
`;
  return {
    env: { NODE_OPTIONS: `--require=${folder.write('time-jump.cjs', preload)}` },
    jump: () => void folder.write('later', ''),
  };
}
