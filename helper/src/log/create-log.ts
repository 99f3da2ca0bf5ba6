// The log: pino's JSON lines, or the same lines as text for people. Always on one stream (stderr), and written
// before the call returns: a process that is killed in the next moment has said what it knew.
import pino, { type Logger } from 'pino';
import type { ProcessOptions } from '../contract/process-options.ts';
import { plainJson } from '../core/one-line.ts';
import type { Log } from '../ports/log.ts';
import { formatTextLine } from './text-line.ts';

/**
 * @param write takes whole lines, with their line end
 */
export function createLog(options: Pick<ProcessOptions, 'logFormat' | 'logLevel'>, write: (line: string) => void): Log {
  const settings: pino.LoggerOptions = {
    level: options.logLevel,
    // neither the process id (it is 1) nor the host name (it is the pod's) helps anybody
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const stream = {
    write: (line: string) => write(options.logFormat === 'json' ? plainJson(line) : formatTextLine(line)),
  };
  return fromPino(pino(settings, stream));
}

function fromPino(logger: Logger): Log {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      logger[level](fields, message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => fromPino(logger.child(fields)),
  };
}
