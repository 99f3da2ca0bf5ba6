// The only door of the helper for the CLI: what the CLI writes, the helper reads.

export { describeByteSize, formatByteSize, parseByteSize } from '../core/byte-size.ts';
export { describeDuration, formatDuration, parseDuration } from '../core/duration.ts';
export { exitCodes } from '../core/exit-codes.ts';
export { asFailure, Failure } from '../core/failure.ts';
export { failureCodes } from '../core/failure-codes.ts';
export { redactUrl } from '../core/redact.ts';
export { suggest } from '../core/suggest.ts';
export { fetchesMany } from './check-fetch.ts';
export { formatArgs, type HelperCommand, parseArgs } from './command.ts';
export { type Environment, otherVariables, variableOf } from './environment.ts';
export { type FetchOptions, fetchOptions } from './fetch-options.ts';
export { guardsOf } from './guard.ts';
export { describeDefault } from './help.ts';
export { k8sResource } from './k8s-resources.ts';
export type { Option, OptionTable } from './option.ts';
export { formatPlan, type Plan, parsePlan, type Together } from './plan.ts';
export { type ProcessOptions, processOptions } from './process-options.ts';
export { moveSourcePath, sourceSchemes } from './source.ts';
export { type FetchStep, formatStep, parseStep, type Step, stepKinds, stepOptions, type WaitStep } from './step.ts';
export { moveTargetPath, parseTarget, type Target, targetSchemes } from './target.ts';
export { type TargetKindDescription, targetKinds } from './target-kinds.ts';
export { formatTermination, parseTermination, type Termination } from './termination.ts';
export { type WaitOptions, waitOptions } from './wait-options.ts';
export { joinWords, splitWords } from './words.ts';
