// Which of the Pod Security Standards admits a pod, and what keeps it from the stricter ones. Pure.
import { type SecurityFault, securityFaults } from '../manifest/pod-security.ts';
import type { Fields } from '../rehearse/pod/fields.ts';

export type SecurityLevel = 'restricted' | 'baseline' | 'privileged';

export interface SecurityVerdict {
  /** The strictest level that admits the pod. */
  readonly level: SecurityLevel;
  /** What baseline forbids, then what restricted does, a sentence each. */
  readonly againstBaseline: readonly string[];
  readonly againstRestricted: readonly string[];
}

export function podSecurity(pod: Fields): SecurityVerdict {
  const all = securityFaults(pod);
  const sentences = (against: SecurityFault['against']) =>
    all.filter((fault) => fault.against === against).map(({ who, what }) => `${who} ${what}`);
  const [againstBaseline, againstRestricted] = [sentences('baseline'), sentences('restricted')];
  const level = againstBaseline.length > 0 ? 'privileged' : againstRestricted.length > 0 ? 'baseline' : 'restricted';
  return { level, againstBaseline, againstRestricted };
}
