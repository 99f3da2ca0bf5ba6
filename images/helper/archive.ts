// Writes images as an archive that Docker loads and registries' tools copy: an OCI image layout
// (https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md), and for one image also the manifest.json
// of `docker save`. The same layers and settings give the same bytes.
import { createHash } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Recipe } from './dockerfile.ts';
import type { Layer } from './layers.ts';
import { file, type TarEntry, writeTar } from './tar.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

export interface Image {
  readonly architecture: string;
  readonly recipe: Recipe;
  readonly layers: readonly Layer[];
  /** RFC 3339, such as `2026-01-31T12:00:00Z`. */
  readonly created: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: string; readonly os: 'linux' };
  readonly annotations?: Readonly<Record<string, string>>;
}

const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: { none: '', gzip: '+gzip', zstd: '+zstd' },
} as const;

/** `sha256:` and the hexadecimal digest. */
export const digestOf = (data: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** As a registry would keep it; both at the highest level that is common there. */
export function compress(data: Uint8Array, compression: Compression): Uint8Array {
  if (compression === 'gzip') return gzipSync(data, { level: 9 });
  if (compression === 'zstd') {
    return zstdCompressSync(data, { params: { [constants.ZSTD_c_compressionLevel]: 19 } });
  }
  return data;
}

/** The image's configuration, whose digest is what Docker calls the image's ID. */
export function configOf({ architecture, recipe, layers, created }: Image): string {
  return JSON.stringify({
    created,
    architecture,
    os: 'linux',
    config: {
      User: recipe.user,
      Env: recipe.environment,
      Entrypoint: recipe.entrypoint,
      Labels: recipe.labels,
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ tar }) => digestOf(tar)) },
    history: layers.map(({ name, contents }) => ({ created, created_by: `ADD ${name} /`, comment: contents })),
  });
}

/**
 * @param images one for each architecture
 * @param tag such as `greenroom/helper:0.1.0`
 * @param compressed gives a layer compressed
 */
export function writeArchive(
  images: readonly Image[],
  tag: string,
  compression: Compression,
  compressed: (tar: Uint8Array) => Uint8Array,
): Uint8Array {
  const blobs = new Map<string, TarEntry>();
  const pathOf = (digest: string) => `blobs/${digest.replace(':', '/')}`;
  const keep = (mediaType: string, data: Uint8Array | string): Descriptor => {
    const digest = digestOf(data);
    const blob = file(pathOf(digest), data);
    blobs.set(digest, blob);
    return { mediaType, digest, size: blob.data.length };
  };

  const kept = images.map((image) => {
    const config = keep(mediaTypes.config, configOf(image));
    const layers = image.layers.map(({ tar }) =>
      keep(`application/vnd.oci.image.layer.v1.tar${mediaTypes.layer[compression]}`, compressed(tar)),
    );
    const annotations = image.recipe.labels;
    const body = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers, annotations };
    const platform = { architecture: image.architecture, os: 'linux' } as const;
    return { config, layers, manifest: { ...keep(mediaTypes.manifest, JSON.stringify(body)), platform } };
  });

  const name = { 'io.containerd.image.name': tag, 'org.opencontainers.image.ref.name': tag.replace(/^.*:/, '') };
  const manifests = kept.map(({ manifest }) => manifest);
  const index = { schemaVersion: 2, mediaType: mediaTypes.index };
  const [first] = kept;
  const top =
    kept.length === 1
      ? manifests.map((manifest) => ({ ...manifest, annotations: name }))
      : [{ ...keep(mediaTypes.index, JSON.stringify({ ...index, manifests })), annotations: name }];
  const docker =
    kept.length === 1 && first !== undefined
      ? [
          {
            Config: pathOf(first.config.digest),
            RepoTags: [tag],
            Layers: first.layers.map(({ digest }) => pathOf(digest)),
          },
        ]
      : undefined;
  return writeTar([
    ...blobs.values(),
    file('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' })),
    file('index.json', JSON.stringify({ ...index, manifests: top })),
    ...(docker === undefined ? [] : [file('manifest.json', JSON.stringify(docker))]),
  ]);
}
