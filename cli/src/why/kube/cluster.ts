// What is asked of a cluster: reads by path, and nothing else. Tests answer from objects.
import { Fault } from '../../fault.ts';

/** The cluster does not answer, or cuts its answer short: another time it may. */
export class Unreachable extends Fault {
  constructor(message: string, options: ConstructorParameters<typeof Fault>[2] = {}) {
    super('input', message, options);
  }
}

export type Answer<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'absent' }
  /** The server said no; its own words. */
  | { readonly kind: 'denied'; readonly words: string };

export interface Cluster {
  /** One object or list, as JSON. @throws Unreachable, or Fault input where asking again is no use */
  get<T>(path: string): Promise<Answer<T>>;
  /** A text, such as a log. */
  text(path: string): Promise<Answer<string>>;
  /** Calls back for each line that a watch sends, until the server or the signal ends it. */
  watch(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** The server's clock, by its last answer: that of this machine may be wrong. */
  nowMs(): number;
  close(): void;
}
