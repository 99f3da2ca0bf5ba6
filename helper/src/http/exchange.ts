// One request's answer: from undici's calls, or with a large body past them, to whoever reads it.
import type { Dispatcher } from 'undici';
import type { BodyTarget } from './wire.ts';

export interface Exchange {
  readonly status: number;
  /** A header's value, by its name in lower case; several of one name are joined with a comma. */
  header(name: string): string | undefined;
  /**
   * Reads the body to its end. Nothing of it is read before.
   * @param onData is called with each piece; it may keep the piece
   * @throws Failure CONNECTION_RESET, TRUNCATED, …; the reason that `close` was given
   */
  receive(onData: (piece: Buffer) => void): Promise<void>;
  /** The same, for a body that may be large: each byte is brought to its place with as little ado as there can be. */
  receiveInto(target: BodyTarget): Promise<void>;
  /** Lets the server wait, until `resume`. */
  pause(): void;
  resume(): void;
}

// Below this, to go past the client costs more than it spares.
const leastDirectBytes = 256 << 10;

/** What an exchange may do with its connection. */
export interface Way {
  fail(error: unknown): Error;
  /** Reads the rest of the exchange past the client. */
  direct(bytes: number, target: BodyTarget, persistent: boolean): Promise<void>;
  pause(): void;
  resume(): void;
}

/** Turns undici's calls into one exchange. */
export class Receiver implements Dispatcher.DispatchHandler {
  readonly #answered: (exchange: Exchange) => void;
  readonly #refused: (error: Error) => void;
  readonly #way: Way;
  #onData: ((piece: Buffer) => void) | undefined;
  #ended: { resolve(): void; reject(error: Error): void } | undefined;
  #outcome: { error?: Error } | undefined;
  #started = false;
  /** Whether the body goes past the client, which then has nothing more to say. */
  #direct = false;

  constructor(answered: (exchange: Exchange) => void, refused: (error: Error) => void, way: Way) {
    this.#answered = answered;
    this.#refused = refused;
    this.#way = way;
  }

  onRequestStart(): void {}

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // "100 Continue" and its like come before the answer
    if (status < 200) return;
    this.#started = true;
    controller.pause();
    const header = (name: string) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const receive: Exchange['receive'] = (onData) =>
      new Promise((resolve, reject) => {
        this.#onData = onData;
        this.#ended = { resolve, reject };
        if (this.#outcome !== undefined) this.#settle();
        else controller.resume();
      });
    this.#answered({
      status,
      header,
      receive,
      receiveInto: (target) => {
        const bytes = directLength(status, header);
        if (bytes < leastDirectBytes || this.#outcome !== undefined) {
          return receive((piece) => {
            if (copyInto(target, piece)) controller.pause();
          });
        }
        this.#direct = true;
        return this.#way.direct(bytes, target, !/\bclose\b/i.test(header('connection') ?? ''));
      },
      pause: () => (this.#direct ? this.#way.pause() : controller.pause()),
      resume: () => (this.#direct ? this.#way.resume() : controller.resume()),
    });
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.#onData?.(piece);
  }

  onResponseEnd(): void {
    this.#outcome = {};
    this.#settle();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#direct) return;
    const failure = this.#way.fail(error);
    this.#outcome = { error: failure };
    if (this.#started) this.#settle();
    else this.#refused(failure);
  }

  #settle(): void {
    const { error } = this.#outcome ?? {};
    if (error === undefined) this.#ended?.resolve();
    else this.#ended?.reject(error);
  }
}

/** The length of a body that is nothing but so many bytes; 0 where that is not so. */
function directLength(status: number, header: Exchange['header']): number {
  const length = header('content-length') ?? '';
  const plain = (status === 200 || status === 206) && header('transfer-encoding') === undefined;
  return plain && /^\d{1,15}$/.test(length) ? Number(length) : 0;
}

/** @returns what `filled` did */
function copyInto(target: BodyTarget, piece: Uint8Array): boolean {
  let full = false;
  for (let rest = piece; rest.length > 0; ) {
    const room = target.room();
    const bytes = Math.min(room.length, rest.length);
    room.set(rest.subarray(0, bytes));
    rest = rest.subarray(bytes);
    full = target.filled(bytes) || full;
  }
  return full;
}
