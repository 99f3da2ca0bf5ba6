// The socket below HTTP. An HTTP client reads it through a stream; a large body of known length goes past the client,
// straight to where it shall lie: parser and stream would cost twice what the kernel does (measured: test/bench).
import type { OnReadOpts, Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Where the bytes of a body shall lie. */
export interface BodyTarget {
  /** Memory for the next bytes, at least one; the same until `filled`. */
  room(): Uint8Array;
  /**
   * So many bytes of it have come.
   * @returns true when no more should come until the exchange is resumed
   */
  filled(bytes: number): boolean;
}

/** Between a socket and whoever takes what it reads. */
interface Tap {
  /** Where a body lies, if there is one now. */
  room: () => Uint8Array | undefined;
  /** So much lies in that room. */
  filled: (bytes: number) => void;
  /** A piece of anything else; its memory will be used again. */
  heard: (piece: Buffer) => void;
}

const taps = new WeakMap<Socket, Tap & { readonly early: readonly Buffer[] }>();
// Of all sockets: each takes what it has read before another one reads.
const talk = Buffer.allocUnsafeSlow(64 << 10);

/**
 * Makes a socket that can read without Node's streams, which is for whoever dials to ask for: what is connected already
 * cannot be made to. TLS gains most: of each 16 KiB record a stream makes a buffer, faster than they are collected.
 */
export function tapped(dial: (onread: OnReadOpts) => Socket): Socket {
  let reading: Uint8Array = talk;
  // what comes before anybody listens; the one who does takes it from here
  const early: Buffer[] = [];
  const tap: Tap & { readonly early: Buffer[] } = {
    early,
    room: () => undefined,
    filled: () => {},
    heard: (piece) => early.push(Buffer.from(piece)),
  };
  const socket = dial({
    buffer: () => {
      reading = tap.room() ?? talk;
      return reading;
    },
    callback: (bytes) => {
      if (reading === talk) tap.heard(talk.subarray(0, bytes));
      else tap.filled(bytes);
      return true;
    },
  });
  taps.set(socket, tap);
  return socket;
}

/** What an HTTP client holds for a socket. Once it is cut off, nothing that happens to it reaches the socket. */
class Line extends Duplex {
  readonly #socket: Socket;
  attached = true;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    // the client listens too, until it lets go
    this.on('error', () => {});
  }

  override _read(): void {
    if (this.attached) this.#socket.resume();
  }

  override _write(piece: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(piece, encoding, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.attached) this.#socket.destroy();
    done(error);
  }
}

interface Direct {
  left: number;
  readonly target: BodyTarget;
  resolve(): void;
  reject(error: Error): void;
}

export class Wire {
  readonly #socket: Socket;
  #line: Line;
  #direct: Direct | undefined;
  #newest = false;
  #paused = false;
  #error: Error | undefined;
  /** Whether the last answer was of HTTP/1.1, where a connection stays open unless it says otherwise. */
  persistent = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#line = new Line(socket);
    const tap = taps.get(socket);
    if (tap === undefined) {
      socket.on('data', (piece: Buffer) => this.#arrived(piece, false));
    } else {
      tap.room = () => this.#room();
      tap.filled = (bytes) => this.#filled(bytes);
      tap.heard = (piece) => this.#arrived(piece, true);
      for (const piece of tap.early) this.#arrived(piece, false);
      socket.resume();
    }
    socket.on('error', (error) => this.#ended(error));
    socket.on('end', () => this.#ended(undefined));
    socket.on('close', () => this.#ended(undefined));
  }

  /** For an HTTP client, from one body past it to the next. */
  get line(): Duplex {
    return this.#line;
  }

  /** Says that a request follows. */
  expectAnswer(): void {
    this.#newest = true;
  }

  /**
   * Cuts the client off, and brings the next bytes to their place.
   * @throws the socket's error, or ECONNRESET where it ends before
   */
  direct(bytes: number, target: BodyTarget): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = this.#line;
      line.attached = false;
      this.#line = new Line(this.#socket);
      this.#direct = { left: bytes, target, resolve, reject };
      for (let piece = line.read(); piece !== null; piece = line.read()) this.#arrived(piece, false);
      if (this.#error !== undefined) return this.#ended(this.#error);
      if (this.#socket.readableEnded || this.#socket.destroyed) return this.#ended(undefined);
      if (this.#direct !== undefined && !this.#paused) this.#socket.resume();
    });
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket.resume();
  }

  #room(): Uint8Array | undefined {
    if (this.#direct === undefined) return undefined;
    const room = this.#direct.target.room();
    return room.length <= this.#direct.left ? room : room.subarray(0, this.#direct.left);
  }

  /** @param passing whether the piece's memory will be used for something else */
  #arrived(piece: Buffer, passing: boolean): void {
    if (this.#direct === undefined) {
      if (this.#newest) {
        this.#newest = false;
        this.persistent = piece.toString('latin1', 0, 9) === 'HTTP/1.1 ';
      }
      if (!this.#line.push(passing ? Buffer.from(piece) : piece)) this.#socket.pause();
      return;
    }
    let rest: Uint8Array = piece;
    while (rest.length > 0 && this.#direct !== undefined) {
      const room = this.#direct.target.room();
      const bytes = Math.min(rest.length, room.length, this.#direct.left);
      room.set(rest.subarray(0, bytes));
      rest = rest.subarray(bytes);
      this.#filled(bytes);
    }
    // more than was announced: whatever it is, it is no answer to a request of ours
    if (rest.length > 0) this.#socket.destroy();
  }

  #filled(bytes: number): void {
    const direct = this.#direct;
    if (direct === undefined) return;
    direct.left -= bytes;
    try {
      if (direct.target.filled(bytes)) this.pause();
    } catch (error) {
      this.#direct = undefined;
      direct.reject(error as Error);
      this.#socket.destroy();
      return;
    }
    if (direct.left > 0) return;
    this.#direct = undefined;
    direct.resolve();
    // the next answer is for a client to read, whatever became of this one's target
    if (this.#paused) this.resume();
  }

  #ended(error: Error | undefined): void {
    this.#error ??= error;
    const direct = this.#direct;
    this.#direct = undefined;
    direct?.reject(
      this.#error ?? Object.assign(new Error('the other side closed the connection'), { code: 'ECONNRESET' }),
    );
    if (error === undefined) this.#line.push(null);
    else this.#line.destroy(error);
  }
}
