// What the harness hands to the cases, and how patient they are.

const given = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run cases by "npm run e2e -- CASE", not on their own`);
  return value;
};

/** Busybox, nginx, an origin: see stage/build. */
export const stage = given('GREENROOM_E2E_STAGE');
/** The built helper image. */
export const helper = given('GREENROOM_E2E_HELPER');
/** Kubernetes' minor version as a number: 36. */
export const minor = Number(given('GREENROOM_E2E_KUBERNETES').slice(2));
/** The Docker container that is the cluster's node. */
export const node = given('GREENROOM_E2E_NODE');
/** Where a case that fails leaves what there is to know. */
export const failures = given('GREENROOM_E2E_FAILURES');

/** After this a wait has hung, on however busy a machine. No case expects anything to be as slow, or as fast. */
export const patienceMs = 300_000;
