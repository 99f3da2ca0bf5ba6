// greenroom new: a complete manifest for an app that waits for what it needs.
import type { Step } from '../../../helper/src/contract/index.ts';
import { type Command, defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Fault } from '../fault.ts';
import { type Access, apiAccesses } from '../inject/api-access.ts';
import type { HelperOptions } from '../inject/options.ts';
import { type ScaffoldKind, scaffoldKinds } from '../scaffold/kinds.ts';
import { scheduleFault } from '../scaffold/schedule.ts';
import { helperFlags } from './helper-flags.ts';
import { parseKind } from './scaffold-kind.ts';

const group = 'The app:';

// on since then, stable since 1.31
const failurePolicySince = 26;

// the user of the helper, whose group must be able to write to a claim
const helperGroup = 65_532;

const mountsClaim = ({ claim, objectMounts }: HelperOptions) =>
  claim !== undefined || objectMounts.some(({ kind }) => kind === 'claim');

export const newCommand: Command = defineCommand({
  usage: 'new <kind> <object>',
  summary: 'Write a complete manifest: an app, and the steps that run before it',
  examples: [
    [
      'greenroom new deployment my-app --image busybox:1.28 --wait dns://myappb',
      'an app that starts when its Service is there',
    ],
    [
      "greenroom new pod php --image php:8-fpm --fetch 'https://example.org/a.php /var/www/html/a.php'",
      'a file for the app',
    ],
    [
      "greenroom new job migrate --image migrate:1 --wait 'tcp://db:5432 --deadline 2m' -- up",
      'the words behind -- are its args',
    ],
  ],
  positionals: {
    kind: {
      type: 'string',
      demandOption: true,
      describe: scaffoldKinds.join(', '),
      completes: scaffoldKinds.map((kind) => kind.toLowerCase()),
    },
    // not `name`: that is a flag
    object: {
      type: 'string',
      demandOption: true,
      placeholder: 'NAME',
      describe: 'What the object and its container are called',
    },
  },
  flags: {
    image: { type: 'string', group, describe: "The app's image", placeholder: 'IMAGE' },
    namespace: { type: 'string', group, placeholder: 'NAME', describe: 'By default none is written' },
    port: { type: 'string', array: true, group, placeholder: 'PORT', describe: 'A port that the app listens on' },
    command: { type: 'boolean', group, describe: 'The words behind -- are the command, not its arguments' },
    replicas: { type: 'string', group, placeholder: 'N', describe: 'Of a Deployment or a StatefulSet; 1 if not given' },
    schedule: { type: 'string', group, placeholder: 'CRON', describe: "Of a CronJob: '0 3 * * *'" },
    ...helperFlags,
    output: {
      type: 'string',
      alias: 'o',
      choices: ['yaml', 'json'],
      default: 'yaml',
      group,
      describe: 'json has no comments; several objects are a List',
    },
  },
  async ask(shell, terminal) {
    const { newByQuestions } = await import('./new-questions.ts');
    return newByQuestions(shell, terminal, newCommand.run);
  },
  async run(call) {
    const { args, rest, shell } = call;
    const kind = parseKind(args.kind);
    const name = checkName(args.object, kind);
    if (args.image === undefined)
      throw new Fault('usage', 'new: --image is missing', { cure: 'such as --image busybox:1.28' });
    if (args.command === true && rest.length === 0) throw new Fault('usage', '--command: no words stand behind --');
    const { readHelperFlags, readKubeMinor } = await import('./read-helper-flags.ts');
    const helper = await readHelperFlags(call);
    const { helperContainerNames } = await import('../inject/container.ts');
    const { scaffold } = await import('../scaffold/scaffold.ts');
    const { checkImage } = await import('../settings.ts');
    const app = scaffold({
      kind,
      name,
      namespace: args.namespace === undefined ? undefined : checkLabel(args.namespace, '--namespace'),
      image: checkImage(args.image, '--image'),
      ports: (args.port ?? []).map((text) => parseCount(text, '--port', 1, 65_535)),
      words: rest,
      asCommand: args.command === true,
      replicas: onlyFor(kind, ['Deployment', 'StatefulSet'], '--replicas', args.replicas, (text) =>
        parseCount(text, '--replicas', 0, 1_000_000),
      ),
      schedule: parseSchedule(kind, args.schedule),
      group: mountsClaim(helper) ? helperGroup : undefined,
      steps: helper.steps,
      helperContainers: helperContainerNames(helper),
      failurePolicy: (readKubeMinor(args) ?? failurePolicySince) >= failurePolicySince,
      accesses: readAccesses(helper.steps, args.namespace),
    });
    const [{ inject }, { transformFile }] = await Promise.all([
      import('../inject/inject.ts'),
      import('../inject/transform.ts'),
    ]);
    const injecting = inject({ ...helper, position: undefined, containers: [] });
    const { text, verdicts } = aboutFlags(() => transformFile('new', app, () => true, injecting));
    shell.streams.out.write(args.output === 'json' ? await asJson(text) : text);
    shell.streams.err.write(
      verdicts
        .map(({ object, outcome, detail }) => (outcome === 'skipped' ? `${object}\n` : `${object} with ${detail}\n`))
        .join(''),
    );
    return exitCodes.success.code;
  },
});

