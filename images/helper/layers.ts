// What lies in the image, layer by layer; what changes seldom first. Nothing else is in it.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DebianPackage, type DebianSource, debianPackages } from './debian-packages.ts';
import { readElf, strip } from './elf.ts';
import { nodePackage } from './node-package.ts';
import { bundledParts, type Part, partsOfNode } from './sbom.ts';
import { file, link, type TarEntry, writeTar } from './tar.ts';

export interface Layer {
  /** As the Dockerfile calls it, such as `node.tar`. */
  readonly name: string;
  readonly tar: Uint8Array;
  /** What is in it, in words. */
  readonly contents: string;
  /** What in it was taken from others. */
  readonly parts: readonly Part[];
}

/** Debian's names: the C library, what gcc adds to it, certificates, and what names the release. */
const packageNames = ['libc6', 'libgcc-s1', 'libstdc++6', 'ca-certificates', 'base-files'] as const;

const libraryFolders: Readonly<Record<string, string>> = {
  amd64: 'usr/lib/x86_64-linux-gnu',
  arm64: 'usr/lib/aarch64-linux-gnu',
};

const ownArchitecture = process.arch === 'x64' ? 'amd64' : process.arch;

/** Architectures that the image is built for, as OCI and Debian call them. */
export const architectures = Object.keys(libraryFolders);

export type LayerSource = Omit<DebianSource, 'names'> & { readonly root: string };

/**
 * Makes the layers. None needs a program of the image's architecture to run, so none needs an emulator.
 * @throws Error where a part cannot be brought, or where Node asks for a library that no package has
 */
export function makeLayers(source: LayerSource): Layer[] {
  const { root, architecture, cacheFolder } = source;
  const packages = debianPackages({ ...source, names: packageNames });
  const node = nodePackage(root, architecture, cacheFolder);
  const libraries = librariesOf(node.program, architecture, packages);
  const taken = (one: DebianPackage): Part => ({
    ...{ kind: 'deb', name: one.name, version: one.version, architecture },
    licence: `see /usr/share/doc/${one.name}/copyright`,
  });
  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  return [
    {
      name: 'libraries.tar',
      tar: writeTar(libraries.entries),
      contents: libraries.from.map(({ name, version }) => `${name} ${version}`).join(', '),
      parts: libraries.from.map(taken),
    },
    {
      name: 'system.tar',
      tar: writeTar(systemEntries(packages)),
      contents: `${['ca-certificates', 'base-files'].map((name) => `${name} ${find(packages, name).version}`).join(', ')}, user 65532`,
      parts: ['ca-certificates', 'base-files'].map((name) => taken(find(packages, name))),
    },
    {
      name: 'node.tar',
      tar: writeTar([
        file('usr/bin/node', strip(node.program), 0o755),
        file('usr/share/doc/node/copyright', node.licence),
      ]),
      contents: `Node ${node.version}, without symbol tables`,
      parts: [
        { kind: 'node', name: 'node', version: node.version, licence: 'MIT', sha512: node.sha512 },
        ...partsOfNode(node.version),
      ],
    },
    {
      name: 'program.tar',
      tar: writeTar(programEntries(root, architecture)),
      contents: `greenroom-helper ${version}`,
      parts: bundledParts(root, 'helper'),
    },
  ];
}

/** The libraries that a program asks for, and those that they ask for, each under the one name that it is asked by. */
export function librariesOf(
  program: Uint8Array,
  architecture: string,
  packages: readonly DebianPackage[],
): { entries: TarEntry[]; from: DebianPackage[] } {
  const folder = libraryFolders[architecture] ?? '';
  const facts = readElf(program, architecture);
  const loader = facts.interpreter?.slice(1) ?? '';
  const entries: TarEntry[] = [];
  const from = new Set<DebianPackage>();
  const wanted = [loader.split('/').at(-1) ?? '', ...facts.needed];
  const seen = new Set<string>();
  for (const name of wanted) {
    if (seen.has(name)) continue;
    seen.add(name);
    const found = findLibrary(name, packages);
    if (found === undefined)
      throw new Error(`Node needs ${name}, and none of ${packages.map((one) => one.name).join(', ')} has it`);
    // the loader stands where the program asks for it, the others where the loader looks for them
    entries.push(file(loader.endsWith(`/${name}`) ? loader : `${folder}/${name}`, found.data, 0o755));
    from.add(found.owner);
    wanted.push(...readElf(found.data, architecture).needed);
  }
  return { entries: [...entries, ...[...from].flatMap((one) => paperOf(one, packages))], from: [...from] };
}

