// The version of the package; .dev/build.ts puts it in.

declare const GREENROOM_BUILD_VERSION: string | undefined;

/** Such as `0.1.0`; `0.0.0-source` when run unbundled. */
export const version: string = typeof GREENROOM_BUILD_VERSION === 'string' ? GREENROOM_BUILD_VERSION : '0.0.0-source';