async function asJson(text: string): Promise<string> {
  const [{ jsonOf }, { readValues }] = await Promise.all([
    import('../patch/output.ts'),
    import('../manifest/values.ts'),
  ]);
  return jsonOf(readValues('new', text));
}

/** What the steps ask the API for; a RoleBinding must name the namespace of the account that it is for. */
function readAccesses(steps: readonly Step[], namespace: string | undefined): Access[] {
  const accesses = apiAccesses(steps);
  if (accesses.length > 0 && namespace === undefined) {
    throw new Fault('usage', 'new: a wait for k8s:// needs --namespace', {
      cure: 'the rights that are written with it name the namespace of the service account',
    });
  }
  return accesses;
}

/** The manifest is ours: where a step does not fit it, the flags are at fault, and no line of it. */
function aboutFlags<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault('usage', `new: ${error.message}`, error.cure === undefined ? {} : { cure: error.cure });
  }
}

// A CronJob's name goes into that of its Jobs, with eleven characters behind it
// (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/).
const longestName = (kind: ScaffoldKind) => (kind === 'CronJob' ? 52 : 63);

function checkName(name: string, kind: ScaffoldKind): string {
  checkLabel(name, 'new');
  if (name.length <= longestName(kind)) return name;
  throw new Fault('usage', `new: the name of a ${kind} has at most ${longestName(kind)} characters`);
}

/** A label of RFC 1123; a Service's begins with a letter until 1.37. */
function checkLabel(name: string, where: string): string {
  if (/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw new Fault('usage', `${where}: ${JSON.stringify(name)} is not a name in Kubernetes`, {
    cure: 'at most 63 lower-case letters, digits and dashes; a letter first, no dash last',
  });
}

function parseCount(text: string, where: string, least: number, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new Fault('usage', `${where}: must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}

function onlyFor<T>(
  kind: ScaffoldKind,
  kinds: readonly ScaffoldKind[],
  flag: string,
  text: string | undefined,
  parse: (text: string) => T,
): T | undefined {
  if (text === undefined) return undefined;
  if (!kinds.includes(kind)) throw new Fault('usage', `${flag} is for ${kinds.join(' and ')}, not for a ${kind}`);
  return parse(text);
}

function parseSchedule(kind: ScaffoldKind, text: string | undefined): string | undefined {
  const given = onlyFor(kind, ['CronJob'], '--schedule', text, (schedule) => {
    const fault = scheduleFault(schedule.trim());
    if (fault === undefined) return schedule.trim();
    throw new Fault('usage', `--schedule: ${JSON.stringify(schedule)} ${fault}`, {
      cure: "minute hour day month weekday, such as '0 3 * * *'; or a name, such as @daily",
    });
  });
  if (kind === 'CronJob' && given === undefined) {
    throw new Fault('usage', 'new: a CronJob needs --schedule', { cure: "such as --schedule '0 3 * * *'" });
  }
  return given;
}
