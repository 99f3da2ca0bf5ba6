// Lets MongoDB's messages pass whose size can be one. The driver (7.9) reads a message of no bytes for ever, without a
// pause in which our own deadline could pass; under TLS it reads by itself, of a server that has shown who it is.
import { Transform, type TransformCallback } from 'node:stream';

// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#standard-message-header
const headBytes = 16;
// maxMessageSizeBytes, which servers give as 48,000,000
const mostBytes = 2 ** 26;

export class MongodbFraming extends Transform {
  #head = Buffer.alloc(0);
  /** What is yet to come of the message that has begun. */
  #leftBytes = 0;

  override _transform(piece: Buffer, _: BufferEncoding, done: TransformCallback): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#leftBytes > 0) {
        const taken = Math.min(this.#leftBytes, piece.length - at);
        this.#leftBytes -= taken;
        at += taken;
        continue;
      }
      const more = piece.subarray(at, at + 4 - this.#head.length);
      this.#head = Buffer.concat([this.#head, more]);
      at += more.length;
      if (this.#head.length < 4) break;
      const sizeBytes = this.#head.readInt32LE(0);
      this.#head = Buffer.alloc(0);
      if (sizeBytes < headBytes || sizeBytes > mostBytes) {
        done(new Error(`a message of ${sizeBytes} bytes`));
        return;
      }
      this.#leftBytes = sizeBytes - 4;
    }
    done(null, piece);
  }
}
