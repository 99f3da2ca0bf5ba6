// Who writes a partial file. Locks on files lie on many network file systems, so nothing here relies on them: each
// run writes files of its own, and takes over another's only when that one is known to be dead.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Owner {
  /** The pod's UID where the mounts tell it, else the host name. */
  readonly pod: string;
  /** The namespace in which `process` means something. */
  readonly processNamespace: string;
  readonly process: number;
  /** When the process started, in the kernel's ticks: numbers of processes come again. */
  readonly started: string;
}

/** This process. */
export function currentOwner(): Owner {
  return {
    pod: podUid() ?? hostname(),
    processNamespace: read(() => readlinkSync('/proc/self/ns/pid')) ?? '',
    process: process.pid,
    started: startOf(process.pid) ?? '',
  };
}

/** Names this start of the node's kernel; empty where nothing tells. */
export function currentBoot(): string {
  return read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? '';
}

/**
 * Whether a run that left something behind is over for sure. Within one process namespace the kernel knows; from
 * another container of the same pod, the kubelet has ended it before it started this one. Of other pods nothing is
 * known.
 * @param startedOf gives the start of a process that is there; for tests
 */
export function isOver(
  owner: Owner,
  current: Owner,
  startedOf: (process: number) => string | undefined = startOf,
): boolean {
  if (owner.processNamespace === current.processNamespace && owner.processNamespace !== '') {
    const started = startedOf(owner.process);
    return started === undefined || started !== owner.started;
  }
  return owner.pod === current.pod && /^[0-9a-f]{8}-/.test(owner.pod);
}

/** The kubelet mounts a pod's files from a folder that has the pod's UID for its name. */
function podUid(): string | undefined {
  const mounts = read(() => readFileSync('/proc/self/mountinfo', 'utf8')) ?? '';
  return /\/pods\/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\//.exec(mounts)?.[1];
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)); the second one may hold anything but its last parenthesis. */
function startOf(process: number): string | undefined {
  const stat = read(() => readFileSync(`/proc/${process}/stat`, 'utf8'));
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // a process that has ended and was not waited for yet writes nothing any more
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

function read(what: () => string): string | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}
