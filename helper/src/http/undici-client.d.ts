// The one class of undici that the helper uses, imported by its own path: the package's entrance would bring
// fetch, caches, WebSockets and all, and cost a start 50 ms more. Its interface is the package's published one.
declare module 'undici/lib/dispatcher/client.js' {
  // biome-ignore lint/style/noDefaultExport: it is what a CommonJS module exports
  export { Client as default } from 'undici';
}
