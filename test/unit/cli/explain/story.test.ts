import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { storyMermaid } from '../../../../cli/src/explain/mermaid.ts';
import { type Story, tellStory } from '../../../../cli/src/explain/story.ts';
import { storySvg } from '../../../../cli/src/explain/svg.ts';
import { storyText } from '../../../../cli/src/explain/text.ts';
import { readObjects } from '../../../../cli/src/rehearse/pod/documents.ts';
import { readWorkloads } from '../../../../cli/src/rehearse/pod/workload.ts';
import { createStyle } from '../../../../cli/src/rehearse/report/style.ts';
import { root } from '../../../support/read-imports.ts';

const web = readFileSync(join(root, 'test/golden/explain/web.yaml'), 'utf8');
const style = createStyle({ colours: false, columns: 100, env: {} });

function tell(manifest: string): Story {
  const objects = readObjects('a.yaml', manifest);
  const [workload] = readWorkloads(objects, 'default');
  assert.ok(workload);
  const isHelper = ({ image }: { image: string }) => image.startsWith('greenroom/helper');
  return tellStory(workload, objects, isHelper, (text) => parse(text) as unknown, 300_000);
}

/** A pod in flow style: what stands in its spec. */
const pod = (spec: string) => `{kind: Pod, metadata: {name: a}, spec: {${spec}}}`;
const app = 'containers: [{name: app, image: x}]';
const wait = (name: string, more = '') =>
  `{name: ${name}, image: "greenroom/helper:1", args: [wait, "dns://a", --deadline, 1m]${more}}`;

describe('the times of a start', () => {
  it('are a second for each container at best, and the sum of the deadlines at worst', () => {
    const { times } = tell(pod(`initContainers: [${wait('a')}, ${wait('b')}], ${app}`));
    assert.equal(times.bestMs, 2_000);
    assert.equal(times.worstMs, 120_000);
  });

  it('count steps that run together once, and those of a plan one after the other', () => {
    const plan =
      '[{"together": ["wait dns://a --deadline 3m", "wait dns://b --deadline 1m"]}, "wait dns://c --deadline 1m"]';
    const { times } = tell(
      pod(
        `initContainers: [{name: a, image: "greenroom/helper:1", args: [run], env: [{name: GREENROOM_PLAN, value: '${plan}'}]}], ${app}`,
      ),
    );
    assert.equal(times.worstMs, 240_000);
  });

  it('foretell when the kubelet starts it again: at once, then after 10 s, 20 s, 40 s', () => {
    const { times } = tell(pod(`initContainers: [${wait('a')}], ${app}`));
    assert.deepEqual(times.startsMs, [0, 60_000, 130_000, 210_000, 310_000]);
  });

  it('foretell no second start where the pod never restarts, or the container itself', () => {
    assert.deepEqual(tell(pod(`restartPolicy: Never, initContainers: [${wait('a')}], ${app}`)).times.startsMs, []);
    const own = tell(pod(`initContainers: [${wait('a', ', restartPolicy: Never')}], ${app}`));
    assert.deepEqual(own.times.startsMs, []);
    assert.deepEqual(
      own.exits.map(({ effect }) => effect),
      Array(3).fill('the pod is Failed'),
    );
  });

  it('tell exit codes apart where the container has rules for them', () => {
    const rules =
      ', restartPolicy: Never, restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [124]}}]';
    const { exits } = tell(pod(`initContainers: [${wait('a', rules)}], ${app}`));
    assert.deepEqual(
      exits.map(({ code, effect }) => [code, effect]),
      [
        [124, 'started again'],
        [3, 'the pod is Failed'],
        [2, 'the pod is Failed'],
      ],
    );
  });

  it('are not known where an image is not the helper', () => {
    assert.equal(tell(pod(`initContainers: [{name: a, image: x}], ${app}`)).times.worstMs, undefined);
  });

  it('are bounded by what the workload says, and by its default', () => {
    assert.deepEqual(
      tell(web).times.bounds.map(({ name, ms }) => [name, ms]),
      [['progressDeadlineSeconds', 300_000]],
    );
    const bare = web.replace('  progressDeadlineSeconds: 300\n', '');
    assert.equal(tell(bare).times.bounds[0]?.ms, 600_000);
  });
});

describe('the end of a Job', () => {
  const job = (more: string) =>
    storyText(
      tell(
        `{kind: Job, metadata: {name: j}, spec: {backoffLimit: 2, ${more} template: {spec: {restartPolicy: Never, initContainers: [${wait('a')}], ${app}}}}}`,
      ),
      style,
    ).replace(/\s+/g, ' ');

  it('comes after as many pods as it allows', () => {
    assert.match(
      job(''),
      /if a does not succeed, the pod is Failed, and the Job makes another one .*backoffLimit of 2/,
    );
  });

  it('comes at once where its podFailurePolicy says so', () => {
    const policy = 'podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [124]}}]},';
    assert.match(job(policy), /the Job has failed \(PodFailurePolicy\)/);
  });
});

