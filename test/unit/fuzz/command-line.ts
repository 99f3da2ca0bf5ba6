// The command line, given a manifest of somebody else's: it says what is wrong with it, and has no bug.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { run } from '../../../cli/src/cli.ts';
import { exitCodes } from '../../../cli/src/exit-codes.ts';

/** Runs a command with the text as its standard input. */
async function give(words: readonly string[], text: string): Promise<void> {
  let said = '';
  const nowhere = { write: () => {}, columns: undefined, colours: false };
  const code = await run(words, {
    ...{ programName: 'greenroom', version: '0.0.0', env: {}, folder: '/' },
    streams: {
      in: Readable.from([Buffer.from(text)]) as never,
      out: nowhere,
      err: {
        ...nowhere,
        write: (words: string) => {
          said += words;
        },
      },
    },
    stopSignal: () => new AbortController().signal,
  });
  assert.notEqual(code, exitCodes.bug.code, said);
}

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: "a:1"}]\n';
const waiting =
  '  initContainers:\n  - name: w\n    image: busybox\n    command: [sh, -c, "until nc -z db 5432; do sleep 2; done"]\n';
const cronJob =
  'kind: CronJob\nmetadata: {name: c}\nspec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}}}\n';
const helper =
  '  initContainers:\n  - name: w\n    image: greenroom-helper:0.1.0\n    args: [wait, "tcp://db:5432", --deadline, 2m]\n';

/** Texts that are right, to begin with. */
export const manifests: readonly string[] = [
  pod + waiting,
  cronJob,
  pod + helper,
  `${pod}---\nkind: ConfigMap\ndata: {plan: "steps: [wait tcp://a:1]"}\n`,
];

export const commandParsers: Readonly<Record<string, (text: string) => Promise<void>>> = {
  'lint of a manifest': (text) => give(['lint', '-'], text),
  'inject into a manifest': (text) =>
    give(['inject', '--wait', 'tcp://db:5432', '--fetch', 'https://a.example/b /data/b', '-'], text),
  'uninject of a manifest': (text) => give(['uninject', '-'], text),
  'convert of a manifest': (text) => give(['convert', '-'], text),
  'explain of a manifest': (text) => give(['explain', '-'], text),
};
