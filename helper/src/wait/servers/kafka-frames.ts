// Kafka's messages: requests with their head, responses with the number of what they answer, fields in order.
// https://kafka.apache.org/protocol#protocol_messages
import type { Dialogue } from './dialogue.ts';

/** Sends a request; gives the body of the response. */
export async function call(
  { send, read }: Dialogue,
  correlation: number,
  api: number,
  version: number,
  body: Buffer,
): Promise<Reader | undefined> {
  const head = Buffer.alloc(8);
  head.writeInt16BE(api, 0);
  head.writeInt16BE(version, 2);
  head.writeInt32BE(correlation, 4);
  const request = Buffer.concat([head, text('greenroom'), body]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(request.length);
  send(Buffer.concat([size, request]));
  const sizeBytes = (await read(4)).readInt32BE(0);
  if (sizeBytes < 4 || sizeBytes > 60_000) return undefined;
  const reader = new Reader(await read(sizeBytes));
  return reader.int32() === correlation ? reader : undefined;
}

/** A string with its length before it. */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const size = Buffer.alloc(2);
  size.writeInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/** Reads the fields of a response in order. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  skip(sizeBytes: number): void {
    this.#at += sizeBytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  /** A string that may be null, which is read as empty. */
  string(): string {
    const sizeBytes = Math.max(0, this.int16());
    this.#at += sizeBytes;
    return this.#bytes.toString('utf8', this.#at - sizeBytes, this.#at);
  }

  bytes(): Buffer {
    const sizeBytes = Math.max(0, this.int32());
    this.#at += sizeBytes;
    return this.#bytes.subarray(this.#at - sizeBytes, this.#at);
  }

  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let count = this.int32(); count > 0; count--) items.push(read());
    return items;
  }
}
