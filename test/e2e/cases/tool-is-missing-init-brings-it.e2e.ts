// A tool and a script that the app's image lacks come by an init container; the app runs them.
import assert from 'node:assert/strict';
import { onCluster, scaffold } from '../case.ts';
import { origin } from '../origin.ts';
import { succeeded } from '../pod.ts';

onCluster('the app runs a tool and a script that its image lacks', async (namespace) => {
  await namespace.apply(
    origin({ 'greet.sh': '#!/bin/sh\n/tools/hello --greeting="$1"\n' }),
    await scaffold(
      'job',
      'app',
      '--fetch',
      'http://origin:8080/hello /tools/hello --mode 0755',
      '--fetch',
      'http://origin:8080/greet.sh /tools/greet.sh --mode 0755',
      '--command',
      '--',
      'sh',
      '-c',
      'command -v hello && exit 9; exec /tools/greet.sh "break a leg"',
    ),
  );
  const { metadata } = await namespace.pod('app', 'succeeded', succeeded);
  assert.equal(await namespace.logs(metadata.name, 'app'), 'break a leg\n');
});
