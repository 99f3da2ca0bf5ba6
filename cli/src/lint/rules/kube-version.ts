// Fields of init containers that the version of Kubernetes asked for does not know.
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';

// the first version in which the feature gate is on by default
// https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
const sidecarsSince = 29;
const restartRulesSince = 35;

export const kubeVersion: Rule = {
  id: 'kube-version',
  severity: 'error',
  reason:
    'Native sidecars (`restartPolicy: Always` on an init container) are on from Kubernetes 1.29, the other values and `restartPolicyRules` from 1.35; an older API server refuses them. This is checked when `--kube-version` is given. `restartPolicyRules` without a `restartPolicy` of the container is refused by every version.',
  cure: 'Leave the field out for older clusters: the helper retries by itself.',
  example: {
    bad: `    restartPolicyRules:
    - action: Restart
      exitCodes: {operator: In, values: [124]}`,
    good: `    restartPolicy: Never
    restartPolicyRules:
    - action: Restart
      exitCodes: {operator: In, values: [124]}`,
  },
  *check({ pod }, { settings: { kubeMinor } }) {
    for (const { value, name } of pod === undefined ? [] : initContainers(pod)) {
      const policy = value.get('restartPolicy');
      const rules = value.get('restartPolicyRules');
      if (rules !== undefined && policy === undefined) {
        const at = value.keyOf('restartPolicyRules');
        yield {
          at,
          message: `init container ${name} has restartPolicyRules and no restartPolicy`,
          cure: 'write the restartPolicy, too',
        };
      }
      if (kubeMinor === undefined) continue;
      const since = policy?.text === 'Always' ? sidecarsSince : restartRulesSince;
      const at =
        policy === undefined && rules === undefined
          ? undefined
          : value.keyOf(policy === undefined ? 'restartPolicyRules' : 'restartPolicy');
      if (at === undefined || kubeMinor >= since) continue;
      const what = policy === undefined ? 'restartPolicyRules' : `restartPolicy: ${policy.text}`;
      yield {
        at,
        message: `init container ${name} has ${what}, which Kubernetes 1.${kubeMinor} does not take by default: 1.${since} does`,
      };
    }
  },
};
