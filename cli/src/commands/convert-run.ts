// What `greenroom convert` does: manifests → manifests; a compose file → commands, or steps in the manifests beside it.
import type { Call } from '../command.ts';
import { type ConvertOptions, convert, type Remark } from '../convert/convert.ts';
import { Fault } from '../fault.ts';
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
  const { env, folder, version } = shell;
  const image = await resolveHelperImage({ flag: args['helper-image'], env, folder, version });
  const options: ConvertOptions = {
    image,
    process: readProcessFlags(args),
    merge: args.merge === true,
    separate: false,
    secretVariables: [],
    objectMounts: [],
    claim: undefined,
    sizeLimit: undefined,
    isHelper: (text) => isHelperImage({ image: text }, image),
  };
  const sources = await readInputs(call);
  const remarks: Remark[] = [];
  return transformSources(call, sources, convert(options, remarks), () => remarksText(shell.programName, remarks));
}

/** What is left alone: place, reason, the line itself. */
function remarksText(program: string, remarks: readonly Remark[]): string {
  return remarks
    .map(({ place, container, object, why }) =>
      faultText(program, new Fault('input', `${object}: ${container} is left alone: ${why}`, { place })),
    )
    .join('');
}
