// A line of the JSON log as text: the time of day, the level where it is not the usual one, the step, the sentence.
import { indented } from '../core/one-line.ts';

// as wide as the time: nothing that others wrote begins a line
const indent = ' '.repeat(13);

/** Turns one JSON line into one line of text, with its line end. */
export function formatTextLine(json: string): string {
  const { time, level, step, msg, hint } = JSON.parse(json) as Record<string, string | undefined>;
  const parts = [time?.slice(11, 23), level === 'info' ? undefined : level?.toUpperCase(), step && `[${step}]`, msg];
  const line = indented(parts.filter((part) => part !== undefined).join(' '), indent);
  return hint === undefined ? `${line}\n` : `${line}\n${indent}${indented(hint, indent)}\n`;
}
