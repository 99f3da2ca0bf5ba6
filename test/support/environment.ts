// What a program that a test starts may know of the environment of the tests: all but the settings of our own programs.
// Whoever runs the suite may have set some, and the helper refuses those that it does not know (GREENROOM_SCHEDULES).

/** The environment of the tests without GREENROOM_*, and what is given. */
export function cleanEnv(also: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const theirs = Object.entries(process.env).filter(([name]) => !name.startsWith('GREENROOM_'));
  return { ...Object.fromEntries(theirs), ...also };
}
