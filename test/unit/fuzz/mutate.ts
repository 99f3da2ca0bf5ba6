// One input → another that is a little different.

export interface Materials {
  /** Gives numbers from 0 to 1. */
  readonly chance: () => number;
  readonly dictionary: readonly Buffer[];
  readonly mostBytes: number;
}

const numbers = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x0d, 0x20, 0x30, 0x39];

const fill = (lengthBytes: number, part: Buffer) => (part.length === 0 ? part : Buffer.alloc(lengthBytes, part));

/** @param others inputs that parts may be taken from */
export function mutate(input: Buffer, others: readonly Buffer[], materials: Materials): Buffer {
  const { chance, dictionary, mostBytes } = materials;
  const upTo = (most: number) => Math.floor(chance() * most);
  const oneOf = <T>(values: readonly T[]): T => values[upTo(values.length)] as T;
  let bytes = Buffer.from(input);
  const replace = (at: number, length: number, by: Buffer) => {
    bytes = Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + length)]);
  };
  const slice = (of: Buffer, most: number) => {
    const at = upTo(of.length);
    return of.subarray(at, at + 1 + upTo(most));
  };
  const ways: readonly (() => void)[] = [
    () => replace(upTo(bytes.length), 1, Buffer.from([oneOf(numbers)])),
    () => replace(upTo(bytes.length), 1, Buffer.from([upTo(256)])),
    () => {
      const at = upTo(bytes.length);
      replace(at, 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << upTo(8))]));
    },
    () => replace(upTo(bytes.length), 1 + upTo(16), Buffer.alloc(0)),
    () => replace(upTo(bytes.length), upTo(bytes.length), Buffer.alloc(0)),
    () => replace(upTo(bytes.length + 1), 0, slice(bytes, 32)),
    () => replace(upTo(bytes.length + 1), 0, oneOf(dictionary)),
    () => replace(upTo(bytes.length + 1), 0, oneOf(dictionary)),
    () => {
      const token = oneOf(dictionary);
      replace(upTo(bytes.length), token.length, token);
    },
    () => replace(upTo(bytes.length + 1), 0, slice(oneOf(others), 64)),
    () => replace(upTo(bytes.length), bytes.length, slice(oneOf(others), mostBytes)),
    () => replace(upTo(bytes.length + 1), 0, fill(1 + upTo(256), slice(bytes, 4))),
  ];
  for (let left = 1 + upTo(4); left > 0; left--) oneOf(ways)();
  return bytes.subarray(0, mostBytes);
}

/** The same input with a part of it repeated until it is long: what is quadratic shows. */
export function stretch(input: Buffer, lengthBytes: number, { chance }: Materials): Buffer {
  const at = Math.floor(chance() * input.length);
  const part = input.subarray(at, at + 1 + Math.floor(chance() * 8));
  return Buffer.concat([input.subarray(0, at), fill(lengthBytes, part), input.subarray(at)]);
}
