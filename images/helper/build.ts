// npm run image: makes the helper's image and loads it into Docker, or writes it to a file.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Compression, compress, configOf, digestOf, type Image, writeArchive } from './archive.ts';
import { defaultDebianImage } from './debian-packages.ts';
import { readDockerfile } from './dockerfile.ts';
import { engineArchitecture, imageId, load } from './engine.ts';
import { architectures, type Layer, makeLayers } from './layers.ts';
import { billOfMaterials } from './sbom.ts';

const help = `Makes the helper's image and loads it into Docker.

npm run image -- [OPTIONS]

  --tag NAME:TAG       default: greenroom/helper and the version of package.json
  --arch A[,B]         ${architectures.join(' or ')}; default: that of the Docker engine. Several only with --archive
  --archive FILE       write the image there (OCI image layout in a tar) and load nothing; needs no Docker
  --compression KIND   of the layers in that file: gzip (default), zstd or none
  --context FOLDER     also leave the Dockerfile and its archives there, for another builder
  --sbom FOLDER        also write there what the image consists of (CycloneDX), one file an architecture
  --sizes              also print how large each layer is with gzip and with zstd
  --fresh              ask apt again; else the packages of the last build are taken from .cache/
  --debian IMAGE       take Debian's packages from a container of this image, not from this machine's apt
                       (what happens by itself where there is no apt, with ${defaultDebianImage})
  --source URL         where the sources are, for the label; default: package.json's repository
`;

const root = resolve(import.meta.dirname, '../..');
const cacheFolder = join(root, '.cache/image');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  repository?: { url?: string };
};

const say = (line: string): void => void process.stderr.write(`${line}\n`);
class UsageError extends Error {}

function main(): void {
  const options = readOptions();
  if (options === undefined) return void process.stdout.write(help);
  // before any work
  const names = options.arch?.split(',') ?? [options.archive === undefined ? engineArchitecture() : hostArchitecture()];
  if (options.archive === undefined) engineArchitecture();
  for (const name of names) {
    if (!architectures.includes(name))
      throw new UsageError(`no image for ${name}, only for ${architectures.join(', ')}`);
  }
  if (names.length > 1 && options.archive === undefined) throw new UsageError('several architectures need --archive');

  const images = names.map((architecture): Image => {
    say(`Making the layers for ${architecture} …`);
    const made = makeLayers({
      root,
      architecture,
      cacheFolder,
      fresh: options.fresh ?? false,
      debianImage: options.debian,
    });
    const own = recipe(options.source);
    return { architecture, layers: inOrder(made, own.archives), created: created(), recipe: own };
  });
  const tag = options.tag ?? `greenroom/helper:${manifest.version}`;

  if (options.sbom !== undefined) writeBills(resolve(options.sbom), images);
  if (options.context !== undefined) writeContext(resolve(options.context), images);
  if (options.archive !== undefined) {
    const compression = options.compression ?? 'gzip';
    const path = resolve(options.archive);
    writeWhole(
      path,
      writeArchive(images, tag, compression, (tar) => compressed(tar, compression)),
    );
    say(`Wrote ${tag} to ${path}`);
  } else {
    for (const image of images) loadImage(image, tag);
  }
  for (const image of images) printSizes(image, options.sizes ?? false);
}

