// greenroom policy beside what else changes pods: our container is there once, and behind the proxy that came later.
import assert from 'node:assert/strict';
import { minor, onCluster, patienceMs } from '../case.ts';
import { admitted, dropPolicy, pod, usePolicy, whyNoPolicy } from '../policy.ts';

// stands for a mesh's webhook; of policies, too, those that ran before are asked again
const mesh = (name: string, label: string) => `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: { name: ${name} }
spec:
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  matchConditions: [{ name: mesh, expression: "has(object.metadata.annotations) && 'test/mesh' in object.metadata.annotations" }]
  mutations:
  - patchType: JSONPatch
    jsonPatch:
      expression: >-
        (has(object.spec.initContainers) ? [] : [JSONPatch{op: 'add', path: '/spec/initContainers', value: []}])
        + [JSONPatch{op: 'add', path: '/spec/initContainers/-',
          value: Object.spec.initContainers{name: 'istio-proxy', image: 'proxy', restartPolicy: 'Always'}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: { name: ${name} }
spec:
  policyName: ${name}
  matchResources: { namespaceSelector: { matchLabels: { greenroom.test/policy: ${label} } } }
`;

onCluster(
  'after another changed the pod, the init container is there once, behind the proxy, with the token for the API',
  async (namespace) => {
    const wait = { 'greenroom.dev/wait': 'dns://db' };
    const names = async (annotations: Readonly<Record<string, string>>, spec?: object) =>
      (await admitted(namespace, pod(annotations, spec))).spec.initContainers?.map(({ name }) => name);
    const own = `policy-${namespace.name.slice(-6)}`;
    // one that comes before ours by its name, and one behind
    const meshes = [`a-${own}`, `z-${own}`];
    try {
      const name = await usePolicy(namespace);
      for (const [index, one] of meshes.entries()) {
        await namespace.apply(mesh(one, own));
        const endMs = performance.now() + patienceMs;
        while (!(await names({ 'test/mesh': 'yes' }))?.includes('istio-proxy')) {
          assert.ok(performance.now() < endMs, 'the mesh has come into force');
        }
        assert.deepEqual(await names({ ...wait, 'test/mesh': 'yes' }), ['istio-proxy', name], `mesh ${index + 1}`);
        await namespace.kubectl('delete', 'mutatingadmissionpolicybinding', one);
        while ((await names({ 'test/mesh': 'yes' })) !== undefined) {
          assert.ok(performance.now() < endMs, 'the mesh is gone');
        }
      }
      const there = {
        initContainers: [
          { name: 'migrate', image: 'x' },
          { name, image: 'x' },
        ],
      };
      assert.deepEqual(await names(wait, there), [name, 'migrate'], 'one that is there is only put in its place');

      const { spec } = await admitted(namespace, pod({ 'greenroom.dev/wait': 'k8s://job/migrate' }));
      const [init] = spec.initContainers ?? [];
      assert.deepEqual(
        init?.volumeMounts?.map(({ mountPath }) => mountPath),
        ['/var/run/secrets/kubernetes.io/serviceaccount'],
      );
      assert.deepEqual(await names({ other: 'yes' }), undefined, 'a pod that asks for nothing gets nothing');
    } finally {
      for (const one of meshes) {
        await namespace.kubectl('delete', 'mutatingadmissionpolicybinding', one, '--ignore-not-found');
        await namespace.kubectl('delete', 'mutatingadmissionpolicy', one, '--ignore-not-found');
      }
      await dropPolicy(namespace);
    }
  },
  { skip: whyNoPolicy(minor) },
);
