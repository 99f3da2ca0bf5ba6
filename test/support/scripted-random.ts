// A Random that plays a list, then goes on with its last number.
import type { Random } from '../../helper/src/ports/random.ts';

export function scriptedRandom(...numbers: readonly number[]): Random {
  let index = 0;
  return { next: () => numbers[Math.min(index++, numbers.length - 1)] ?? 0 };
}
