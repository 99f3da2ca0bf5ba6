// Every rule, in the order of the documents: what cannot work, what will surprise, what could be better.
import type { Rule } from '../rule.ts';
import { activeDeadline } from './active-deadline.ts';
import { dnsOfService } from './dns-of-service.ts';
import { endlessLoop } from './endless-loop.ts';
import { fetchNoVolume } from './fetch-no-volume.ts';
import { fetchOntoMount } from './fetch-onto-mount.ts';
import { fetchReadOnly } from './fetch-read-only.ts';
import { fetchUnseen } from './fetch-unseen.ts';
import { fileMode } from './file-mode.ts';
import { helperArgs } from './helper-args.ts';
import { imageDigest } from './image-digest.ts';
import { imageTag } from './image-tag.ts';
import { initProbe } from './init-probe.ts';
import { initRequest } from './init-request.ts';
import { kubeVersion } from './kube-version.ts';
import { lintIgnore } from './lint-ignore.ts';
import { memoryVolume } from './memory-volume.ts';
import { meshOrder } from './mesh-order.ts';
import { noDeadline } from './no-deadline.ts';
import { noResources } from './no-resources.ts';
import { noRetry } from './no-retry.ts';
import { ownService } from './own-service.ts';
import { podRestartPolicy } from './pod-restart-policy.ts';
import { podSecurity } from './pod-security.ts';
import { secretInArgs } from './secret-in-args.ts';
import { sizeLimit } from './size-limit.ts';
import { stringValue } from './string-value.ts';
import { waitBudget } from './wait-budget.ts';
import { waitCycle } from './wait-cycle.ts';

export const rules: readonly Rule[] = [
  helperArgs,
  ownService,
  waitCycle,
  fetchNoVolume,
  fetchReadOnly,
  fetchOntoMount,
  initProbe,
  activeDeadline,
  podRestartPolicy,
  stringValue,
  fileMode,
  kubeVersion,
  lintIgnore,
  waitBudget,
  meshOrder,
  fetchUnseen,
  memoryVolume,
  sizeLimit,
  endlessLoop,
  noDeadline,
  noRetry,
  secretInArgs,
  imageTag,
  dnsOfService,
  imageDigest,
  initRequest,
  noResources,
  podSecurity,
];
