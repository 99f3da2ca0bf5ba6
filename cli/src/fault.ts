// What a command throws when it cannot do what it was asked. Whatever else is thrown counts as a bug.
import type { ExitName } from './exit-codes.ts';

/** A place in a text, for people: line and column count from 1. */
export interface Place {
  /** The file as the user named it, or `-`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line itself, without its end. */
  readonly text: string;
}

export interface FaultOptions {
  readonly place?: Place;
  /** What can be done about it. */
  readonly cure?: string;
  readonly cause?: unknown;
}

export class Fault extends Error {
  readonly exit: ExitName;
  readonly place: Place | undefined;
  readonly cure: string | undefined;

  constructor(exit: ExitName, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.exit = exit;
    this.place = options.place;
    this.cure = options.cure;
  }
}
