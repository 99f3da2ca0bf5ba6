// "10Mi" ⇄ bytes, in the suffixes of Kubernetes' resource quantities
// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).

const suffixes = [
  ['Ti', 2 ** 40],
  ['T', 1e12],
  ['Gi', 2 ** 30],
  ['G', 1e9],
  ['Mi', 2 ** 20],
  ['M', 1e6],
  ['Ki', 2 ** 10],
  ['k', 1e3],
] as const;

/**
 * Parses a size such as `1536Mi`, `10G`, `1.5Gi` or a plain number of bytes.
 * @returns whole bytes, or undefined where the text is not a size
 */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text);
  if (match === null) return undefined;
  const [, digits, suffix] = match;
  const factor = suffix === '' ? 1 : suffixes.find(([name]) => name === suffix)?.[1];
  if (factor === undefined) return undefined;
  const sizeBytes = Number(digits) * factor;
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}

/** Writes whole bytes exactly, with the largest suffix that divides them; `parseByteSize` reads them back. */
export function formatByteSize(sizeBytes: number): string {
  for (const [suffix, factor] of suffixes) {
    if (sizeBytes >= factor && sizeBytes % factor === 0) return `${sizeBytes / factor}${suffix}`;
  }
  return String(sizeBytes);
}

/** Writes a measured size for people: `3.4 MiB`. */
export function describeByteSize(sizeBytes: number): string {
  for (const [suffix, factor] of suffixes) {
    if (suffix.endsWith('i') && sizeBytes >= factor) return `${(sizeBytes / factor).toFixed(1)} ${suffix}B`;
  }
  return `${sizeBytes} B`;
}