describe('what is handed over', () => {
  const fetches = (mount: string, appMount: string, destination = '/out/f') =>
    tell(
      pod(
        `initContainers: [{name: a, image: "greenroom/helper:1", args: [fetch, "http://x/f", ${destination}], volumeMounts: [${mount}]}],
         containers: [{name: app, image: x, volumeMounts: [${appMount}]}], volumes: [{name: v}, {name: w}]`,
      ),
    ).handOvers[0];

  it('is seen where the other container mounts the volume', () => {
    assert.deepEqual(fetches('{name: v, mountPath: /out}', '{name: v, mountPath: /in, readOnly: true}')?.to, [
      { container: 'app', path: '/in/f', readOnly: true },
    ]);
  });

  it('is found through parts of a volume, on either side', () => {
    assert.equal(
      fetches('{name: v, mountPath: /out, subPath: s}', '{name: v, mountPath: /in}')?.to[0]?.path,
      '/in/s/f',
    );
    assert.equal(
      fetches('{name: v, mountPath: /out}', '{name: v, mountPath: /in/g, subPath: f}')?.to[0]?.path,
      '/in/g',
    );
    assert.deepEqual(fetches('{name: v, mountPath: /out}', '{name: v, mountPath: /in, subPath: other}')?.to, []);
  });

  it('is seen where a part of a folder that is unpacked is mounted', () => {
    const [one] = tell(
      pod(
        `initContainers: [{name: a, image: "greenroom/helper:1", args: [fetch, "http://x/f.tar", /out/site, --unpack], volumeMounts: [{name: v, mountPath: /out}]}],
         containers: [{name: app, image: x, volumeMounts: [{name: v, mountPath: /www, subPath: site/public}, {name: v, mountPath: /b, subPath: other}]}], volumes: [{name: v}]`,
      ),
    ).handOvers;
    assert.deepEqual(one?.to, [{ container: 'app', path: '/www', readOnly: false }]);
  });

  it('has the name of its source in a folder', () => {
    assert.equal(fetches('{name: v, mountPath: /out}', '{name: v, mountPath: /in}', '/out/')?.to[0]?.path, '/in/f');
  });

  it('is seen by nobody outside of a volume, in another one, or under one that lies over it', () => {
    assert.equal(fetches('{name: v, mountPath: /other}', '{name: v, mountPath: /in}')?.volume, undefined);
    assert.deepEqual(fetches('{name: v, mountPath: /out}', '{name: w, mountPath: /in}')?.to, []);
    const covered = '{name: v, mountPath: /in}, {name: w, mountPath: /in/f}';
    assert.deepEqual(fetches('{name: v, mountPath: /out}', covered)?.to, []);
  });
});

describe('the story as text', () => {
  it('says order, files, times, requests and verdict', () => {
    const text = storyText(tell(web), style);
    for (const line of [
      /^Deployment web in namespace shop, 3 pods$/m,
      /1\. proxy {7}native sidecar .* once its startup\n +probe has passed/,
      /2\. wait {8}wait tcp:\/\/db:5432 http:\/\/api\/health --deadline 2m/,
      /install {8}\/www\/index\.html -> volume www -> nginx at \/usr\/share\/nginx\/html\/index\.html$/m,
      /at worst {7}4m, /,
      /bounded by {5}progressDeadlineSeconds 5m/,
      /cpu {12}160m: .*the init containers are free/,
      /memory {9}576Mi: install raises it from 224Mi/,
      /admitted by restricted/,
    ]) {
      assert.match(text, line);
    }
  });

  it('fits the terminal', () => {
    const narrow = createStyle({ colours: false, columns: 72, env: {} });
    const long = storyText(tell(web), narrow)
      .split('\n')
      .filter((line) => line.length > 72);
    assert.deepEqual(
      long.filter((line) => !line.includes('http')),
      [],
    );
  });

  it('names what is wrong with a file', () => {
    const text = storyText(tell(web.replace('mountPath: /www}', 'mountPath: /elsewhere}')), style);
    assert.match(text, /\/www\/index\.html: lies in no volume/);
  });
});

describe('the story as a picture', () => {
  const nasty = web.replace('tcp://db:5432', 'http://a/?x=1&y="<b>"').replaceAll('example.org/metrics:1', 'a&b');

  it('is an SVG whose every tag is closed, with everything foreign escaped', () => {
    const svg = storySvg(tell(nasty));
    const open: string[] = [];
    for (const [tag, slash, name, , selfClosed] of svg.matchAll(/<(\/?)([a-z]+)((?:\s[^<>]*?)?)(\/?)>/g)) {
      if (slash) assert.equal(open.pop(), name, tag);
      else if (!selfClosed) open.push(name ?? '');
    }
    assert.deepEqual(open, []);
    assert.doesNotMatch(svg.replace(/<style>.*<\/style>/, ''), /&(?!(amp|lt|gt|quot);)/);
    assert.ok(!svg.includes('<b>'));
    assert.doesNotMatch(svg, /(href|src|url)=?["(]https?:/);
  });

  it('shows no values of queries', () => {
    const secret = web
      .replace('org/theme.css', 'org/theme.css?token=hunter2')
      .replace('http://api/health', 'http://api/health?key=hunter2');
    assert.ok(secret.split('hunter2').length === 3);
    assert.ok(!storySvg(tell(secret)).includes('hunter2'));
    assert.ok(!storyMermaid(tell(secret)).includes('hunter2'));
  });

  it('has a box for every container, and one way for the files that go the same way', () => {
    const svg = storySvg(tell(web));
    for (const name of ['proxy', 'wait', 'install', 'nginx', 'metrics'])
      assert.ok(svg.includes(`>${name}</text>`), name);
    assert.equal([...svg.matchAll(/class="path"/g)].length, 1);
    assert.match(svg, /\/www\/index\.html, \/www\/theme\.css {2}\(volume www\)/);
  });

  it('is a Mermaid flowchart in which no text can end its own quotes', () => {
    const chart = storyMermaid(tell(nasty));
    assert.match(chart, /^flowchart LR\n/);
    for (const line of chart.split('\n')) assert.equal([...line.matchAll(/"/g)].length % 2, 0, line);
    assert.match(chart, /c0 -->\|started\| c1\n {2}c1 -->\|exit 0\| c2\n {2}c2 -->\|exit 0\| c3 & c4/);
    assert.match(chart, /c2 -\.->\|"index\.html"\| v0/);
  });
});
