// A Log that keeps what was said.
import type { Log, LogFields } from '../../helper/src/ports/log.ts';

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

export interface MemoryLog extends Log {
  readonly entries: LogEntry[];
  /** The messages of one level, or of all but debug. */
  messages(level?: LogEntry['level']): string[];
}

export function memoryLog(entries: LogEntry[] = [], always: LogFields = {}): MemoryLog {
  const at =
    (level: LogEntry['level']) =>
    (message: string, fields: LogFields = {}): void => {
      entries.push({ level, message, fields: { ...always, ...fields } });
    };
  return {
    entries,
    messages: (level) =>
      entries
        .filter((entry) => (level === undefined ? entry.level !== 'debug' : entry.level === level))
        .map(({ message }) => message),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => memoryLog(entries, { ...always, ...fields }),
  };
}
