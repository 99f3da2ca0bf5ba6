// What the helper's parts of a pod are called, so that they are known again though a tool dropped every comment. Pure.
import { stepKinds } from '../../../helper/src/contract/index.ts';

/** What the helper's parts are called in a pod. */
export interface Names {
  /** `greenroom`, unless the user said otherwise. */
  readonly base: string;
}

/** What volumes come with the helper for: a folder of files, a Secret, a ConfigMap, a claim (of a cache), a token for the API. */
const volumePurposes = ['at', 'secret', 'configmap', 'claim', 'token'] as const;

export type VolumePurpose = (typeof volumePurposes)[number];

export const ownContainerName = ({ base }: Names, step?: { number: number; kind: string }): string =>
  step === undefined ? base : `${base}-${step.number}-${step.kind}`;

export const ownVolumeName = ({ base }: Names, what: VolumePurpose, rest: string): string => `${base}-${what}-${rest}`;

/** Whether a container is called as the helper's are. */
export function isOwnContainerName({ base }: Names, name: string | undefined): boolean {
  if (name === base) return true;
  const rest = name?.startsWith(`${base}-`) ? name.slice(base.length + 1) : '';
  return new RegExp(`^[1-9]\\d*-(?:${stepKinds.join('|')})$`).test(rest);
}

/** Whether a volume is called as those that came with the helper are. */
export function isOwnVolumeName({ base }: Names, name: string | undefined): boolean {
  return name !== undefined && volumePurposes.some((what) => name.startsWith(`${base}-${what}-`));
}
