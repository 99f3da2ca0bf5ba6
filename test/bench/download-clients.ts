// The clients that are compared, each as people run it.
import { helperProgram } from '../support/run-helper.ts';

export interface Client {
  readonly name: string;
  /** As the page shows it. */
  readonly shown: string;
  /** How often it may be started anew after a failure. */
  readonly runs: number;
  readonly command: (url: string, path: string, folder: string) => readonly string[];
}

const client = (name: string, shown: string, runs: number, command: Client['command']): Client => ({
  name,
  shown,
  runs,
  command,
});

export const clients: readonly Client[] = [
  client('greenroom-helper', 'greenroom-helper fetch URL FILE --timeout 3s --deadline 20s', 3, (url, path) => [
    ...[process.execPath, helperProgram, 'fetch', url, path],
    ...['--timeout', '3s', '--deadline', '20s', '--log-level', 'error'],
  ]),
  client('curl', 'curl -fsSL --retry 5 -Y 1 -y 3 -o FILE URL', 1, (url, path) => [
    ...['curl', '-fsSL', '--retry', '5', '-Y', '1', '-y', '3', '-o', path, url],
  ]),
  client('curl all errors', 'curl -fsSL --retry 5 --retry-all-errors -Y 1 -y 3 -o FILE URL', 1, (url, path) => [
    ...['curl', '-fsSL', '--retry', '5', '--retry-all-errors', '-Y', '1', '-y', '3', '-o', path, url],
  ]),
  client('curl -C -', 'curl -fsSL -C - -Y 1 -y 3 -o FILE URL', 3, (url, path) => [
    ...['curl', '-fsSL', '-C', '-', '-Y', '1', '-y', '3', '-o', path, url],
  ]),
  client('wget -c', 'wget -q -c -t 20 -T 3 -O FILE URL', 3, (url, path) => [
    ...['wget', '-q', '-c', '-t', '20', '-T', '3', '-O', path, url],
  ]),
  client('aria2', 'aria2c -c -t 3 --retry-wait=1 -x 1 -o FILE URL', 3, (url, path, folder) => [
    ...['aria2c', '-q', '-c', '-t', '3', '--retry-wait=1', '-x', '1', '-s', '1', '-d', folder],
    ...['-o', path.slice(folder.length + 1), url],
  ]),
  client('aria2 -x4', 'aria2c -c -t 3 --retry-wait=1 -x 4 -s 4 -k 1M -o FILE URL', 3, (url, path, folder) => [
    ...['aria2c', '-q', '-c', '-t', '3', '--retry-wait=1', '-x', '4', '-s', '4', '-k', '1M', '-d', folder],
    ...['-o', path.slice(folder.length + 1), url],
  ]),
];
