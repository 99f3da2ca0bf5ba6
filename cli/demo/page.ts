// The page that the site has, as bytes: long enough to be cut in the middle, and different at every place.

/** https://www.php.net/manual/en/language.basic-syntax.phptags.php */
export function makePage(): Buffer {
  const rows = Array.from({ length: 600 }, (_, row) => `  <li>${row + 1}: ${(row * row * 7919).toString(36)}</li>`);
  const head = [
    '<!doctype html>',
    '<title>php-updated</title>',
    '<h1>Downloaded before the app has started</h1>',
    '<ol>',
  ];
  return Buffer.from([...head, ...rows, '</ol>', ''].join('\n'));
}
