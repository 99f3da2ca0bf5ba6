// Several files as one stream of documents.

/** One file stays as it is; between two there is a `---`, where the second does not bring one. */
export function joinStreams(texts: readonly string[]): string {
  let stream = '';
  for (const text of texts) {
    if (stream === '') stream = text;
    else {
      const lineEnd = /\r\n$/.test(stream) ? '\r\n' : '\n';
      // a byte order mark belongs at the beginning of a stream
      const next = text.replace(/^\uFEFF/, '');
      if (!stream.endsWith('\n')) stream += lineEnd;
      stream += /^(?:[ \t]*(?:#.*|%.*)?\r?\n)*---(?:[ \t\r\n]|$)/.test(next) ? next : `---${lineEnd}${next}`;
    }
  }
  return stream;
}
