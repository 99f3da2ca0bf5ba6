// Every exit code of the helper. Closed: manifests act on these numbers
// (restartPolicyRules, podFailurePolicy), so a number never changes its meaning.

export interface ExitCode {
  /** The number the process ends with. */
  readonly code: number;
  /** What it says, as it stands in helper/README.md. */
  readonly sentence: string;
  /** Whether the same pod, started again as it is, may end otherwise. */
  readonly worthRestarting: boolean;
}

export const exitCodes = {
  success: { code: 0, sentence: 'Every step is done.', worthRestarting: false },
  bug: { code: 1, sentence: 'A bug in the helper; please report it with the log.', worthRestarting: true },
  usage: {
    code: 2,
    sentence: 'An argument, an environment variable or the plan is faulty; nothing was started.',
    worthRestarting: false,
  },
  permanent: { code: 3, sentence: 'A step failed for good; trying again will not help.', worthRestarting: false },
  // as timeout(1)
  deadline: {
    code: 124,
    sentence: 'The deadline passed; what was waited for may still come.',
    worthRestarting: true,
  },
  // 128 + signal number, as a shell reports it
  interrupted: { code: 130, sentence: 'Stopped by SIGINT.', worthRestarting: true },
  terminated: { code: 143, sentence: 'Stopped by SIGTERM.', worthRestarting: true },
} as const satisfies Record<string, ExitCode>;

export type ExitName = keyof typeof exitCodes;
