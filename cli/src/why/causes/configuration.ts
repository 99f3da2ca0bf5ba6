// ConfigMaps and Secrets that are not there, and other reasons for which a container cannot be made.
import type { Finding, PodCause } from '../cause.ts';
import { type ContainerView, eventOf } from '../container-view.ts';
import { bornMs, type PodView } from '../pod-view.ts';
import { firstSeenMs } from '../snapshot.ts';
import { quoted } from '../words.ts';

interface Absent {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string | undefined;
  /** Undefined where the whole object is not there. */
  readonly key: string | undefined;
}

/** What the kubelet says is not there; undefined where it speaks of something else. */
export function absentObject(message: string): Absent | undefined {
  const kindOf = (word = ''): Absent['kind'] => (word.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap');
  const [whole, kind, name] = /\b(configmap|secret) "([^"]+)" not found/i.exec(message) ?? [];
  if (whole !== undefined) return { kind: kindOf(kind), name, key: undefined };
  const [isKey, key, keyKind, place] = /couldn't find key (\S+) in (ConfigMap|Secret) (\S+)/i.exec(message) ?? [];
  if (isKey !== undefined) return { kind: kindOf(keyKind), name: place?.split('/').at(-1), key };
  const [isItem, itemKind, item] =
    /(configmap|secret) references non-existent (?:config|secret) key: (\S+)/i.exec(message) ?? [];
  return isItem === undefined ? undefined : { kind: kindOf(itemKind), name: undefined, key: item };
}

/** Both ways in which it shows: as a variable (the container cannot be made) and as a volume (the pod cannot). */
function* absences(
  view: PodView,
): Iterable<{ absent: Absent; by: string; sinceMs: number; container?: ContainerView }> {
  for (const container of view.focus) {
    const { reason, message } = container.waiting ?? { reason: '', message: '' };
    const absent = reason === 'CreateContainerConfigError' ? absentObject(message) : undefined;
    const event = eventOf(container.events, 'Failed');
    const sinceMs = event === undefined ? bornMs(view) : firstSeenMs(event);
    if (absent !== undefined) yield { absent, by: container.title, sinceMs, container };
  }
  const mount = view.stage === 'preparing' ? eventOf(view.events, 'FailedMount') : undefined;
  const absent = absentObject(mount?.message ?? '');
  if (mount === undefined || absent === undefined) return;
  const volume = /volume "([^"]+)"/.exec(mount.message ?? '')?.[1] ?? '?';
  yield {
    absent: { ...absent, name: absent.name ?? sourceOf(view, volume) },
    by: `volume ${volume}`,
    sinceMs: firstSeenMs(mount),
  };
}

function sourceOf({ pod }: PodView, volume: string): string | undefined {
  const found = pod.spec.volumes?.find(({ name }) => name === volume) as
    | { configMap?: { name?: string }; secret?: { secretName?: string } }
    | undefined;
  return found?.configMap?.name ?? found?.secret?.secretName;
}

const next = 'the kubelet looks again by itself, about once a minute';

function absentCause(kind: Absent['kind'], id: string): PodCause {
  const resource = kind.toLowerCase();
  return {
    id,
    what: `The ${kind} that a variable or a volume of the pod comes from does not exist.`,
    cure: `Create the ${kind} in the pod's namespace, correct its name, or mark the reference optional.`,
    outlook: 'open',
    *find(view) {
      for (const { absent, by, sinceMs, container } of absences(view)) {
        if (absent.kind !== kind || absent.key !== undefined) continue;
        yield {
          verdict: `${by} needs the ${kind} ${absent.name}, which does not exist in namespace ${view.namespace}`,
          ...(container === undefined ? {} : { container: container.name }),
          sinceMs,
          next,
          commands: [`get ${resource}s`],
        };
      }
    },
  };
}

export const configMapAbsent = absentCause('ConfigMap', 'configmap-absent');
export const secretAbsent = absentCause('Secret', 'secret-absent');

export const keyAbsent: PodCause = {
  id: 'key-absent',
  what: 'The ConfigMap or Secret is there, and lacks the key that the pod asks for.',
  cure: 'Add the key, or correct its name in the pod.',
  outlook: 'open',
  *find(view) {
    for (const { absent, by, sinceMs, container } of absences(view)) {
      if (absent.key === undefined) continue;
      yield {
        verdict: `${by} needs the key ${absent.key}, which ${absent.kind} ${absent.name ?? ''} does not have`,
        ...(container === undefined ? {} : { container: container.name }),
        sinceMs,
        next,
        commands: [`describe ${absent.kind.toLowerCase()} ${absent.name ?? ''}`.trim()],
      };
    }
  },
};

