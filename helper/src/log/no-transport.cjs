// Stands in for thread-stream and sonic-boom in the bundle (see .dev/build.ts): the helper logs through a stream of its
// own, from its own thread.
module.exports = function NoTransport() {
  throw new Error('the helper is built without log transports');
};
