// Which node image and which kind and kubectl a run uses: kind's own image, pulled by its digest, where a registry
// answers; else the one that images/kind-node builds, with kind and kubectl from the same build.
import { delimiter, join } from 'node:path';
import { engineHasCgroup2 } from './engine.ts';
import { attempt, output, say } from './processes.ts';

/** Kubernetes' minor version, `1.36`: GREENROOM_E2E_KUBERNETES chooses. */
export const kubernetes = process.env.GREENROOM_E2E_KUBERNETES ?? '1.36';

export interface NodeImage {
  readonly image: string;
  /** A folder with kind and kubectl to be put before the PATH; undefined: those of the PATH do. */
  readonly tools: string | undefined;
}

/**
 * From the notes of kind's release 0.33.0; that of 1.33, of release 0.29.0, as other projects pin it. A tag alone is made
 * anew for each release of kind.
 */
const published: Readonly<Record<string, string>> = {
  '1.36': 'kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed',
  '1.35': 'kindest/node:v1.35.8@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0',
  '1.34': 'kindest/node:v1.34.11@sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d',
  '1.33': 'kindest/node:v1.33.1@sha256:050072256b9a903bd914c0b2866828150cb229cea0efe5892e2b644d5dd3b34f',
};

const builder = join(import.meta.dirname, '../../images/kind-node/build');

function readAnswer(stdout: string): NodeImage {
  const image = /^image (.+)$/m.exec(stdout)?.[1];
  const tools = /^bin (.+)$/m.exec(stdout)?.[1];
  if (image === undefined || tools === undefined) throw new Error(`${builder} said neither image nor bin:\n${stdout}`);
  return { image, tools };
}

/** kind's image suits where kind and kubectl are at hand and the machine has cgroup v2. */
async function publishedImage(): Promise<string | undefined> {
  const image = published[kubernetes];
  if (image === undefined || !(await toolsOnPath()) || !(await engineHasCgroup2())) return undefined;
  return image;
}

/** kind: of the releases that know these images; kubectl: within the skew of one minor version that Kubernetes supports. */
async function toolsOnPath(): Promise<boolean> {
  const kind = /^(?:kind v)?0\.(\d+)\./.exec((await output('kind', ['version', '-q'])) ?? '')?.[1];
  const client = await output('kubectl', ['version', '--client', '-o', 'json']);
  const minor = /"gitVersion": *"v1\.(\d+)/.exec(client ?? '')?.[1];
  return Number(kind) >= 31 && Math.abs(Number(minor) - Number(kubernetes.slice(2))) <= 1;
}

const isPresent = async (image: string) => (await output('docker', ['image', 'inspect', image])) !== undefined;
const registryHas = async (image: string) =>
  (await output('docker', ['manifest', 'inspect', image], 5_000)) !== undefined;

/** Cheap: builds and pulls nothing. */
export async function nodeImageIsAtHand(): Promise<boolean> {
  if ((await output(builder, ['--check', kubernetes])) !== undefined) return true;
  const image = await publishedImage();
  return image !== undefined && ((await isPresent(image)) || (await registryHas(image)));
}

/** Finds, pulls or builds it. */
export async function ensureNodeImage(signal: AbortSignal): Promise<NodeImage> {
  const image = await publishedImage();
  if (image !== undefined) {
    if (await isPresent(image)) return { image, tools: undefined };
    say(`Pulling ${image} …`);
    const { code } = await attempt('docker', ['pull', '--quiet', image], { signal });
    if (code === 0) return { image, tools: undefined };
    say('No registry answers: the node image is built instead.');
  }
  const { code, stdout } = await attempt(builder, [kubernetes], { signal });
  if (code !== 0) throw new Error(`the node image could not be built (exit code ${code}); ${builder} said why above`);
  return readAnswer(stdout);
}

/** The environment in which kind and kubectl are those of the run. */
export function toolsEnvironment({ tools }: NodeImage): NodeJS.ProcessEnv {
  return tools === undefined ? process.env : { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH ?? ''}` };
}
