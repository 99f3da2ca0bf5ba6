// Options of the process, whatever it does.
import { choice, type OptionValues, path } from './option.ts';

export const processOptions = {
  logFormat: choice({
    flag: 'log-format',
    choices: ['json', 'text'],
    default: 'json',
    summary: 'JSON lines for programs, or text for people',
  }),
  logLevel: choice({
    flag: 'log-level',
    choices: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    summary: 'The least level that is logged; debug logs every attempt',
  }),
  terminationLog: path<string | undefined>({
    flag: 'termination-log',
    default: undefined,
    summary: 'Where the termination message is written; by default /dev/termination-log, if it is there',
  }),
} as const;

export type ProcessOptions = OptionValues<typeof processOptions>;
