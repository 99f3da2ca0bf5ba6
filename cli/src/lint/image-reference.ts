// The parts of an image's reference that say which build it is.

/** https://github.com/distribution/reference: [domain[:port]/]path[:tag][@digest] */
export function readImage(image: string): { readonly tag: string | undefined; readonly digest: string | undefined } {
  const [, rest = '', digest] = /^([^@]*)(?:@(.+))?$/.exec(image) ?? [];
  const [, tag] = /:([^/:]+)$/.exec(rest) ?? [];
  return { tag, digest };
}
