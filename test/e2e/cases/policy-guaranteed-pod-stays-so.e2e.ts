// greenroom policy and the pod's QoS class: one that was Guaranteed is so with our container in it.
import assert from 'node:assert/strict';
import { minor, onCluster } from '../case.ts';
import { admitted, dropPolicy, pod, securityContext, usePolicy, whyNoPolicy } from '../policy.ts';

const annotations = { 'greenroom.dev/wait': 'dns://db' };

/** A pod of two containers with these resources. */
const withResources = (...both: readonly [object, object]) => {
  const containers = both.map((resources, index) => ({
    name: `app-${index}`,
    image: 'app',
    resources,
    securityContext,
  }));
  return pod(annotations, { containers });
};

onCluster(
  'a Guaranteed pod stays Guaranteed, and no other gets a limit of cpu',
  async (namespace) => {
    try {
      const name = await usePolicy(namespace);
      const look = async (manifest: string) => {
        const { spec, status } = await admitted(namespace, manifest);
        const own = spec.initContainers?.find((one) => one.name === name);
        return { qosClass: status.qosClass, ...own?.resources };
      };
      const exact = { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '2000m', memory: '1Gi' } };
      const small = { limits: { cpu: '250m', memory: '64Mi' } };
      const share = { cpu: '2', memory: '256Mi' };
      assert.deepEqual(await look(withResources(exact, small)), {
        qosClass: 'Guaranteed',
        requests: share,
        limits: share,
      });
      const usual = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } };
      const loose = { limits: { memory: '1Gi' } };
      assert.deepEqual(await look(withResources(exact, loose)), { qosClass: 'Burstable', ...usual });
      assert.deepEqual(await look(withResources({}, {})), { qosClass: 'Burstable', ...usual });
    } finally {
      await dropPolicy(namespace);
    }
  },
  { skip: whyNoPolicy(minor) },
);
