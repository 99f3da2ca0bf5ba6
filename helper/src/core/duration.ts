// "1m30s" ⇄ milliseconds. A number without a unit is refused: nobody can tell
// whether `--deadline 300` means seconds or milliseconds.

// largest first: formatDuration writes them in this order
const units = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

const pattern = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/;

/**
 * Parses a duration such as `5m`, `1m30s`, `250ms` or `1.5s`.
 * @returns whole milliseconds, or undefined where the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  const match = text === '' ? null : pattern.exec(text);
  if (match === null) return undefined;
  const totalMs = units.reduce((sum, [, unitMs], index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0);
  const roundedMs = Math.round(totalMs);
  return Number.isSafeInteger(roundedMs) ? roundedMs : undefined;
}

/**
 * Writes whole milliseconds exactly, such as `1m30s` or `250ms`; `0s` for zero.
 * `parseDuration` reads it back as the same number.
 */
export function formatDuration(durationMs: number): string {
  let restMs = durationMs;
  let text = '';
  for (const [unit, unitMs] of units) {
    const count = Math.floor(restMs / unitMs);
    if (count > 0) text += `${count}${unit}`;
    restMs -= count * unitMs;
  }
  return text === '' ? '0s' : text;
}

/** Writes a measured time for people, with no more digits than help: `3.2s`, `2m5s`. */
export function describeDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)}ms`;
  if (durationMs < 60_000) return `${Number((durationMs / 1_000).toFixed(1))}s`;
  return formatDuration(Math.round(durationMs / 1_000) * 1_000);
}
