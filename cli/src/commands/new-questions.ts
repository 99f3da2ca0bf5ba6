// What `greenroom new` asks on a terminal. Each answer is tried at once: by the command itself, with what it must have
// beside that and was not asked yet filled in. So an answer is refused for what the command line would be refused for.
import { joinWords } from '../../../helper/src/contract/index.ts';
import type { Command, StepFlag } from '../command.ts';
import { Fault } from '../fault.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';
import { helperFlags } from './helper-flags.ts';
import { parseKind } from './scaffold-kind.ts';

export interface NewAnswers {
  readonly kind: string;
  readonly object: string;
  readonly image: string;
  readonly namespace?: string;
  readonly schedule?: string;
  readonly steps: readonly StepFlag[];
}

/** Asks, tells the command line that it comes to, and does what `run` does with it. */
export async function newByQuestions(shell: Shell, terminal: Terminal, run: Command['run']): Promise<number> {
  const { err } = shell.streams;
  const make = ({ steps, ...given }: NewAnswers, to: Shell) =>
    run({ args: { ...given, name: helperFlags.name.default, output: 'yaml' }, rest: [], steps, shell: to });
  const answers = await askAll(shell, terminal, make);
  const { kind, object, image, namespace, schedule, steps } = answers;
  const words = [
    ...['new', kind, object, '--image', image],
    ...(schedule === undefined ? [] : ['--schedule', schedule]),
    ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ...steps.flatMap((step) => [`--${step.kind}`, step.text]),
  ];
  err.write(`\nAs a command line:\n\n  ${shell.programName} ${joinWords(words)}\n\n`);
  return make(answers, shell);
}

async function askAll(
  shell: Shell,
  terminal: Terminal,
  make: (answers: NewAnswers, to: Shell) => Promise<number>,
): Promise<NewAnswers> {
  const { err } = shell.streams;
  const nobody = { write: () => {}, columns: undefined, colours: false };
  const unheard = { ...shell, streams: { ...shell.streams, out: nobody, err: nobody } };
  const filledIn = (given: Partial<NewAnswers>): NewAnswers => {
    const { kind = 'pod', steps = [] } = given;
    const schedule = parseKind(kind) === 'CronJob' ? { schedule: '0 0 * * *' } : {};
    const some = steps.length > 0 ? steps : [{ kind: 'wait', text: 'tcp://x:1' } as const];
    return { object: 'x', image: 'x:1', ...schedule, ...given, kind, steps: some };
  };
  const attempt = (given: Partial<NewAnswers>) => make(filledIn(given), unheard);

  // what is wrong before anything was answered is no answer's fault
  await attempt({});
  let answers: Partial<NewAnswers> = {};
  /** Asks until an answer is taken; false for one that `take` has no use for. */
  const ask = async (question: string, take: (text: string) => Partial<NewAnswers> | undefined): Promise<boolean> => {
    for (;;) {
      const taken = take((await terminal.ask(question)).trim());
      if (taken === undefined) return false;
      try {
        await attempt({ ...answers, ...taken });
        answers = { ...answers, ...taken };
        return true;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        err.write(
          [error.message, ...(error.cure === undefined ? [] : [error.cure])].map((line) => `  ${line}\n`).join(''),
        );
      }
    }
  };
  const step = (kind: StepFlag['kind']) => (text: string) =>
    text === '' ? undefined : { steps: [...(answers.steps ?? []), { kind, text }] };

  err.write('Some questions; Ctrl-C leaves at any time, and nothing is written.\n');
  await ask('Kind: pod, deployment, statefulset, daemonset, job or cronjob [deployment]: ', (kind) => ({
    kind: kind || 'deployment',
  }));
  await ask('Name: ', (object) => ({ object }));
  await ask("The app's image, such as nginx:1.29: ", (image) => ({ image }));
  if (parseKind(answers.kind ?? '') === 'CronJob') {
    await ask('Schedule: minute hour day month weekday, such as 0 3 * * *: ', (schedule) => ({ schedule }));
  }
  await ask('Namespace [none is written]: ', (namespace) => (namespace === '' ? undefined : { namespace }));
  err.write('What comes before the app, one thing a line; an empty line ends the list.\n');
  for (;;) {
    while (await ask('  wait for, such as tcp://db:5432 --deadline 2m: ', step('wait')));
    while (await ask('  download, such as https://example.org/a /data/a: ', step('fetch')));
    if (answers.steps !== undefined) return filledIn(answers);
    err.write('  at least one of the two\n');
  }
}
