// Everything that a command may ask of the world; made once, in main.ts.
import type { Streams } from './streams.ts';

export interface Shell {
  /** How the user calls this program: `greenroom`, or `kubectl greenroom`. */
  readonly programName: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder, absolute. */
  readonly folder: string;
  readonly streams: Streams;
  /** Aborted by SIGINT or SIGTERM with the exit code as its reason. Until somebody asks, both end the process. */
  stopSignal(): AbortSignal;
}
