// What is used of aws4, which brings no types.
declare module 'aws4' {
  interface Request {
    readonly service: string;
    readonly region: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  }
  interface Keys {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }
  const aws4: { sign(request: Request, keys: Keys): { readonly headers: Readonly<Record<string, string | number>> } };
  export = aws4;
}
