// A fault for people: where, what, the line with a caret under the place, and the cure.
import type { Fault } from '../fault.ts';

// a longer line is cut around the place, so that the caret stays on the screen
const widestLine = 100;

/** Writes a fault as lines of text, each ended. */
export function faultText(programName: string, fault: Fault): string {
  const lines: string[] = [];
  const { place, cure } = fault;
  if (place === undefined) lines.push(`${programName}: ${fault.message}`);
  else {
    lines.push(`${place.file}:${place.line}:${place.column}: ${fault.message}`);
    const from = Math.max(0, place.column - 1 - widestLine / 2);
    // a tab is one column to the parser, and as wide as it likes on the screen
    const shown = place.text.slice(from, from + widestLine).replaceAll('\t', ' ');
    const margin = `${place.line} | `;
    lines.push(`  ${margin}${shown}`, `  ${' '.repeat(margin.length + place.column - 1 - from)}^`);
  }
  if (cure !== undefined) lines.push(`  ${cure}`);
  return `${lines.join('\n')}\n`;
}
