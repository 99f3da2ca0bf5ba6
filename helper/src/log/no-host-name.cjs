// Stands in for node:os in pino (see .dev/build.ts), which asks for the host's name at every start; the log has no use for it.
module.exports = { hostname: () => '' };
