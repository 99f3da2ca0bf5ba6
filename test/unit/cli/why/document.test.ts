// cli/why.md: its causes are those of the code, its examples what the command prints.
import { test } from 'node:test';
import { createStyle } from '../../../../cli/src/rehearse/report/style.ts';
import { chapters } from '../../../../cli/src/why/causes/index.ts';
import { type Attempts, drawCourse, noteAttempts } from '../../../../cli/src/why/course.ts';
import type { Pod } from '../../../../cli/src/why/kube/objects.ts';
import { viewPod } from '../../../../cli/src/why/pod-view.ts';
import { readSnapshot } from '../../../../cli/src/why/read-snapshot.ts';
import { answerText } from '../../../../cli/src/why/report/text.ts';
import { assertSection, markdownTable } from '../../../support/generated-section.ts';
import { answersFor } from './answers-for.ts';
import { ago, clusterOf, now } from './cluster-of.ts';
import { ended, event, helperWaits, pod, running, service } from './objects.ts';

const document = 'cli/why.md';
const style = createStyle({ colours: false, columns: 100, env: { LANG: 'C.UTF-8' } });

test('the causes in the document are those of the code', () => {
  const outlooks = { passing: 'passes', open: 'open', final: 'for good' };
  const tables = chapters.map(([title, causes]) => {
    const rows = causes.map(({ id, what, cure, outlook }) => [`\`${id}\``, what, cure, outlooks[outlook]]);
    return `### ${title}\n\n${markdownTable(['cause', 'what is wrong', 'what to do', ''], rows)}`;
  });
  assertSection(document, 'causes', tables.join('\n\n'));
});

test('the example in the document is what the command prints', async () => {
  const waits = pod({ name: 'web-0', initSpec: helperWaits('tcp://db:5432'), init: { ...running(130) } });
  const db = pod({
    name: 'db-0',
    metadata: { labels: { app: 'db' } },
    phase: 'Running',
    app: {
      restartCount: 4,
      state: {
        waiting: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s restarting failed container=app pod=db-0' },
      },
      lastState: { terminated: ended(1) },
    },
  });
  const objects = [waits, db, service('db', { selector: { app: 'db' }, ports: [{ port: 5432 }] })];
  const logs = {
    'web-0/before':
      '{"pending":["tcp://db:5432"],"msg":"still waiting after 2m (3m left) for tcp://db:5432 (for 2m: connection refused; 61 attempts)"}',
    'db-0/app': 'reading /etc/db/db.conf\ndata folder has wrong ownership',
  };
  const settings = { style, nowMs: now, programName: 'greenroom', kubectlFlags: [], showNamespace: false };
  const look = async (name: string) => {
    const [answer] = await answersFor(objects, `pod/${name}`, { logs });
    return answer === undefined ? '' : `$ greenroom why pod/${name} -n shop\n${answerText(answer, settings)}`;
  };
  assertSection(document, 'example', `\`\`\`console\n${await look('web-0')}${(await look('db-0')).trimEnd()}\n\`\`\``);
});

test('the drawing in the document is what the command draws', async () => {
  const conditions = [
    { type: 'PodScheduled', status: 'True', lastTransitionTime: ago(300) },
    { type: 'PodReadyToStartContainers', status: 'True', lastTransitionTime: ago(297) },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status: 'True', lastTransitionTime: ago(242) },
  ];
  const init = (restartCount: number, exitCode: number, from: number, to: number) => ({
    restartCount,
    state: { terminated: { exitCode, startedAt: ago(from), finishedAt: ago(to) } },
  });
  const name = 'web-0';
  const first = pod({ name, initSpec: {}, init: init(0, 124, 296, 276) });
  const last = pod({
    name,
    phase: 'Running',
    initSpec: {},
    init: init(1, 0, 266, 252),
    app: { ...running(246), ready: true },
    status: { conditions },
  });
  const pulled = event(
    'Pod/web-0',
    'Pulled',
    'Successfully pulled image "app:1" in 5.1s (5.1s including waiting). Image size: 1 bytes.',
    'app',
    { lastTimestamp: ago(247) },
  );
  const attempts: Attempts = new Map();
  for (const each of [first, last]) noteAttempts(attempts, each as unknown as Pod);
  const snapshot = await readSnapshot(clusterOf([last, pulled]), 'shop');
  const drawn = drawCourse(
    viewPod(last as unknown as Pod, snapshot, () => true),
    attempts,
    style,
  );
  assertSection(document, 'course', `\`\`\`\nhow pod/web-0 started\n${drawn.trimEnd()}\n\`\`\``);
});
