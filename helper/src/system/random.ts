// Real chance. Nothing that must be hard to guess is drawn from it.
import type { Random } from '../ports/random.ts';

export const systemRandom: Random = { next: () => Math.random() };
