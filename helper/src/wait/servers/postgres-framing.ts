// Looks at PostgreSQL's messages before the driver reads them. The driver (pg-protocol 1) looks for the end of a text
// beyond the end of its message, and where there is none, for ever, without a pause in which our own deadline could
// pass, or SIGTERM be heard.
// https://www.postgresql.org/docs/current/protocol-message-formats.html

// none of those that hold texts is longer
const mostBytes = 1 << 20;

const wrong = () => new Error("the answer is not one of PostgreSQL's");

export class PostgresFraming {
  #head = Buffer.alloc(0);
  #type = '';
  /** What is yet to come of the message that has begun. */
  #leftBytes = 0;
  /** Of it, where it is one that is looked at. */
  #body: Buffer[] = [];

  /** @throws Error for a message that is none; what came before it is to be kept from the driver as well */
  look(piece: Buffer): void {
    for (let at = 0; at < piece.length || this.#type !== ''; ) {
      if (this.#type === '') {
        const more = piece.subarray(at, at + 5 - this.#head.length);
        this.#head = Buffer.concat([this.#head, more]);
        at += more.length;
        if (this.#head.length < 5) return;
        this.#type = this.#head.toString('latin1', 0, 1);
        this.#leftBytes = this.#head.readUInt32BE(1) - 4;
        this.#head = Buffer.alloc(0);
        if (this.#leftBytes < 0 || (this.#type in texts && this.#leftBytes > mostBytes)) throw wrong();
      }
      const taken = piece.subarray(at, at + this.#leftBytes);
      at += taken.length;
      this.#leftBytes -= taken.length;
      if (this.#type in texts) this.#body.push(taken);
      if (this.#leftBytes > 0) return;
      if (texts[this.#type]?.(Buffer.concat(this.#body)) === false) throw wrong();
      this.#type = '';
      this.#body = [];
    }
  }
}

/** Where what follows the next texts begins; undefined where they do not end. */
function afterTexts(body: Buffer, from: number, count: number): number | undefined {
  let at = from;
  for (let left = count; left > 0; left--) {
    const end = body.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  return at;
}

/** Items until one that is a zero, each of `before` bytes and a text. */
function isEnded(body: Buffer, from: number, before: number): boolean {
  for (let at: number | undefined = from; at !== undefined && at < body.length; ) {
    if (body[at] === 0) return true;
    at = afterTexts(body, at + before, 1);
  }
  return false;
}

function areColumns(body: Buffer): boolean {
  if (body.length < 2) return false;
  let at: number | undefined = 2;
  for (let left = body.readUInt16BE(0); left > 0 && at !== undefined; left--) {
    const end: number | undefined = afterTexts(body, at, 1);
    at = end === undefined || end + 18 > body.length ? undefined : end + 18;
  }
  return at !== undefined;
}

const saslMechanisms = 10;

// Messages that hold texts, and whether those end within them.
const texts: Readonly<Record<string, (body: Buffer) => boolean>> = {
  // a notification; the end of a command; a setting of the server's
  A: (body) => afterTexts(body, 4, 2) !== undefined,
  C: (body) => afterTexts(body, 0, 1) !== undefined,
  S: (body) => afterTexts(body, 0, 2) !== undefined,
  // errors and notices: fields of a letter and a text
  E: (body) => isEnded(body, 0, 1),
  N: (body) => isEnded(body, 0, 1),
  R: (body) => body.length >= 4 && (body.readInt32BE(0) !== saslMechanisms || isEnded(body, 4, 0)),
  T: areColumns,
};
