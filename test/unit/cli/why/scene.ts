// What a test of a cause is made of.
import type { FakeObject } from './cluster-of.ts';

/** What is there, what is asked about, and what shall be said. */
export interface Scene {
  readonly cause: string;
  readonly verdict: string;
  /** What else is said. */
  readonly also?: readonly string[];
  readonly objects: readonly FakeObject[];
  readonly logs?: Readonly<Record<string, string>>;
  /** By default pod/web. */
  readonly target?: string;
}
