// Steps and their options as the flags of the CLI would give them.
import type { InjectOptions } from '../../cli/src/inject/options.ts';
import { parseStep, processOptions, splitWords } from '../../helper/src/contract/index.ts';

/** Options for these steps; everything else as it is when no flag is given. */
export function injectOptions(steps: readonly string[], options: Partial<InjectOptions> = {}): InjectOptions {
  return {
    steps: steps.map((text) => parseStep(splitWords(text))),
    process: {
      logFormat: processOptions.logFormat.default,
      logLevel: processOptions.logLevel.default,
      terminationLog: processOptions.terminationLog.default,
    },
    image: 'greenroom/helper:test',
    name: 'greenroom',
    separate: false,
    secretVariables: [],
    objectMounts: [],
    claim: undefined,
    sizeLimit: undefined,
    position: undefined,
    containers: [],
    ...options,
  };
}
