// The helper's help, made from the tables. Examples first.

import { formatDuration } from '../core/duration.ts';
import { exitCodes } from '../core/exit-codes.ts';
import type { Option, OptionTable } from './option.ts';
import { processOptions } from './process-options.ts';
import { stepOptions } from './step.ts';
import { targetSchemes } from './target.ts';
import { targetKinds } from './target-kinds.ts';

/** Help on the whole, or on one command; ends with a line end. */
export function formatHelp(topic: 'wait' | 'fetch' | 'run' | undefined): string {
  switch (topic) {
    case 'wait':
      return `${heading('greenroom-helper wait TARGET... [OPTION...]', [
        'greenroom-helper wait tcp://db:5432',
        'greenroom-helper wait dns://myappb https://api/health --deadline 2m',
      ])}Waits until every target (with --any: one of them) is ready.

Targets:
${describeKinds()}
Options of every target:
${describeOptions(waitOptionsOf((kinds) => kinds.length === 0))}
Options of some:
${describeOptions(waitOptionsOf((kinds) => kinds.length > 0))}
Options of the process:
${describeOptions(processOptions)}`;
    case 'fetch':
      return `${heading('greenroom-helper fetch SOURCE DESTINATION [OPTION...]', [
        'greenroom-helper fetch https://example.org/index.php /var/www/html/index.php',
        'greenroom-helper fetch https://example.org/model.bin /models/ --sha256 9f86d0…',
        'greenroom-helper fetch https://example.org/v1/SHA256SUMS /data/v1 --list',
        'greenroom-helper fetch s3://models/llama-3/ /models/llama-3',
      ])}Downloads a source; the destination appears whole and verified, or not at all.

${describeOptions(stepOptions.fetch)}${describeOptions(processOptions)}`;
    case 'run':
      return `${heading('greenroom-helper run [PLAN] [OPTION...]', [
        'greenroom-helper run /plans/start.yaml',
        "GREENROOM_PLAN='- wait tcp://db:5432' greenroom-helper run",
      ])}Runs the steps of a plan (YAML or JSON, from a file or from GREENROOM_PLAN) in order:

  - wait tcp://db:5432 --deadline 2m
  - together:
    - fetch https://example.org/a /data/a
    - fetch https://example.org/b /data/b

${describeOptions(processOptions)}`;
    case undefined:
      return `${heading('greenroom-helper wait|fetch|run|help|version', [
        'greenroom-helper wait tcp://db:5432 --deadline 2m',
        'greenroom-helper fetch https://example.org/index.php /var/www/html/index.php',
        'greenroom-helper run /plans/start.yaml',
      ])}An init container that waits and downloads. "help COMMAND" tells more. Every option can be given by the
environment as well: --deadline by GREENROOM_DEADLINE.

Exit codes:
${Object.values(exitCodes)
  .map(({ code, sentence }) => `  ${String(code).padStart(3)}  ${sentence}\n`)
  .join('')}`;
  }
}

function describeKinds(): string {
  return Object.values(targetKinds)
    .map(({ schemes, ready }) => `  ${schemes.map((scheme) => targetSchemes[scheme]).join('  ')}\n      ${ready}\n`)
    .join('');
}

/** The options of a wait, each with the kinds of targets that it is for, where it is not for all. */
function waitOptionsOf(choose: (kinds: readonly string[]) => boolean): OptionTable {
  const chosen = Object.entries(stepOptions.wait).flatMap(([name, option]) => {
    const takers = Object.entries(targetKinds).filter(([, { options }]) =>
      (options as readonly string[]).includes(name),
    );
    const kinds = takers.map(([kind]) => kind);
    if (!choose(kinds)) return [];
    return [[name, kinds.length === 0 ? option : { ...option, summary: `[${kinds.join(', ')}] ${option.summary}` }]];
  });
  return Object.fromEntries(chosen);
}

function heading(usage: string, examples: readonly string[]): string {
  return `${examples.map((example) => `  ${example}\n`).join('')}\nUsage: ${usage}\n\n`;
}

function describeOptions(table: OptionTable): string {
  return Object.values(table)
    .map(
      (option) =>
        `  --${option.flag}${option.placeholder === '' ? '' : ` ${option.placeholder}`}\n      ${option.summary}${describeDefault(option)}.\n`,
    )
    .join('');
}

/** The default of an option, as what follows its summary; empty where it has none worth telling. */
export function describeDefault({ kind, default: preset, format }: Option<unknown>): string {
  if (preset === undefined || kind === 'flag' || kind === 'list') return '';
  return `; default ${kind === 'duration' ? formatDuration(preset as number) : format(preset)}`;
}
