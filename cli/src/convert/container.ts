// An init container → the steps that it stands for, and what of it the helper needs; or why it is left alone.
import { posix } from 'node:path';
import { isAlias, isMap, isScalar, type Node, visit } from 'yaml';
import type { Step } from '../../../helper/src/contract/index.ts';
import { apiAccesses } from '../inject/api-access.ts';
import { asFolder, covers, folderOf } from '../inject/step-paths.ts';
import { follow, itemsAt, lookup, type Tree, textAt } from '../manifest/tree.ts';
import type { PodPlace } from '../manifest/workload.ts';
import { referTo } from './ask.ts';
import { type Judgement, judge } from './judge.ts';
import { entrypointOf } from './programs/index.ts';
import { Unsure } from './script/syntax.ts';
import { type Steps, stepsOf } from './steps.ts';

/** A text of the container, and the node that it stands in. */
interface Word {
  readonly text: string;
  readonly node: Node;
}

export interface Reading {
  readonly name: string;
  readonly steps: Steps;
  /** Entries of env that the steps refer to. */
  readonly env: readonly Node[];
  /** Mounts that the steps need. */
  readonly mounts: readonly Node[];
  /** The user and group that it ran as, where they are said and are not root. */
  readonly user: string | undefined;
  readonly group: string | undefined;
}

/** Thrown with the node that the reason is about, and where in its text. */
export class LeftAlone extends Error {
  readonly node: Node;
  readonly offset: number | undefined;

  constructor(why: string, node: Node, offset?: number) {
    super(why);
    this.node = node;
    this.offset = offset;
  }
}

// what an init container may say beside what it does; the helper's own takes the place of all of it
const passed = new Set(
  'name image command args env envFrom workingDir volumeMounts resources securityContext imagePullPolicy terminationMessagePath terminationMessagePolicy stdin stdinOnce tty ports'.split(
    ' ',
  ),
);

/**
 * Reads an init container.
 * @throws LeftAlone
 */
export function readContainer(place: PodPlace, container: Node): Reading {
  const { document } = place;
  const name = textAt(document, container, 'name') ?? '';
  const words = wordsOf(place, container);
  const script = words.findLast(({ text }) => /\s/.test(text.trim())) ?? words[0];
  try {
    refuseFields(container);
    const judgement = judge(
      words.map(({ text }) => text),
      environmentOf(place, container),
      { folder: textAt(document, container, 'workingDir') },
    );
    const steps = stepsOf(judgement);
    refuseFolders(place, container, judgement);
    refuseSecrets(place, container, steps);
    const { user, group } = userOf(place, container);
    return {
      name,
      steps,
      env: keptEnv(place, container, steps),
      mounts: keptMounts(place, container, steps.steps),
      user,
      group,
    };
  } catch (error) {
    if (!(error instanceof Unsure)) throw error;
    const isScript = error.offset !== undefined && script !== undefined;
    throw new LeftAlone(error.message, script?.node ?? container, isScript ? error.offset : undefined);
  }
}

function refuseFields(container: Node): void {
  if (!isMap(container)) throw new Unsure('it is not a mapping');
  for (const { key } of container.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (!passed.has(name) && name !== '<<') throw new Unsure(`it has ${name}, which is kept only by leaving it alone`);
  }
  visit(container, {
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor !== undefined)
        throw new Unsure(`&${node.anchor} stands in it, which may be used elsewhere`);
    },
  });
}

/** What the kernel gets: the command, or what the image is known to run, and the arguments. */
function wordsOf({ document }: PodPlace, container: Node): Word[] {
  const env = environmentOf({ document } as PodPlace, container);
  const list = (key: string): Word[] =>
    itemsAt(document, container, key).map((node) => ({
      text: fillIn(isScalar(node) ? String(node.value) : '', env),
      node,
    }));
  const [command, args] = [list('command'), list('args')];
  if (command.length > 0) return [...command, ...args];
  const image = lookup(document, container, 'image');
  const entrypoint = entrypointOf(isScalar(image) ? String(image.value) : '');
  if (entrypoint === undefined || entrypoint.length + args.length === 0)
    throw new LeftAlone('it runs what its image runs, which is not known', image ?? container);
  return [...entrypoint.map((text) => ({ text, node: args[0]?.node ?? image ?? container })), ...args];
}

/**
 * The kubelet's way with `$(NAME)` and `$$`.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
 */
const fillIn = (text: string, env: ReadonlyMap<string, string>): string =>
  text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name?: string) =>
    name === undefined ? '$' : (env.get(name) ?? whole),
  );

function environmentOf({ document }: Pick<PodPlace, 'document'>, container: Node): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  for (const entry of itemsAt(document, container, 'env')) {
    const name = textAt(document, entry, 'name');
    if (name === undefined) continue;
    const value = textAt(document, entry, 'value');
    const isReference = lookup(document, entry, 'valueFrom') !== undefined;
    env.set(name, isReference ? referTo(name) : fillIn(value ?? '', env));
  }
  return env;
}

const entryNamed = ({ document }: PodPlace, container: Node, name: string): Node | undefined =>
  itemsAt(document, container, 'env').findLast((entry) => textAt(document, entry, 'name') === name);

const keptEnv = (place: PodPlace, container: Node, { names }: Steps): Node[] =>
  names.flatMap((name) => entryNamed(place, container, name) ?? []);

