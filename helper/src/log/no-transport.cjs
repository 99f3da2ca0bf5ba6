// Stands in for thread-stream in the bundle (see .dev/build.ts): the helper logs from its own thread.
module.exports = function NoTransport() {
  throw new Error('the helper is built without log transports');
};
