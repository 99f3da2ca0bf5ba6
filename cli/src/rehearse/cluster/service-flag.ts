// `--service` and `--host`: what stands in for the cluster's Services and for the world outside of it. Pure.
import { parseDuration } from '../../../../helper/src/contract/index.ts';
import { Fault } from '../../fault.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A port of a Service, or all of them, and when it is there. */
export interface ServiceFlag {
  readonly name: string;
  /** Undefined: the namespace of what is rehearsed. */
  readonly namespace: string | undefined;
  /** Undefined: every port. */
  readonly port: number | undefined;
  /** When the Service is created, in milliseconds from the start of the pod. */
  readonly createdAtMs: number;
  /** When it has ready endpoints; never before it is created. */
  readonly readyAtMs: number;
  /** Where its connections go; undefined: to a port that only accepts them. */
  readonly backend: Address | undefined;
}

/** A name outside of the cluster. */
export interface HostFlag {
  readonly name: string;
  readonly port: number | undefined;
  readonly backend: Address;
}

// the name of a Service: RFC 1035 label, from Kubernetes 1.37 on RFC 1123 label
const servicePattern =
  /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.([a-z0-9](?:[a-z0-9-]*[a-z0-9])?))?(?::(\d+))?(?:@([^+=]+)(?:\+([^=]+))?)?(?:=(.+))?$/;

/**
 * Reads `NAME[.NAMESPACE][:PORT][@CREATED[+READY]][=HOST:PORT]`, such as `db:5432@3s`.
 * @throws Fault usage
 */
export function parseServiceFlag(text: string): ServiceFlag {
  const cure =
    'it is NAME[.NAMESPACE][:PORT], then @3s for when it appears, =HOST:PORT for where its connections go, or both';
  const fault = (what: string) => new Fault('usage', `--service ${JSON.stringify(text)}: ${what}`, { cure });
  const match = servicePattern.exec(text);
  if (match === null) throw fault('is not of the right form');
  const [, name = '', namespace, port, created, later, backend] = match;
  if (created === undefined && backend === undefined) {
    throw fault('says neither when it appears nor where its connections go');
  }
  const createdAtMs = created === undefined ? 0 : parseDuration(created);
  const laterMs = later === undefined ? 0 : parseDuration(later);
  if (createdAtMs === undefined) throw fault(`${created} is not a duration with a unit, such as 3s`);
  if (laterMs === undefined) throw fault(`${later} is not a duration with a unit, such as 3s`);
  return {
    name,
    namespace,
    port: port === undefined ? undefined : parsePort(port, fault),
    createdAtMs,
    readyAtMs: createdAtMs + laterMs,
    backend: backend === undefined ? undefined : parseAddress(backend, fault),
  };
}

/**
 * Reads `NAME[:PORT]=HOST:PORT`, such as `example.org=127.0.0.1:8080`.
 * @throws Fault usage
 */
export function parseHostFlag(text: string): HostFlag {
  const fault = (what: string) =>
    new Fault('usage', `--host ${JSON.stringify(text)}: ${what}`, { cure: 'it is NAME[:PORT]=HOST:PORT' });
  const [, name, port, backend] = /^([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)(?::(\d+))?=(.+)$/.exec(text) ?? [];
  if (name === undefined || backend === undefined) throw fault('is not of the right form');
  return {
    name: name.toLowerCase(),
    port: port === undefined ? undefined : parsePort(port, fault),
    backend: parseAddress(backend, fault),
  };
}

function parseAddress(text: string, fault: (what: string) => Fault): Address {
  const [, bracketed, plain, port = ''] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]/]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw fault(`${text} is not HOST:PORT, such as 127.0.0.1:8080`);
  return { host, port: parsePort(port, fault) };
}

function parsePort(digits: string, fault: (what: string) => Fault): number {
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw fault('a port is a number from 1 to 65535');
  return port;
}
