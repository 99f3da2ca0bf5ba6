// Where a command reads and writes. Data goes to `out`, words to `err`; nothing else touches the process.
import type { Terminal } from './terminal.ts';

export interface Writer {
  write(text: string): void;
  /** The width of the terminal in columns; undefined where it is none. */
  readonly columns: number | undefined;
  /** Whether colours may be used: a terminal, and nobody said NO_COLOR. */
  readonly colours: boolean;
}

export interface Streams {
  /** All of standard input. */
  readonly in: AsyncIterable<Uint8Array>;
  readonly out: Writer;
  readonly err: Writer;
  /** Somebody who can be asked; undefined where standard input or standard error is no terminal. */
  readonly openTerminal?: (() => Promise<Terminal>) | undefined;
}

/** Reads a stream to its end, as bytes. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
