// helper/README.md is the helper's contract: its tables are the code's.
import { test } from 'node:test';
import { otherVariables, variableOf } from '../../helper/src/contract/environment.ts';
import type { Option, OptionTable } from '../../helper/src/contract/option.ts';
import { processOptions } from '../../helper/src/contract/process-options.ts';
import { exitCodes } from '../../helper/src/core/exit-codes.ts';
import { failureCodes } from '../../helper/src/core/failure-codes.ts';
import { assertSection, markdownTable } from '../support/generated-section.ts';

const document = 'helper/README.md';

function optionRows(table: OptionTable): string[][] {
  return Object.values(table).map((option: Option<unknown>) => [
    `\`--${option.flag}${option.placeholder === '' ? '' : ` ${option.placeholder}`}\``,
    `\`${variableOf(option)}\``,
    option.default === undefined || option.kind === 'flag' || option.kind === 'list'
      ? ''
      : `\`${option.format(option.default)}\``,
    `${option.summary}.`,
  ]);
}

test('the exit codes are those of the code', () => {
  const rows = Object.values(exitCodes).map(({ code, sentence, worthRestarting }) => [
    `\`${code}\``,
    sentence,
    code === 0 ? '' : worthRestarting ? 'yes' : 'no',
  ]);
  assertSection(document, 'exit codes', markdownTable(['code', 'meaning', 'worth another start'], rows));
});

test('the failure codes are those of the code', () => {
  const rows = Object.entries(failureCodes).map(([name, { exit, retryable, sentence }]) => [
    `\`${name}\``,
    sentence,
    retryable ? 'yes' : 'no',
    String(exitCodes[exit].code),
  ]);
  const head = ['code', 'meaning', 'tried again', 'exit code where it ends the run'];
  assertSection(document, 'failure codes', markdownTable(head, rows));
});

test('the options of the process are those of the code', () => {
  assertSection(
    document,
    'process options',
    markdownTable(['option', 'variable', 'default', 'meaning'], optionRows(processOptions)),
  );
});

test('the other variables are those of the code', () => {
  const meaning: Record<keyof typeof otherVariables, string> = {
    plan: 'The plan of `run`, in YAML or JSON.',
    resolvConf:
      'A file that is read in place of `/etc/resolv.conf`; `nameserver` may name a port there (`127.0.0.1:5353`).',
    hostsFile: 'A file that is read in place of `/etc/hosts`.',
    connectTo:
      'Connections that go elsewhere: `10.96.0.7:80=127.0.0.1:41234`, several separated by spaces. `greenroom rehearse` uses it.',
    serviceAccount:
      'A folder that is read in place of `/var/run/secrets/kubernetes.io/serviceaccount`: `token`, `ca.crt`, `namespace`.',
  };
  const rows = Object.entries(otherVariables).map(([key, name]) => [
    `\`${name}\``,
    meaning[key as keyof typeof otherVariables],
  ]);
  assertSection(document, 'other variables', markdownTable(['variable', 'meaning'], rows));
});
