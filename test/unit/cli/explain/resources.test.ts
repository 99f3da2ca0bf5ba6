import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { podSecurity } from '../../../../cli/src/explain/pod-security.ts';
import { type ContainerResources, podResources } from '../../../../cli/src/explain/resources.ts';
import { Fields } from '../../../../cli/src/rehearse/pod/fields.ts';

const container = (
  role: ContainerResources['role'],
  name: string,
  cpu: number,
  limits: Record<string, number> = {},
): ContainerResources => ({ name, role, requests: { cpu, ...limits }, limits });
const bare = new Fields({}, 'Pod a, spec');
const cpu = (containers: readonly ContainerResources[], pod = bare) => podResources(containers, pod).requests[0];

// the table of KEP-753, "Resources calculation"
describe('what the scheduler sets aside', () => {
  it('is the sum of the app when no init container needs more', () => {
    assert.deepEqual(cpu([container('init', 'i', 1), container('app', 'a', 1), container('app', 'b', 1)]), {
      resource: 'cpu',
      amount: 2,
      whileRunning: 2,
      raisedBy: undefined,
    });
  });

  it('is the largest init container when that needs more', () => {
    const found = cpu([container('init', 'small', 1), container('init', 'big', 5), container('app', 'a', 2)]);
    assert.deepEqual([found?.amount, found?.raisedBy], [5, 'big']);
  });

  it('counts a sidecar with the app, and with every init container after it, not before it', () => {
    const found = cpu([
      container('init', 'before', 4),
      container('sidecar', 's', 2),
      container('init', 'after', 3),
      container('app', 'a', 1),
    ]);
    assert.deepEqual([found?.amount, found?.whileRunning, found?.raisedBy], [5, 3, 'after']);
  });

  it('has the overhead of the runtime class on top', () => {
    const pod = new Fields({ overhead: { cpu: '250m' } }, 'Pod a, spec');
    assert.equal(cpu([container('init', 'i', 3), container('app', 'a', 1)], pod)?.amount, 3.25);
  });

  it('is what the pod itself says, where it does', () => {
    const pod = new Fields({ resources: { requests: { cpu: 1 } } }, 'Pod a, spec');
    const found = cpu([container('init', 'i', 3), container('app', 'a', 1)], pod);
    assert.deepEqual([found?.amount, found?.raisedBy], [1, undefined]);
  });
});

describe('the quality of service', () => {
  const both = { cpu: 1, memory: 1 };
  it('is Guaranteed only where every container, init too, has limits that are its requests', () => {
    assert.equal(podResources([container('app', 'a', 1, both)], bare).qos, 'Guaranteed');
    assert.equal(podResources([container('init', 'i', 1), container('app', 'a', 1, both)], bare).qos, 'Burstable');
    const lower = { ...container('app', 'a', 1, both), requests: { cpu: 0.5, memory: 1 } };
    assert.equal(podResources([lower], bare).qos, 'Burstable');
  });

  it('is BestEffort where nobody asks for cpu or memory', () => {
    assert.equal(podResources([{ name: 'a', role: 'app', requests: {}, limits: {} }], bare).qos, 'BestEffort');
  });
});

describe('Pod Security', () => {
  const good = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const verdict = (context: object, more: object = {}, containerMore: object = {}) =>
    podSecurity(
      new Fields(
        {
          containers: [{ name: 'a', image: 'x', securityContext: { ...good, ...context }, ...containerMore }],
          ...more,
        },
        'Pod a, spec',
      ),
    );

  it('admits by restricted what has all that it asks for', () => {
    assert.deepEqual(verdict({}), { level: 'restricted', againstBaseline: [], againstRestricted: [] });
  });

  const restricted: readonly [what: string, context: object, fault: RegExp][] = [
    ['privilege escalation', { allowPrivilegeEscalation: undefined }, /needs allowPrivilegeEscalation: false/],
    ['a root that may be', { runAsNonRoot: undefined }, /needs runAsNonRoot: true/],
    ['user 0', { runAsUser: 0 }, /runs as root/],
    ['no seccomp profile', { seccompProfile: undefined }, /needs seccompProfile/],
    ['capabilities that are kept', { capabilities: {} }, /needs capabilities: {drop: \[ALL\]}/],
    ['a capability too many', { capabilities: { drop: ['ALL'], add: ['CHOWN'] } }, /adds CHOWN/],
  ];
  for (const [what, context, fault] of restricted) {
    it(`admits only by baseline: ${what}`, () => {
      const found = verdict(context);
      assert.equal(found.level, 'baseline');
      assert.match(found.againstRestricted.join('\n'), fault);
    });
  }

  const baseline: readonly [what: string, context: object, pod: object, container: object, fault: RegExp][] = [
    ['a privileged container', { privileged: true }, {}, {}, /a is privileged/],
    ['the network of the node', {}, { hostNetwork: true }, {}, /hostNetwork/],
    ['a folder of the node', {}, { volumes: [{ name: 'v', hostPath: { path: '/' } }] }, {}, /volume v is a hostPath/],
    ['a port of the node', {}, {}, { ports: [{ hostPort: 80 }] }, /hostPort 80/],
    ['a strong capability', { capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }, {}, {}, /adds NET_ADMIN/],
    ['an unsafe sysctl', {}, { securityContext: { sysctls: [{ name: 'kernel.x', value: '1' }] } }, {}, /kernel\.x/],
    ['no confinement', { seccompProfile: { type: 'Unconfined' } }, {}, {}, /seccomp/],
  ];
  for (const [what, context, more, containerMore, fault] of baseline) {
    it(`admits only by privileged: ${what}`, () => {
      const found = verdict(context, more, containerMore);
      assert.equal(found.level, 'privileged');
      assert.match(found.againstBaseline.join('\n'), fault);
    });
  }

  it('takes from the pod what a container leaves open', () => {
    const { securityContext } = { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } };
    assert.equal(
      verdict({ runAsNonRoot: undefined, seccompProfile: undefined }, { securityContext }).level,
      'restricted',
    );
  });

  it('does not admit an image volume by restricted', () => {
    assert.equal(verdict({}, { volumes: [{ name: 'v', image: { reference: 'x' } }] }).level, 'baseline');
  });
});
