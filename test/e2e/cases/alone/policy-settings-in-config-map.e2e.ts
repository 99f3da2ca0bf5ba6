// greenroom policy --config-map: settings that change without the policy, read by paramKind. Alone, for an API server
// that has once seen the last of such bindings go reads no ConfigMap for policies any more (kubernetes#130887).
import assert from 'node:assert/strict';
import { minor, onCluster, patienceMs } from '../../case.ts';
import { restartApiServer } from '../../node.ts';
import { admitted, dropPolicy, pod, usePolicy, whyNoPolicy } from '../../policy.ts';

onCluster(
  'settings in a ConfigMap count for pods that are made after a change, and a lost one is said',
  async (namespace) => {
    // the cluster that was kept may have run this before
    if ((process.env.KEEP ?? '') !== '') {
      await restartApiServer();
      namespace.watchAgain();
    }
    const asking = pod({ 'greenroom.dev/wait': 'dns://db' }, { initContainers: [{ name: 'other', image: 'x' }] });
    const endMs = performance.now() + patienceMs;
    const until = async (what: string, isSo: () => Promise<boolean>) => {
      while (!(await isSo())) assert.ok(performance.now() < endMs, what);
    };
    const inits = async () => (await admitted(namespace, asking)).spec.initContainers ?? [];
    try {
      const name = await usePolicy(namespace, '--config-map', namespace.name, '--deadline', '10m');
      const [first] = await inits();
      assert.equal(first?.name, name);
      assert.deepEqual(first?.env?.at(-1), { name: 'GREENROOM_DEADLINE', value: '10m' });

      const set = (data: object) =>
        namespace.kubectl('patch', 'configmap', name, '--type=merge', `--patch=${JSON.stringify({ data })}`);
      await set({ position: 'last', image: 'elsewhere/helper:2' });
      await until('the new position counts', async () => (await inits()).at(-1)?.name === name);
      assert.equal((await inits()).at(-1)?.image, 'elsewhere/helper:2');

      const said = async () => (await namespace.tryDry(asking)).stderr;
      await set({ position: 'frist' });
      await until('a faulty position is said', async () =>
        /position that is one of after-mesh, first/.test(await said()),
      );
      await namespace.kubectl('delete', 'configmap', name);
      await until('a lost one is said', async () =>
        (await said()).includes(`ConfigMap ${namespace.name}/${name} must be there`),
      );
      assert.equal((await namespace.tryDry(pod({}))).code, 0, 'who asks for nothing is not concerned');
    } finally {
      await dropPolicy(namespace);
    }
  },
  { skip: whyNoPolicy(minor) },
);
