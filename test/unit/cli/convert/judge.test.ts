// Which scripts become which asks, with which limit; and which are left alone, for which reason.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the shell's
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referTo } from '../../../../cli/src/convert/ask.ts';
import { judge } from '../../../../cli/src/convert/judge.ts';
import { Unsure } from '../../../../cli/src/convert/script/syntax.ts';
import { stepsOf } from '../../../../cli/src/convert/steps.ts';
import { formatStep, joinWords } from '../../../../helper/src/contract/index.ts';

const env = new Map([
  ['DB_HOST', 'db'],
  ['REF', referTo('REF')],
]);

/** The steps of a script or of words; or why there are none. */
function read(input: string | readonly string[]): string {
  try {
    const { steps, write } = stepsOf(judge(typeof input === 'string' ? ['sh', '-c', input] : input, env));
    return steps
      .map((step) => joinWords(formatStep(step)))
      .flatMap((line) => write([line]))
      .join(' | ')
      .replaceAll("'", '');
  } catch (error) {
    if (!(error instanceof Unsure)) throw error;
    return `left: ${error.message}`;
  }
}

const cases: Readonly<Record<string, readonly (readonly [string | readonly string[], string])[]>> = {
  'a loop without an end': [
    ['until nc -z db 5432; do echo waiting; sleep 2; done', 'wait tcp://db:5432'],
    ['while ! nc -vz db 5432 -w5; do sleep 2; done; echo up', 'wait tcp://db:5432 --timeout 5s'],
    ['while true; do nc -z db 5432 && break; sleep 1; done', 'wait tcp://db:5432'],
    ['while :; do if nc -z db 5432; then exit 0; fi; sleep 1; done', 'wait tcp://db:5432'],
    ['until (echo > /dev/tcp/db/5432) >/dev/null 2>&1; do sleep 1; done', 'wait tcp://db:5432'],
    [
      ['bash', '-c', 'until timeout 1 bash -c "</dev/tcp/db/5432"; do sleep 1; done'],
      'wait tcp://db:5432 --timeout 1s',
    ],
    ['until getent hosts db; do sleep 1; done', 'wait dns://db'],
    ['until nslookup db > /dev/null 2>&1; do sleep 1; done', 'wait dns://db'],
    ['until nc -z fd00::7 80; do sleep 1; done', 'wait tcp://[fd00::7]:80'],
    ['until nc -z "$DB_HOST" 5432; do sleep 1; done', 'wait tcp://db:5432'],
    ['until nc -z ${REF} 5432; do sleep 1; done', 'wait tcp://$(REF):5432'],
    ['for host in a b; do until nc -z $host 1; do sleep 1; done; done', 'wait tcp://a:1 tcp://b:1'],
    ['until nc -z a 1; do sleep 1; done; until nslookup b; do sleep 1; done', 'wait tcp://a:1 dns://b'],
    ['until nc -z a 1 && nc -z b 2; do sleep 1; done', 'wait tcp://a:1 tcp://b:2'],
    ['until [ -f /shared/ready ]; do sleep 1; done', 'wait file:///shared/ready'],
  ],
  'a loop with an end': [
    ['for i in $(seq 1 30); do nc -z db 1 && exit 0; sleep 2; done; exit 1', 'wait tcp://db:1 --deadline 1m'],
    ['n=0; until nc -z db 1; do n=$((n+1)); [ $n -gt 9 ] && exit 1; sleep 3; done', 'wait tcp://db:1 --deadline 27s'],
    ['until nc -z db 1 || [ $((i=i+1)) -gt 5 ]; do sleep 1; done', "left: $i is not given in this container's env"],
    [
      'end=$(( $(date +%s) + 60 )); until nc -z a 1; do [ $(date +%s) -ge $end ] && exit 1; sleep 2; done',
      'wait tcp://a:1 --deadline 1m',
    ],
    [['timeout', '300', 'sh', '-c', 'until nc -z a 1; do sleep 1; done'], 'wait tcp://a:1'],
    [
      ['timeout', '90', 'sh', '-c', 'until nc -z a 1; do sleep 1; done; until nc -z b 2; do sleep 1; done'],
      'wait tcp://a:1 tcp://b:2 --deadline 1m30s',
    ],
    [
      ['timeout', '90', 'sh', '-c', 'until nc -z -w 1 a 1; do sleep 1; done; until nc -z -w 2 b 2; do sleep 1; done'],
      'left: one limit of timeout holds for several steps',
    ],
    [
      'for i in 1 2 3; do nc -z db 1 && exit 0; done; exit 1',
      'left: it tries 3 times without a pause: what time that takes is not known',
    ],
  ],
  'what goes on without it, or asks for more, is left alone': [
    ['for i in $(seq 1 30); do nc -z db 1 && break; sleep 2; done', 'left: it goes on when tcp://db:1 is never ready'],
    ['nc -z db 1 || true', 'left: it goes on when tcp://db:1 is never ready'],
    ['nc -z db 1; echo done', 'left: it goes on when tcp://db:1 is never ready'],
    [
      'timeout 10 sh -c "until nc -z db 1; do sleep 1; done" || echo no',
      'left: it goes on when tcp://db:1 is never ready',
    ],
    ['for i in 1 2 3; do nc -z db 1 || exit 1; sleep 1; done', 'left: it asks the same again once it has succeeded'],
    ['sleep 30; until nc -z db 1; do sleep 1; done', 'left: a fixed pause of 30 s, which no step makes'],
    ['until nc -z db 1; do sleep 1; done; migrate up', 'left: migrate: what it does is not known'],
    ['until nc -z db 1; do echo x > /data/state; sleep 1; done', 'left: a file is written: /data/state'],
    ['until nc -z $UNKNOWN 1; do sleep 1; done', "left: $UNKNOWN is not given in this container's env"],
    [
      'until nc -z ${UNKNOWN:-db} 1; do sleep 1; done',
      'left: ${UNKNOWN:-…}: whether the image gives UNKNOWN is not known',
    ],
    ['until nslookup db 10.0.0.10; do sleep 1; done', 'left: nslookup asks a name server of its own choice'],
    ['until dig db; do sleep 1; done', 'left: dig succeeds for a name that is not there as well'],
    ['until nc -zu db 53; do sleep 1; done', 'left: nc -u asks by UDP, which tells nothing'],
    ['until curl -kf https://db; do sleep 1; done', 'left: curl -k takes any certificate; the helper verifies'],
    [
      'until curl -f -H "Authorization: x" https://db; do sleep 1; done',
      'left: curl -H may hold what is secret: say it with --header-env',
    ],
    ['until mysql -h db -e "SELECT 1"; do sleep 1; done', 'left: mysql logs in, which the helper does not'],
    ['until nc -z db 1 & sleep 1; do true; done', 'left: a command in the background'],
    ['set -e; trap "exit 0" ERR; nc -z db 1; echo hi', 'left: a trap, which may turn the outcome round'],
    ['IFS=,; for h in a,b; do nc -z $h 1; done', 'left: IFS is set, which changes what the rest means'],
    ['until ! nc -z db 1; do sleep 1; done', 'left: it asks the same again once it has succeeded'],
    ['until nc -z a 1 || nc -z b 1; do sleep 1; done', 'left: it goes on when tcp://a:1 is never ready'],
    [
      'until nc -z a 1; do if nc -z b 2; then exit 0; fi; sleep 1; done',
      'left: it goes on when tcp://a:1 is never ready',
    ],
    ['wait() { nc -z db 1; }; wait', 'left: a function, or parentheses that are not read'],
    ['until nc -z db 1; do sleep 1', 'left: done is missing'],
  ],
  'a pause behind it becomes a time that it must stay ready': [
    ['until nc -z db 1; do sleep 1; done; sleep 10', 'wait tcp://db:1 --stable-for 10s'],
  ],
  pages: [
    ['until curl -sf http://a/h; do sleep 1; done', 'wait http://a/h'],
    ['until curl -s http://a/h; do sleep 1; done', 'wait http://a/h --status 100-599 --max-redirects 0'],
    [
      'until curl -s http://db:5432; do sleep 1; done',
      'left: curl without -f at "db:5432", where no web server is expected',
    ],
    [
      'until $(curl --output /dev/null --silent --head --fail http://a); do printf .; sleep 5; done',
      'wait http://a --method HEAD',
    ],
    [
      `until [ "$(curl -s -o /dev/null -w '%{http_code}' http://a/h)" = "200" ]; do sleep 1; done`,
      'wait http://a/h --status 200 --max-redirects 0',
    ],
    [
      `while [[ "$(curl -sL -o /dev/null -w "%{http_code}" http://a/h)" != "204" ]]; do sleep 1; done`,
      'wait http://a/h --status 204',
    ],
    ['until wget -qO- http://a/h | grep -q green; do sleep 1; done', 'wait http://a/h --contains green'],
    ['until wget -qO- http://a/h | grep -qv red; do sleep 1; done', 'left: grep -v: what it would mean is not known'],
    [
      'until wget -q -T 5 --spider http://a.$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace).svc/h; do sleep 1; done',
      'wait http://a/h --timeout 5s',
    ],
  ],
  'clients of servers': [
    ['until pg_isready -h db -p 5433 -U x -d y -t 1; do sleep 1; done', 'wait postgres://db:5433 --timeout 1s'],
    ['until pg_isready; do sleep 1; done', 'left: pg_isready names no host'],
    ['until mysqladmin ping -h db -P 3307 -uroot -psecret --silent; do sleep 1; done', 'wait mysql://db:3307'],
    ['until mysqladmin ping -h db -u root -psecret; do sleep 1; done', 'wait mysql://db'],
    ['until redis-cli -h cache -p 6380 ping; do sleep 1; done', 'wait redis://cache:6380'],
    ['until mongosh --host db --quiet --eval "db.adminCommand(\'ping\')"; do sleep 1; done', 'wait mongodb://db'],
  ],
  'programs that are made to wait': [
    [['/wait-for-it.sh', 'db:5432'], 'wait tcp://db:5432 --deadline 15s'],
    [['/wait-for-it.sh', 'db:5432', '-t', '0', '-s', '--', 'echo', 'up'], 'wait tcp://db:5432'],
    [
      ['/wait-for-it.sh', 'db:5432', '--', 'echo', 'up'],
      'left: wait-for-it without --strict goes on when it has waited in vain',
    ],
    [['wait-for', 'http://a/h', '-t', '60', '--', 'echo', 'up'], 'wait http://a/h --deadline 1m --timeout 1s'],
    [['wait4x', 'tcp', 'a:1', 'b:2', '--timeout', '2m'], 'wait tcp://a:1 tcp://b:2 --deadline 2m'],
    [['wait4x', 'http', 'http://a', '--expect-status-code', '200'], 'wait http://a --deadline 10s --status 200'],
    [['wait4x', 'postgresql', 'postgres://u:p@db'], 'left: wait4x postgresql asks what no target asks alike'],
    [
      ['dockerize', '-wait', 'tcp://a:1', '-wait', 'http://b', '-timeout', '60s', 'app'],
      'left: app: what it does is not known',
    ],
    [
      ['kubectl', 'wait', '--for=condition=ready', 'pod', '-l', 'app=db', '--timeout=2m'],
      'wait k8s://pod --deadline 2m --selector app=db',
    ],
    [['kubectl', 'rollout', 'status', 'deployment/a'], 'left: kubectl rollout has no step'],
    [['kubectl', 'wait', '--for=delete', 'job/a'], 'wait k8s://job/a --deadline 30s --gone'],
  ],
  downloads: [
    ['wget -O /d/f https://e.org/f && chmod +x /d/f', 'fetch https://e.org/f /d/f --mode 0755'],
    ['curl -fsSL -o /d/f https://e.org/f', 'fetch https://e.org/f /d/f'],
    ['cd /d && curl -LO https://e.org/f.jar', 'fetch https://e.org/f.jar /d/f.jar'],
    ['wget -P /d https://e.org/f.jar', 'fetch https://e.org/f.jar /d/f.jar'],
    ['until wget -O /d/f https://e.org/f; do sleep 5; done', 'fetch https://e.org/f /d/f'],
    [
      'set -e; wget -O /d/a https://e.org/a; wget -O /d/b https://e.org/b',
      'fetch https://e.org/a /d/a | fetch https://e.org/b /d/b',
    ],
    [
      'wget -O /d/a https://e.org/a; wget -O /d/b https://e.org/b',
      'left: it goes on when https://e.org/a cannot be fetched',
    ],
    [
      `wget -O /d/f https://e.org/f && echo "${'a'.repeat(64)}  /d/f" | sha256sum -c`,
      `fetch https://e.org/f /d/f --sha256 ${'a'.repeat(64)}`,
    ],
    [
      'mkdir -p /d/x && wget -qO- https://e.org/a.tgz | tar xz -C /d/x --strip-components=1',
      'fetch https://e.org/a.tgz /d/x --unpack --strip-components 1',
    ],
    ['wget -qO- https://e.org/a.tgz | tar xz -C /d', 'left: tar unpacks into /d, which may hold other files'],
    [
      'curl -fsSLo /tmp/a.tgz https://e.org/a.tgz && mkdir /d/x && tar -xzf /tmp/a.tgz -C /d/x && rm /tmp/a.tgz',
      'fetch https://e.org/a.tgz /d/x --unpack',
    ],
    ['wget -O /d/f https://u:p@e.org/f', 'left: a password stands in the URL'],
    ['wget -O /d/f https://e.org/f && rm -rf /d/old', 'left: rm /d/old: another duty'],
  ],
};

for (const [title, list] of Object.entries(cases)) {
  for (const [input, expected] of list) {
    test(`${title}: ${typeof input === 'string' ? input : joinWords(input)}`, () => {
      assert.equal(read(input), expected);
    });
  }
}