/** The layers as the Dockerfile lays them. */
function inOrder(layers: readonly Layer[], archives: readonly string[]): Layer[] {
  if (layers.length !== archives.length)
    throw new Error(`the Dockerfile adds ${archives.join(', ')}, and others are made`);
  return archives.map((archive) => {
    const layer = layers.find(({ name }) => name === archive);
    if (layer === undefined) throw new Error(`the Dockerfile adds ${archive}, which is not made`);
    return layer;
  });
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        tag: { type: 'string' },
        arch: { type: 'string' },
        archive: { type: 'string' },
        compression: { type: 'string' },
        context: { type: 'string' },
        sbom: { type: 'string' },
        sizes: { type: 'boolean' },
        fresh: { type: 'boolean' },
        debian: { type: 'string' },
        source: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { compression, ...others } = values;
    if (compression === undefined) return others.help ? undefined : { ...others, compression };
    if (!isCompression(compression)) throw new Error(`--compression is gzip, zstd or none, not ${compression}`);
    return others.help ? undefined : { ...others, compression };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const isCompression = (word: string): word is Compression => ['gzip', 'zstd', 'none'].includes(word);

const hostArchitecture = () => ({ x64: 'amd64', arm64: 'arm64' })[process.arch as string] ?? process.arch;

/** The labels' values: of the commit that is checked out, so that it gives the same image wherever it is built. */
function recipe(source: string | undefined) {
  return readDockerfile(readFileSync(join(import.meta.dirname, 'Dockerfile'), 'utf8'), {
    VERSION: manifest.version,
    REVISION: revision(),
    CREATED: created(),
    SOURCE: source ?? manifest.repository?.url ?? '',
  });
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

function revision(): string {
  const commit = git('rev-parse', 'HEAD');
  return commit !== '' && git('status', '--porcelain', '--untracked-files=no') !== '' ? `${commit}-dirty` : commit;
}

/** https://reproducible-builds.org/specs/source-date-epoch/, else the commit's date, else 1970. */
function created(): string {
  const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? git('log', '-1', '--format=%ct'));
  if (!Number.isInteger(seconds)) throw new UsageError('SOURCE_DATE_EPOCH is not a number of seconds');
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}

function loadImage(image: Image, tag: string): void {
  const id = digestOf(configOf(image));
  if (imageId(tag) === id) {
    say(`Docker has ${tag} already: ${id}`);
  } else {
    load(writeArchive([image], tag, 'none', (tar) => tar));
    say(`Loaded ${tag}: ${id}`);
  }
}

function writeContext(folder: string, images: readonly Image[]): void {
  for (const { architecture, layers } of images) {
    const own = images.length === 1 ? folder : join(folder, architecture);
    mkdirSync(own, { recursive: true });
    copyFileSync(join(import.meta.dirname, 'Dockerfile'), join(own, 'Dockerfile'));
    for (const { name, tar } of layers) writeWhole(join(own, name), tar);
  }
}

/** What is in each image, for scanners: of the very packages that were put in. */
function writeBills(folder: string, images: readonly Image[]): void {
  for (const { architecture, layers, created } of images) {
    const { version } = manifest;
    const path = join(folder, `greenroom-helper-${version}-${architecture}.cdx.json`);
    const whole = { kind: 'container', name: 'greenroom/helper', version, created } as const;
    writeWhole(
      path,
      new TextEncoder().encode(
        billOfMaterials(
          whole,
          layers.flatMap(({ parts }) => parts),
        ),
      ),
    );
    say(`Wrote ${path}`);
  }
}

/** Compressing Node takes half a minute and its layer seldom changes: kept by its digest. */
function compressed(tar: Uint8Array, compression: Compression): Uint8Array {
  if (compression === 'none') return tar;
  const path = join(cacheFolder, `${digestOf(tar).slice(7, 39)}.${compression}`);
  if (!existsSync(path)) writeWhole(path, compress(tar, compression));
  return readFileSync(path);
}

function writeWhole(path: string, data: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, data);
  renameSync(`${path}.${process.pid}`, path);
}

function printSizes({ architecture, layers }: Image, withCompressed: boolean): void {
  const kinds: Compression[] = withCompressed ? ['none', 'gzip', 'zstd'] : ['none'];
  const row = (name: string, sizes: readonly number[], words: string) =>
    say([name.padEnd(14), ...sizes.map((size) => `${(size / 1000).toFixed(0).padStart(9)} kB`), `  ${words}`].join(''));
  const sizesOf = ({ tar }: Layer) => kinds.map((kind) => compressed(tar, kind).length);
  say(`${architecture.padEnd(14)}${kinds.map((kind) => (kind === 'none' ? 'size' : kind).padStart(12)).join('')}`);
  for (const layer of layers) row(layer.name.replace('.tar', ''), sizesOf(layer), layer.contents);
  const total = kinds.map((_, index) => layers.reduce((sum, layer) => sum + (sizesOf(layer)[index] ?? 0), 0));
  row('in all', total, '');
}

try {
  main();
} catch (error) {
  const { message } = error as Error;
  say(`image: ${message}`);
  if (error instanceof UsageError) say('npm run image -- --help tells what there is');
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
