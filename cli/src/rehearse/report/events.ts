// Everything that happens in a rehearsal, in the order in which it happens. `-o json` prints these as they are.

export type RehearsalEvent = {
  /** Milliseconds from the start of the rehearsal of this workload. */
  readonly atMs: number;
} & (
  | {
      readonly kind: 'pod-created';
      readonly pod: string /** From 1; only Jobs make more than one. */;
      readonly number: number;
    }
  | {
      readonly kind: 'started';
      readonly container: string;
      readonly attempt: number;
      readonly as: 'helper' | 'stand-in';
      readonly command: string;
    }
  /** An app container without a stand-in: in a cluster it would run from here on. */
  | { readonly kind: 'would-start'; readonly container: string; readonly image: string }
  /** A line of the helper's log. */
  | {
      readonly kind: 'log';
      readonly container: string;
      readonly level: string;
      readonly step: string | undefined;
      readonly message: string;
      readonly hint: string | undefined;
    }
  /** A line that a stand-in wrote. */
  | { readonly kind: 'output'; readonly container: string; readonly line: string }
  | {
      readonly kind: 'exited';
      readonly container: string;
      readonly attempt: number;
      readonly exitCode: number;
      /** The termination message, as `kubectl describe` would show it. */
      readonly message: string;
    }
  | { readonly kind: 'startup-passed' | 'startup-failed' | 'stopping'; readonly container: string }
  | {
      readonly kind: 'back-off';
      readonly container: string;
      readonly delayMs: number;
    }
  | { readonly kind: 'initialized' }
  | { readonly kind: 'service-created' | 'service-ready'; readonly service: string; readonly port: number | undefined }
  | { readonly kind: 'note'; readonly message: string; readonly cure: string | undefined }
  | { readonly kind: 'pod-ended'; readonly phase: string; readonly reason: string | undefined }
  /** Nothing more is to be learnt: what still runs is ended, as if the pod were deleted. */
  | { readonly kind: 'over' }
  | { readonly kind: 'next-pod'; readonly delayMs: number }
  | { readonly kind: 'job-failed'; readonly reason: string }
);

type WithoutTime<E> = E extends unknown ? Omit<E, 'atMs'> : never;

/** An event before it is known when it happens. */
export type NewEvent = WithoutTime<RehearsalEvent>;