function findLibrary(name: string, packages: readonly DebianPackage[]) {
  for (const owner of packages) {
    const [path] = [...owner.files.keys()].filter((one) => /(?:^|\/)lib\//.test(one) && one.endsWith(`/${name}`));
    if (path === undefined) continue;
    const entry = owner.files.get(path);
    // a link to the file with the version in its name, in the same folder
    const data = entry?.kind === 'link' ? owner.files.get(path.replace(/[^/]+$/, entry.target))?.data : entry?.data;
    if (data !== undefined) return { owner, data };
  }
  return undefined;
}

/** Licence and control file: what a lawyer reads, and what a vulnerability scanner reads. */
function paperOf({ name, control, files }: DebianPackage, packages: readonly DebianPackage[]): TarEntry[] {
  const doc = `usr/share/doc/${name}`;
  const folder = files.get(doc);
  // several packages may share the folder of one of them
  const holder = folder?.kind === 'link' ? find(packages, folder.target).files : files;
  const copyright = holder.get(`${folder?.kind === 'link' ? `usr/share/doc/${folder.target}` : doc}/copyright`);
  if (copyright === undefined) throw new Error(`${name} comes without its licence`);
  return [
    file(`var/lib/dpkg/status.d/${name}`, control),
    file(copyright.path, copyright.data),
    ...(folder?.kind === 'link' ? [link(doc, folder.target)] : []),
  ];
}

const users = [
  ['root', 0],
  ['greenroom', 65_532],
  ['nobody', 65_534],
] as const;

function systemEntries(packages: readonly DebianPackage[]): TarEntry[] {
  const certificates = find(packages, 'ca-certificates');
  const release = find(packages, 'base-files').files.get('usr/lib/os-release');
  if (release === undefined) throw new Error('base-files has no usr/lib/os-release');
  const bundle = [...certificates.files.values()]
    .filter(({ path }) => /^usr\/share\/ca-certificates\/.+\.crt$/.test(path))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ data }) => new TextDecoder().decode(data).trimEnd());
  if (bundle.length === 0) throw new Error('ca-certificates has no certificates');
  return [
    file('etc/ssl/certs/ca-certificates.crt', `${bundle.join('\n')}\n`),
    ...paperOf(certificates, packages),
    // tells a scanner whose packages these are
    file(release.path, release.data),
    link('etc/os-release', '../usr/lib/os-release'),
    ...paperOf(find(packages, 'base-files'), packages),
    // kustomize runs functions as nobody, by name
    file('etc/passwd', users.map(([name, id]) => `${name}:x:${id}:${id}:${name}:/:/sbin/nologin\n`).join('')),
    file('etc/group', users.map(([name, id]) => `${name}:x:${id}:\n`).join('')),
  ];
}

function programEntries(root: string, architecture: string): TarEntry[] {
  const folder = join(root, 'dist/helper');
  if (!existsSync(join(folder, 'greenroom-helper.js'))) {
    throw new Error('dist/helper/greenroom-helper.js is not there; npm run image builds it first');
  }
  const paths = globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    // what V8 compiled here is of use to the same processor only
    .filter((path) => !path.endsWith('.code') || architecture === ownArchitecture)
    .sort();
  return [
    ...paths.map((path) => file(`greenroom/${path}`, readFileSync(join(folder, path)))),
    file('usr/share/doc/greenroom/copyright', readFileSync(join(root, 'LICENSE'))),
  ];
}

function find(packages: readonly DebianPackage[], name: string): DebianPackage {
  const found = packages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} was not brought`);
  return found;
}
