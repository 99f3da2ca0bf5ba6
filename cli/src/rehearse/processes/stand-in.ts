// `--stand-in CONTAINER='command line'`: what takes the place of a container that can't be rehearsed. Pure.

import { joinWords } from '../../../../helper/src/contract/index.ts';
import { Fault } from '../../fault.ts';
import { type MountedFolder, placeOf } from '../pod/mounts.ts';

export interface StandIn {
  readonly container: string;
  /** A line for `/bin/sh`, with placeholders such as `{/var/www/html}`. */
  readonly line: string;
}

/** @throws Fault usage */
export function parseStandIn(text: string): StandIn {
  const [, container, line] = /^([a-z0-9][a-z0-9-]*)=(.*\S.*)$/s.exec(text) ?? [];
  if (container !== undefined && line !== undefined) return { container, line };
  throw new Fault('usage', `--stand-in ${JSON.stringify(text)} is not of the form CONTAINER='COMMAND'`, {
    cure: "such as --stand-in app='node server.js {/var/www/html}'; a path in braces is one of the container",
  });
}

/**
 * Puts the places of the container's paths into the line, quoted for the shell.
 * @param address answers where a Service stands in the rehearsal, for `{myappb:80}`
 * @throws Fault usage for a path that lies in no volume of the container
 */
export function fillIn(
  { container, line }: StandIn,
  mounts: readonly MountedFolder[],
  address: (service: string, port: number) => string | undefined,
): string {
  return line.replace(
    /\{(\/[^{}]*)\}|\{([a-z0-9.-]+):(\d+)\}/g,
    (whole, path?: string, service?: string, port?: string) => {
      if (path !== undefined) {
        const place = placeOf(path, mounts, '');
        if (place.mount !== undefined) return joinWords([place.path]);
        const known = mounts.map((mount) => mount.path).join(', ') || 'none';
        throw new Fault('usage', `--stand-in ${container}: ${path} lies in no volume of the container`, {
          cure: `its mounts are: ${known}`,
        });
      }
      const found = address(service ?? '', Number(port));
      if (found !== undefined) return found;
      throw new Fault('usage', `--stand-in ${container}: ${whole} is no Service that has an address here`, {
        cure: `give it one: --service ${service}:${port}@0s`,
      });
    },
  );
}
