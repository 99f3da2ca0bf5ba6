// The one setting: which image manifests reference. From the flag, the environment, a file, or this version's own.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suggest } from '../../helper/src/contract/index.ts';
import { Fault } from './fault.ts';

/** The file's name; the nearest one counts, from the current folder upwards. */
export const settingsFile = '.greenroom.yaml';
/** Read from the CLI's environment alone; a pod that has it is told by the helper that nothing reads it there. */
export const imageVariable = 'GREENROOM_HELPER_IMAGE';

export interface SettingsSource {
  readonly flag: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder, absolute. */
  readonly folder: string;
  readonly version: string;
}

/**
 * The reference of the helper's image; by default `greenroom/helper:<version>`.
 * @throws Fault usage
 */
export async function resolveHelperImage({ flag, env, folder, version }: SettingsSource): Promise<string> {
  if (flag !== undefined) return checkImage(flag, '--helper-image');
  const given = env[imageVariable];
  if (given !== undefined && given !== '') return checkImage(given, imageVariable);
  return (await readSettings(folder)) ?? `greenroom/helper:${version}`;
}

// https://github.com/distribution/reference: [domain[:port]/]path[:tag][@digest]
const imagePattern =
  /^(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][\w+.-]*:[0-9a-fA-F]{32,})?$/;

/** Checks the form of an image's reference. */
export function checkImage(image: string, where: string): string {
  if (imagePattern.test(image)) return image;
  throw new Fault('usage', `${where}: ${JSON.stringify(image)} is not the reference of an image`, {
    cure: 'such as registry.example.org/greenroom/helper:1.0.0',
  });
}

async function readSettings(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, settingsFile);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw new Fault('usage', `cannot read ${path}: ${error.message}`, { cause: error });
    });
    if (text !== undefined) return parseSettings(text, path);
    if (dirname(at) === at) return undefined;
  }
}

async function parseSettings(text: string, path: string): Promise<string | undefined> {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text, { schema: 'failsafe' });
  } catch (error) {
    throw new Fault('usage', `${path}: ${(error as Error).message.trimEnd()}`, { cause: error });
  }
  if (value === null || value === '') return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw new Fault('usage', `${path}: is not a mapping`);
  for (const key of Object.keys(value)) {
    if (key === 'helperImage') continue;
    const cure = suggest(key, ['helperImage']) === undefined ? 'it takes helperImage' : 'did you mean helperImage?';
    throw new Fault('usage', `${path}: unknown key ${JSON.stringify(key)}`, { cure });
  }
  const { helperImage } = value as { helperImage?: unknown };
  return helperImage === undefined ? undefined : checkImage(String(helperImage), `${path}, helperImage`);
}
