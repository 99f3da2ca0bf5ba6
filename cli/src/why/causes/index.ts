// Every cause, in the order in which they are looked for: the first that holds for a pod or container is told.
import type { CauseInfo, PodCause, WorkloadCause } from '../cause.ts';
import * as configuration from './configuration.ts';
import * as ending from './ending.ts';
import { helperFailed, helperUsage } from './helper-failures.ts';
import { imageCauses } from './images.ts';
import * as passing from './passing.ts';
import { refusalCauses } from './refusals.ts';
import * as running from './running.ts';
import * as scheduling from './scheduling.ts';
import * as volumes from './volumes.ts';
import { waitObjectCauses } from './wait-objects.ts';
import { waitCauses } from './waits.ts';
import * as workloads from './workloads.ts';

/** Chapters of the table in the document, by what the causes are about. */
export const podChapters: readonly (readonly [title: string, causes: readonly PodCause[]])[] = [
  [
    'A pod that is over, or shall be',
    [
      ending.finalizer,
      ending.nodeNotReady,
      ending.terminating,
      ending.evicted,
      ending.podDeadline,
      ending.refusedByNode,
    ],
  ],
  [
    'A pod without a node',
    [
      scheduling.schedulingGate,
      volumes.claimAbsent,
      volumes.claimUnbound,
      ...scheduling.byReason,
      scheduling.unschedulable,
      scheduling.noScheduler,
    ],
  ],
  ['An image', [configuration.wrongArchitecture, ...imageCauses]],
  [
    'Configuration and volumes',
    [
      configuration.configMapAbsent,
      configuration.secretAbsent,
      configuration.keyAbsent,
      configuration.runAsRoot,
      configuration.subPath,
      configuration.commandAbsent,
      configuration.containerNotMade,
      volumes.volumeBusy,
      volumes.volumeFails,
      volumes.sandboxFails,
    ],
  ],
  ['A wait', [helperUsage, helperFailed, ...waitCauses, ...waitObjectCauses]],
  [
    'A container that runs and ends',
    [
      ending.podFailed,
      running.outOfMemory,
      running.postStart,
      running.startupProbe,
      running.livenessProbe,
      running.endsByItself,
      running.crashes,
      running.readinessProbe,
      running.readinessGate,
    ],
  ],
];

/** What is looked for only where nothing else was found. */
export const restCauses: readonly PodCause[] = [
  passing.waitGoesOn,
  passing.initRuns,
  passing.pulling,
  passing.preparing,
  scheduling.notScheduledYet,
  passing.starting,
];

export const podCauses: readonly PodCause[] = podChapters.flatMap(([, causes]) => causes);

export const workloadCauses: readonly WorkloadCause[] = [
  workloads.scaledToZero,
  workloads.paused,
  workloads.suspended,
  ...refusalCauses,
  workloads.jobDeadline,
  workloads.jobFailed,
  workloads.jobRetries,
  workloads.noNodeMatches,
  workloads.tooFewPods,
];

/** What somebody wanted so: told where it is asked for by name, and no trouble in a namespace. */
export const wantedCauses: ReadonlySet<string> = new Set(
  [workloads.scaledToZero, workloads.paused, workloads.suspended].map(({ id }) => id),
);

/** As the document lists them. */
export const chapters: readonly (readonly [title: string, causes: readonly CauseInfo[]])[] = [
  ['What makes pods', workloadCauses],
  ...podChapters,
  ['On its way, or unknown', restCauses],
];
