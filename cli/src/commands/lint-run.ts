// What `greenroom lint` does: reads all inputs, lints them as one application, prints, mends where it is asked to.
import { suggest } from '../../../helper/src/contract/index.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Fault } from '../fault.ts';
import { fixInputs } from '../lint/fix.ts';
import { lint } from '../lint/lint.ts';
import { reportJson } from '../lint/report-json.ts';
import { reportSarif } from '../lint/report-sarif.ts';
import { reportText, sumText } from '../lint/report-text.ts';
import { isAtLeast, type Rule, type Severity, severities } from '../lint/rule.ts';
import { rules as allRules } from '../lint/rules/index.ts';
import { rulesText } from '../lint/rules-text.ts';
import type { LintSettings } from '../lint/world.ts';
import { readSources, type Source } from '../manifest/read.ts';
import { writeFiles } from '../manifest/write.ts';
import { diffText } from '../render/diff-text.ts';
import { resolveHelperImage } from '../settings.ts';
import { isHelperImage, parseData, readDurationFlag } from './workload-inputs.ts';

export interface LintArguments {
  readonly inputs: readonly string[] | undefined;
  readonly rule: readonly string[] | undefined;
  readonly skip: readonly string[] | undefined;
  readonly level: Severity | undefined;
  readonly 'kube-version': string | undefined;
  readonly 'helm-timeout': string | undefined;
  readonly 'helper-image': string | undefined;
  readonly 'fail-on': Severity;
  readonly output: 'text' | 'json' | 'sarif';
  readonly fix: boolean | undefined;
  readonly diff: boolean | undefined;
  readonly rules: boolean | undefined;
}

/** Answers the exit code. */
export async function runLint({ args, rest, shell }: Call<LintArguments>): Promise<number> {
  const { out, err } = shell.streams;
  const rules = chooseRules(args.rule, args.skip);
  if (args.rules === true) {
    out.write(rulesText(rules));
    return exitCodes.success.code;
  }
  const inputs = [...(args.inputs ?? []), ...rest];
  if (inputs.length === 0)
    throw new Fault('usage', 'lint: takes INPUTS...', { cure: 'lint --help shows how it is used' });
  if (args.fix === true && args.diff === true)
    throw new Fault('usage', '--diff changes nothing, --fix does: say one of them');
  if (args.fix === true && inputs.includes('-')) {
    throw new Fault('usage', '--fix cannot change standard input', { cure: 'lint --diff shows what it would change' });
  }
  const settings = await readSettings(args, shell);

  let sources: readonly Source[] = await readSources(inputs, shell.folder, shell.streams.in);
  let result = lint(sources, settings, rules);
  if (result.objects === 0) throw new Fault('input', 'there is no Kubernetes object in any input');
  if (args.fix === true || args.diff === true) {
    const fixed = fixInputs(sources, result.findings, settings, rules);
    if (args.diff === true) {
      out.write(fixed.map(({ name, before, text }) => diffText(name, before, text)).join(''));
      return fixed.some(({ count }) => count > 0) ? exitCodes.different.code : exitCodes.success.code;
    }
    const texts = new Map(fixed.map(({ name, text }) => [name, text]));
    const changed = sources.filter(({ name, text }) => texts.get(name) !== text);
    sources = sources.map((source) => ({ ...source, text: texts.get(source.name) ?? source.text }));
    await writeFiles(
      changed.flatMap(({ path, name }) => (path === undefined ? [] : [{ path, text: texts.get(name) ?? '' }])),
    );
    const count = fixed.reduce((sum, each) => sum + each.count, 0);
    err.write(`${count} fixed in ${changed.length} file${changed.length === 1 ? '' : 's'}\n`);
    result = lint(sources, settings, rules);
  }

  const open = result.findings.filter(({ ignored }) => ignored === undefined);
  const failOn = args['fail-on'];
  const level = args.level ?? leastOf(args.rule === undefined ? 'warning' : 'info', failOn);
  const shown = open.filter(({ severity }) => isAtLeast(severity, level));
  switch (args.output) {
    case 'json':
      out.write(reportJson(shown, result));
      break;
    case 'sarif': {
      const kept = result.findings.filter(({ severity }) => isAtLeast(severity, level));
      out.write(reportSarif(kept, rules, shell.version));
      break;
    }
    case 'text':
      out.write(reportText(shown));
      err.write(
        `${shown.length === 0 ? '' : '\n'}${sumText(shown, result, open.length - shown.length, result.findings.length - open.length)}`,
      );
  }
  const isBad = open.some(({ severity }) => isAtLeast(severity, failOn));
  return isBad ? exitCodes.different.code : exitCodes.success.code;
}

const leastOf = (a: Severity, b: Severity): Severity => (severities.indexOf(a) < severities.indexOf(b) ? a : b);

function chooseRules(only: readonly string[] | undefined, skip: readonly string[] | undefined): Rule[] {
  const ids = allRules.map(({ id }) => id);
  for (const [flag, names] of [
    ['--rule', only],
    ['--skip', skip],
  ] as const) {
    for (const name of names ?? []) {
      if (ids.includes(name)) continue;
      const nearest = suggest(name, ids);
      const each = name.split(',').map((one) => `${flag} ${one.trim()}`);
      throw new Fault('usage', `${flag}: there is no rule ${JSON.stringify(name)}`, {
        cure:
          each.length > 1
            ? `say ${each.join(' ')}`
            : nearest === undefined
              ? 'lint --rules lists them'
              : `did you mean ${nearest}?`,
      });
    }
  }
  return allRules.filter(({ id }) => (only === undefined || only.includes(id)) && skip?.includes(id) !== true);
}

async function readSettings(args: LintArguments, shell: Call['shell']): Promise<LintSettings> {
  const { env, folder, version } = shell;
  const image = await resolveHelperImage({ flag: args['helper-image'], env, folder, version });
  const helm = args['helm-timeout'];
  const given = args['kube-version'];
  const [, minor] = /^v?1\.(\d{1,3})(?:\..*)?$/.exec(given ?? '') ?? [];
  if (given !== undefined && minor === undefined) {
    throw new Fault('usage', `--kube-version: ${JSON.stringify(given)} is no version such as 1.34`);
  }
  return {
    isHelper: (text) => isHelperImage({ image: text }, image),
    kubeMinor: minor === undefined ? undefined : Number(minor),
    helmTimeoutMs: helm === undefined ? undefined : readDurationFlag('lint', 'helm-timeout', helm),
    parseData,
  };
}
