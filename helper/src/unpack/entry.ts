// One entry of an archive, whatever its format.

export interface Entry {
  /** As the archive has it. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'hardlink';
  /** Permissions, 0 to 0777: of set-user-ID, set-group-ID and sticky nothing is taken. */
  readonly mode: number;
  readonly modified: Date | undefined;
  /** As announced; a format that lies about it is found out while it is read. */
  readonly sizeBytes: number;
  /** Of a link, as the archive has it. */
  readonly linkTarget: string;
  /** Can be read once, and need not be. */
  readonly content: AsyncIterable<Uint8Array>;
}