/** A secret may name a host; anywhere else in the arguments it could be read by everybody. */
function refuseSecrets(place: PodPlace, container: Node, { names, steps, write }: Steps): void {
  for (const name of names) {
    const entry = entryNamed(place, container, name);
    if (lookup(place.document, lookup(place.document, entry, 'valueFrom'), 'secretKeyRef') === undefined) continue;
    const texts = write(
      steps.flatMap((step) => (step.kind === 'wait' ? step.targets : [step.source, step.destination])),
    );
    const elsewhere = texts.some((text) => text.replace(/^[a-z0-9]+:\/\/[^/?#]*/, '').includes(`$(${name})`));
    if (elsewhere) throw new Unsure(`the secret $(${name}) would stand in the arguments`);
  }
}

interface Mount {
  readonly node: Node;
  readonly path: string;
  readonly volume: Node | undefined;
}

function mountOver({ document, pod }: PodPlace, container: Node, path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const node of itemsAt(document, container, 'volumeMounts')) {
    const at = asFolder(textAt(document, node, 'mountPath') ?? '');
    if (at === '' || !covers(at, path) || (found !== undefined && found.path.length > at.length)) continue;
    const name = textAt(document, node, 'name');
    const volume = itemsAt(document, pod, 'volumes').find((each) => textAt(document, each, 'name') === name);
    found = { node, path: at, volume };
  }
  return found;
}

/** Folders that it makes are the helper's matter where files come into them, and nobody's outside of volumes. */
function refuseFolders(place: PodPlace, container: Node, { judged, folders }: Judgement): void {
  const filled = judged.flatMap(({ ask, act }) =>
    ask.kind === 'fetch' ? [act.file.unpack?.folder ?? asFolder(ask.destination)] : [],
  );
  for (const folder of folders) {
    if (filled.some((path) => covers(folder, path)) || mountOver(place, container, folder) === undefined) continue;
    throw new Unsure(`it makes the folder ${folder}, which is another duty`);
  }
  for (const { ask, act } of judged) {
    const { unpack, removed } = act.file;
    if (ask.kind !== 'fetch' || unpack === undefined || removed === true) continue;
    if (mountOver(place, container, ask.destination) !== undefined)
      throw new Unsure(`the archive ${ask.destination} stays on a volume beside its content`);
  }
}

const tokenFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

function keptMounts(place: PodPlace, container: Node, steps: readonly Step[]): Node[] {
  const kept = new Set<Node>();
  for (const step of steps) {
    if (step.kind === 'fetch') kept.add(writable(place, container, step.destination, step.options.unpack).node);
    else {
      for (const target of step.targets) {
        const [, path] = /^(?:file|unix):\/\/(.*)$/.exec(target) ?? [];
        if (path === undefined) continue;
        const mount = mountOver(place, container, path);
        if (mount === undefined || textAt(place.document, mount.node, 'subPathExpr') !== undefined)
          throw new Unsure(`${path} lies on no volume of it`);
        kept.add(mount.node);
      }
    }
  }
  if (apiAccesses(steps).length > 0) {
    const token = mountOver(place, container, tokenFolder);
    if (token !== undefined) kept.add(token.node);
    else if (textAt(place.document, place.pod, 'automountServiceAccountToken') === 'false')
      throw new Unsure('no token for the API is mounted in it');
  }
  return [...kept];
}

/** The mount that a file goes to, where the helper may write to it for sure. */
function writable(place: PodPlace, container: Node, destination: string, unpack: boolean): Mount {
  const { document, pod } = place;
  const folder = unpack ? posix.dirname(asFolder(destination)) : folderOf(destination);
  const mount = mountOver(place, container, asFolder(destination));
  if (mount === undefined) throw new Unsure(`${destination} lies on no volume: it is gone when the container ends`);
  if (!covers(mount.path, folder)) throw new Unsure(`${destination} is a mount itself`);
  if (textAt(document, mount.node, 'readOnly') === 'true' || textAt(document, mount.node, 'subPathExpr') !== undefined)
    throw new Unsure(`whether ${mount.path} can be written to is not known`);
  const { volume } = mount;
  const has = (key: string) =>
    isMap(volume) && volume.items.some((pair) => isScalar(pair.key) && pair.key.value === key);
  if (has('emptyDir')) return mount;
  const group = textAt(document, lookup(document, pod, 'securityContext'), 'fsGroup');
  if (!unpack && group !== undefined && (has('persistentVolumeClaim') || has('ephemeral'))) return mount;
  throw new Unsure(
    unpack
      ? `whether ${destination} is empty on this volume is not known`
      : `whether the helper may write to ${mount.path} is not known: no emptyDir, no fsGroup`,
  );
}

/** Who the file would belong to: the container's user, or the pod's; root is what the helper never is. */
function userOf({ document, pod }: PodPlace, container: Node): { user: string | undefined; group: string | undefined } {
  const of = (key: string) =>
    textAt(document, lookup(document, container, 'securityContext'), key) ??
    textAt(document, lookup(document, pod, 'securityContext'), key);
  const user = of('runAsUser');
  if (user === undefined || !/^[1-9]\d*$/.test(user)) return { user: undefined, group: undefined };
  const group = of('runAsGroup');
  return { user, group: group !== undefined && /^[1-9]\d*$/.test(group) ? group : undefined };
}

/** A container that is none of ours to read: one that has come to be a sidecar. */
export const isSidecar = ({ document }: PodPlace, container: Tree): boolean =>
  textAt(document, follow(document, container), 'restartPolicy') === 'Always';
