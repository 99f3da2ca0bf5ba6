// What a tier of tests says of the machine it finds itself on.

export type Readiness =
  | { readonly ready: true }
  /** `cure` is a command, or what to do; how long it takes belongs there too. */
  | { readonly ready: false; readonly reason: string; readonly cure: string };

/** A tier's main.ts exports this; its program runs the tier and exits with 0 or 1. */
export interface Tier {
  /** Cheap: it looks, and installs or starts nothing. */
  readonly canRun: () => Promise<Readiness>;
}
