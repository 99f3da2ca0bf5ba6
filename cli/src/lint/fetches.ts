// What init containers fetch, and the mount and volume that each file goes to. Pure.
import { posix } from 'node:path';
import { type FetchStep, fetchesMany } from '../../../helper/src/contract/index.ts';
import { stepsOf } from './helper-steps.ts';
import { type Container, initContainers, type Mount, mountOf, type Volume } from './pod.ts';
import type { Value } from './value.ts';
import type { LintObject, World } from './world.ts';

export interface PlacedFetch {
  readonly container: Container;
  readonly step: FetchStep;
  /** The path of the file itself. */
  readonly destination: string;
  /** Whether a folder shall appear there: unpacked, or of many files. */
  readonly isFolder: boolean;
  readonly mount: Mount | undefined;
  readonly volume: Volume | undefined;
  readonly at: Value;
  /** Whether another step of the same container reads it. */
  readonly readAgain: boolean;
}

export function fetchesOf(object: LintObject, world: World): PlacedFetch[] {
  const { pod } = object;
  if (pod === undefined) return [];
  return initContainers(pod).flatMap((container) => {
    const steps = stepsOf(container, object, world);
    return steps.flatMap(({ step, placeOf }): PlacedFetch[] => {
      if (step.kind !== 'fetch') return [];
      const inFolder = step.destination.endsWith('/');
      const name = inFolder ? posix.basename(new URL(step.source).pathname) : '';
      const destination = posix.join(step.destination, name).replace(/(?<=.)\/$/, '');
      const mount = mountOf(destination, container.mounts);
      const volume = pod.volumes.find((each) => each.name === mount?.volume);
      const readAgain = steps.some((other) => other.step !== step && JSON.stringify(other.step).includes(destination));
      const isFolder = step.options.unpack || fetchesMany(step.source, step.options);
      return [{ container, step, destination, isFolder, mount, volume, readAgain, at: placeOf(step.destination) }];
    });
  });
}
