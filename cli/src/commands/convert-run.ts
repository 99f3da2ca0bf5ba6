// What `greenroom convert` does: manifests → manifests; a compose file → commands, or steps in the manifests beside it.
import { joinWords } from '../../../helper/src/contract/index.ts';
import type { Call } from '../command.ts';
import { injectCompose } from '../convert/compose/inject.ts';
import { isCompose, readCompose } from '../convert/compose/read.ts';
import { composeSteps, type ServiceSteps } from '../convert/compose/steps.ts';
import { convert, type Remark } from '../convert/convert.ts';
import type { Common } from '../convert/write.ts';
import { exitCodes } from '../exit-codes.ts';
import { Fault } from '../fault.ts';
import { stepText } from '../inject/container.ts';
import { faultText } from '../render/fault-text.ts';
import { resolveHelperImage } from '../settings.ts';
import { readProcessFlags } from './read-helper-flags.ts';
import { readInputs, type TransformArguments, transformSources } from './transform-inputs.ts';
import { isHelperImage } from './workload-inputs.ts';

type ConvertArguments = TransformArguments & {
  readonly merge: boolean | undefined;
  readonly 'log-format': string | undefined;
  readonly 'log-level': string | undefined;
  readonly 'helper-image': string | undefined;
};

/** Answers the exit code. */
export async function runConvert(call: Call<ConvertArguments>): Promise<number> {
  const { args, shell } = call;
  const { env, folder, version, programName } = shell;
  const image = await resolveHelperImage({ flag: args['helper-image'], env, folder, version });
  const common: Common = {
    image,
    process: readProcessFlags(args),
    separate: false,
    secretVariables: [],
    objectMounts: [],
    claim: undefined,
    sizeLimit: undefined,
  };
  const sources = await readInputs(call);
  // one that merely lies in a folder of manifests is not meant
  const named = new Set([...args.inputs, ...call.rest]);
  const composes = sources.filter(({ name, text }) => named.has(name) && isCompose(text));
  if (composes.length === 0) {
    const remarks: Remark[] = [];
    const options = {
      ...common,
      merge: args.merge === true,
      isHelper: (text: string) => isHelperImage({ image: text }, image),
    };
    return transformSources(call, sources, convert(options, remarks), () => remarksText(programName, remarks));
  }
  const plans = composeSteps(composes.flatMap(({ name, text }) => readCompose(name, text)));
  const manifests = sources.filter((source) => !composes.includes(source));
  if (manifests.length === 0) return printCommands(call, plans);
  const met = new Set<string>();
  return transformSources(call, manifests, injectCompose(plans, common, met), () => {
    const lost = plans.filter(({ service, steps }) => steps.length > 0 && !met.has(service.name));
    return (
      missingText(programName, plans) +
      lost.map(({ service }) => `${service.name}: no object of this name here\n`).join('')
    );
  });
}

/** For each service the command that puts its steps into its manifest. */
function printCommands({ args, shell }: Call<ConvertArguments>, plans: readonly ServiceSteps[]): number {
  const { out, err } = shell.streams;
  for (const flag of ['write', 'check', 'diff', 'only'] as const) {
    if (args[flag] === undefined) continue;
    throw new Fault('usage', `--${flag} is for manifests, and there is a compose file alone`, {
      cure: 'give the manifests as well: convert compose.yaml k8s/',
    });
  }
  out.write(
    plans
      .filter(({ steps }) => steps.length > 0)
      .map(({ service, steps }) => {
        const flags = steps.map((step) => `--wait ${quoted(stepText(step).replace(/^wait /, ''))}`);
        return `${['greenroom inject', '--only', service.name, ...flags].join(' ')} MANIFESTS\n`;
      })
      .join(''),
  );
  err.write(missingText(shell.programName, plans));
  if (plans.length === 0) err.write('no service waits for another\n');
  return exitCodes.success.code;
}

const quoted = (text: string) => joinWords([text]);

/** What is left alone: place, reason, the line itself. */
function remarksText(program: string, remarks: readonly Remark[]): string {
  return remarks
    .map(({ place, container, object, why }) =>
      faultText(program, new Fault('input', `${object}: ${container} is left alone: ${why}`, { place })),
    )
    .join('');
}

function missingText(program: string, plans: readonly ServiceSteps[]): string {
  return plans
    .flatMap(({ service, missing }) =>
      missing.map(({ dependency: { name, place }, why }) =>
        faultText(program, new Fault('input', `${service.name}: ${name} is left alone: ${why}`, { place })),
      ),
    )
    .join('');
}
