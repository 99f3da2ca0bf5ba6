// A line of the helper's log → an event. What is no JSON is shown as it is.
import type { NewEvent } from '../report/events.ts';

export function readHelperLine(container: string, line: string): NewEvent {
  try {
    const { level, msg, step, hint } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (typeof msg === 'string') {
      return { kind: 'log', container, level: String(level), step: text(step), message: msg, hint: text(hint) };
    }
  } catch {
    // its help, or the trace of a crash
  }
  return { kind: 'output', container, line };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
