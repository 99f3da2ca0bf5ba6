// What is asked of a cluster: reads by path, and nothing else. Tests answer from files.

export type Answer<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'absent' }
  /** The server said no; its own words. */
  | { readonly kind: 'denied'; readonly words: string };

export interface Cluster {
  /** One object or list, as JSON. @throws Fault input where the cluster cannot be asked */
  get<T>(path: string): Promise<Answer<T>>;
  /** A text, such as a log. */
  text(path: string): Promise<Answer<string>>;
  /** Calls back for each line that a watch sends, until the server or the signal ends it. */
  watch(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** The server's clock, by its last answer: that of this machine may be wrong. */
  nowMs(): number;
  close(): void;
}
