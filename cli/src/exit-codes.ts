// Every exit code of the CLI. Closed: scripts act on these numbers.

export const exitCodes = {
  success: { code: 0, sentence: 'Done.' },
  different: {
    code: 1,
    sentence:
      'The answer is no: `--check` found that a change would be made, a rehearsed pod did not start, `lint` found something as bad as `--fail-on` says, or something that `why` was asked about is not well.',
  },
  usage: { code: 2, sentence: 'A flag, a step or a setting is faulty; nothing was read.' },
  input: {
    code: 3,
    sentence: 'An input cannot be read, is broken, or holds nothing to work on; nothing was printed or written.',
  },
  // EX_SOFTWARE of sysexits.h
  bug: { code: 70, sentence: 'A bug in the CLI; please report it with the input.' },
  // 128 + signal number, as a shell reports it
  interrupted: { code: 130, sentence: 'Stopped by SIGINT.' },
  terminated: { code: 143, sentence: 'Stopped by SIGTERM.' },
} as const;

export type ExitName = keyof typeof exitCodes;
