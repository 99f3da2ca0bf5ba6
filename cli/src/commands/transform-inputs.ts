// What inject and uninject do with their inputs: read all, change all, then print or write all, or nothing.
import type { Call } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Fault } from '../fault.ts';
import { type Selection, type Transformer, transformFile } from '../inject/transform.ts';
import { joinStreams } from '../manifest/join.ts';
import { readSources, type Source } from '../manifest/read.ts';
import { podPaths } from '../manifest/workload.ts';
import { writeFiles } from '../manifest/write.ts';
import type { ChangedText, OutputForm } from '../patch/output.ts';
import { diffText } from '../render/diff-text.ts';
import { reportText } from '../render/report-text.ts';

export type TransformArguments = {
  readonly inputs: readonly string[];
  readonly only: readonly string[] | undefined;
  readonly write: boolean | undefined;
  readonly check: boolean | undefined;
  readonly diff: boolean | undefined;
  readonly output?: 'yaml' | OutputForm;
  /** Keys of a chart's values. */
  readonly values?: string | undefined;
};

/** Runs a transformer over the inputs and answers the exit code. */
export async function transformInputs(call: Call<TransformArguments>, transformer: Transformer): Promise<number> {
  return transformSources(call, await readInputs(call), transformer);
}

/** All inputs; a fault where the flags do not fit them. */
export async function readInputs({ args, rest, shell }: Call<TransformArguments>): Promise<Source[]> {
  const inputs = [...args.inputs, ...rest];
  if (args.check === true && args.write === true)
    throw new Fault('usage', '--check changes nothing, --write does: say one of them');
  if (args.write === true && inputs.includes('-')) throw new Fault('usage', '--write cannot change standard input');
  return readSources(inputs, shell.folder, shell.streams.in);
}

/**
 * Runs a transformer over what was read and answers the exit code.
 * @param remarks what is said behind the verdicts
 */
export async function transformSources(
  { args, shell }: Call<TransformArguments>,
  sources: readonly Source[],
  transformer: Transformer,
  remarks: () => string = () => '',
): Promise<number> {
  const { out, err } = shell.streams;
  const form = readForm(args);
  const { selection, requireMet } = selectObjects(args.only ?? []);
  const results = sources.map((source) => ({
    ...source,
    ...transformFile(source.name, source.text, selection, transformer),
    before: source.text,
  }));
  const verdicts = results.flatMap((result) => result.verdicts);
  requireMet();
  if (verdicts.every(({ outcome }) => outcome === 'skipped')) {
    err.write(reportText(verdicts));
    throw new Fault('input', 'there is no pod to work on in any input', {
      cure: `pods are in ${Object.keys(podPaths).join(', ')}`,
    });
  }

  const changed = results.filter(({ before, text }) => before !== text);
  const formed = form === undefined ? undefined : await form(results);
  if (args.write === true)
    await writeFiles(changed.flatMap(({ path, text }) => (path === undefined ? [] : [{ path, text }])));
  if (formed !== undefined) out.write(formed);
  else if (args.diff === true)
    out.write(changed.map(({ name, before, text }) => diffText(name, before, text)).join(''));
  else if (args.write !== true && args.check !== true) out.write(joinStreams(results.map(({ text }) => text)));
  err.write(reportText(verdicts) + remarks());
  return args.check === true && changed.length > 0 ? exitCodes.different.code : exitCodes.success.code;
}

/** Another form of output than the manifests as they are written, if one is asked for. */
function readForm(args: TransformArguments): ((files: readonly ChangedText[]) => Promise<string>) | undefined {
  const { output = 'yaml', values } = args;
  if (output === 'yaml' && values === undefined) return undefined;
  const flag = values === undefined ? `-o ${output}` : '--values';
  const other = (['write', 'check', 'diff'] as const).find((name) => args[name] === true);
  if (other !== undefined) throw new Fault('usage', `${flag} prints something else than --${other}: say one of them`);
  if (output !== 'yaml' && values !== undefined)
    throw new Fault('usage', '--values has a form of its own: leave -o out');
  return async (files) => {
    const { formatOutput, formatValues, readValuePaths } = await import('../patch/output.ts');
    return values === undefined
      ? formatOutput(output as OutputForm, files)
      : formatValues(readValuePaths(values), files);
  };
}

/** `deployment/my-app`, a kind, or a name; each must be met by some object. */
export function selectObjects(only: readonly string[]): { selection: Selection; requireMet: () => void } {
  if (only.length === 0) return { selection: () => true, requireMet: () => {} };
  const unmet = new Set(only);
  const seen = new Set<string>();
  const selection: Selection = (kind, name) => {
    seen.add(`${kind}/${name}`);
    const met = only.filter((text) => {
      const [first = '', second] = text.split('/');
      const isKind = (word: string) => word.toLowerCase() === kind.toLowerCase();
      return second === undefined ? isKind(first) || first === name : isKind(first) && second === name;
    });
    for (const text of met) unmet.delete(text);
    return met.length > 0;
  };
  const requireMet = () => {
    const [text] = unmet;
    if (text === undefined) return;
    const some = [...seen].slice(0, 10).join(', ');
    throw new Fault('input', `--only: no pod belongs to ${text}`, {
      cure: some === '' ? 'there is no pod in any input' : `there is ${some}${seen.size > 10 ? ' …' : ''}`,
    });
  };
  return { selection, requireMet };
}
