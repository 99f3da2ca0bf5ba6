// What the rooms may ask of time. Declared here so that tests can pass their own.

export interface Clock {
  /** Milliseconds since some fixed moment; never goes backwards, whatever happens to the wall clock. */
  now(): number;
  /** The wall clock: milliseconds since 1970. Only for dates that others set (Retry-After, certificates). */
  wallTime(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason as soon as it is aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
