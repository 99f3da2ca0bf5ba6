// Stands in for worker_threads in the bundle (see .dev/build.ts): pino asks it one thing, whether this is the main thread.
module.exports = { isMainThread: true };