const waitingFor =
  (
    reason: RegExp,
    pattern: RegExp,
    tell: (container: ContainerView, message: string, view: PodView) => Partial<Finding> & Pick<Finding, 'verdict'>,
  ) =>
  (view: PodView): Finding[] =>
    view.focus.flatMap((container) => {
      const { waiting, end, isFailing } = container;
      // between two attempts the status says only that there is a pause; the end says why
      const told = [waiting, isFailing ? end : undefined].find(
        (each) => each !== undefined && reason.test(each.reason ?? '') && pattern.test(each.message ?? ''),
      );
      if (told === undefined) return [];
      const { message = '' } = told;
      const event = eventOf(container.events, 'Failed');
      const sinceMs = event === undefined ? bornMs(view) : firstSeenMs(event);
      return [{ container: container.name, sinceMs, ...tell(container, message, view) }];
    });

export const runAsRoot: PodCause = {
  id: 'run-as-root',
  what: 'The pod says runAsNonRoot, and the container would run as root: its image names no other user.',
  cure: 'Set runAsUser to a number other than 0 (one that the image can run as), or build the image with USER and a number.',
  outlook: 'final',
  find: waitingFor(/^CreateContainerConfigError$/, /non-root policy|runAsNonRoot/, ({ title, spec }, message) => ({
    verdict: /non-numeric user/.test(message)
      ? `${title} must not run as root, and its image names its user by a word, which the kubelet cannot check`
      : `${title} must not run as root, and ${/runAsUser breaks/.test(message) ? 'its runAsUser is 0' : `its image ${spec.image} would`}`,
    ...(/non-numeric user/.test(message) ? { cure: 'Set runAsUser to the number of that user.' } : {}),
  })),
};

export const subPath: PodCause = {
  id: 'sub-path',
  what: 'A mount with subPath does not fit: a file over a folder or a folder over a file, a variable in subPathExpr that is not set, a path that is not there.',
  cure: 'Mount a file at the path of a file, and a folder at that of a folder; set the variables that subPathExpr names.',
  outlook: 'final',
  find: waitingFor(
    /^(CreateContainerConfigError|CreateContainerError|RunContainerError|StartError|CrashLoopBackOff)$/,
    /missing value for |subPath|volume-subpaths|not a directory.*mount|mount.*not a directory/s,
    ({ title }, message) => {
      const [, variable] = /missing value for (\S+)/.exec(message) ?? [];
      const [, place] = /to rootfs at "([^"]+)"/.exec(message) ?? [];
      return {
        verdict:
          variable === undefined
            ? `${title} cannot be made: a mount with subPath${place === undefined ? '' : ` at ${place}`} does not fit what is there${/not a directory/.test(message) ? ' (a file over a folder, or the other way round)' : ''}`
            : `${title} cannot be made: its subPathExpr names the variable ${variable}, which is not set`,
        facts: variable === undefined ? [['runtime', quoted(message)]] : [],
      };
    },
  ),
};

export const commandAbsent: PodCause = {
  id: 'command-absent',
  what: 'The command of the container is not in its image, or cannot be run there.',
  cure: 'Correct command (it is no shell line: write [sh, -c, …] for one), or use an image that has the program.',
  outlook: 'final',
  find: waitingFor(
    /^(RunContainerError|StartError|ContainerCannotRun|CrashLoopBackOff|CreateContainerError)$/,
    /exec: |executable file not found|no such file or directory.*exec|permission denied.*exec/s,
    ({ title, spec }, message) => {
      const [, program = spec.command?.[0] ?? '?'] = /exec: "([^"]*)"/.exec(message) ?? [];
      const why = /permission denied/.test(message) ? 'which may not be run' : 'which is not there';
      return { verdict: `${title} cannot start: image ${spec.image} is asked to run ${program}, ${why}` };
    },
  ),
};

export const wrongArchitecture: PodCause = {
  id: 'wrong-architecture',
  what: 'The program in the image was built for another kind of processor than the node has.',
  cure: 'Build the image for the platform of the nodes too, or choose nodes by kubernetes.io/arch.',
  outlook: 'final',
  *find(view) {
    for (const container of view.focus) {
      const { waiting, end } = container;
      const pull = /no match for platform|no matching manifest for/.test(waiting?.message ?? '');
      const log = view.snapshot.logs.get(`${view.namespace}/${view.name}/${container.name}`) ?? '';
      if (
        !pull &&
        !/exec format error/.test(`${waiting?.message ?? ''}${end?.message ?? ''}${end === undefined ? '' : log}`)
      )
        continue;
      yield {
        verdict: `${container.title} cannot start: image ${container.spec.image} is not built for the processor of this node`,
        container: container.name,
        sinceMs: bornMs(view),
        commands: ['get nodes -L kubernetes.io/arch'],
      };
    }
  },
};

export const containerNotMade: PodCause = {
  id: 'container-not-made',
  what: 'The container cannot be made or started, for another reason than those above.',
  cure: 'Read what the kubelet and the runtime say.',
  outlook: 'open',
  find: waitingFor(
    /^(CreateContainer|RunContainer)(Config)?Error$|^StartError$|^ContainerCannotRun$/,
    /(?:)/,
    ({ title }, message, { name }) => ({
      verdict: `${title} cannot be made: ${quoted(message)}`,
      commands: [`describe pod ${name}`],
    }),
  ),
};
