// Kafka from its Maven jars, one node that is broker and controller (KRaft). The jars are brought once, by Maven as
// this machine has it set up, and kept in ~/.cache/greenroom; 46 MB.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { converse } from '../../helper/src/wait/servers/dialogue.ts';
import { call, text } from '../../helper/src/wait/servers/kafka-frames.ts';
import { findProgram, type RealServer, runTool, startServer, whoeverRunsTests } from './real-server.ts';

const version = '3.9.1';
const jars = join(homedir(), '.cache/greenroom', `kafka-${version}`);

/** Options of a test that needs Kafka: left out, with the cure, where it cannot be had. */
export function needsKafka(): { readonly skip: string | false } {
  if (findProgram('java') === undefined)
    return { skip: 'LEFT OUT: java is missing (apt-get install default-jre-headless)' };
  if (!existsSync(jars) && findProgram('mvn') === undefined) {
    return { skip: 'LEFT OUT: mvn, which brings Kafka, is missing (apt-get install maven)' };
  }
  return { skip: false };
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>greenroom.test</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/** Brings the jars, unless they are there. @throws Error with what Maven said */
export async function bringKafka(): Promise<void> {
  if (existsSync(jars)) return;
  const folder = `${jars}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pom.xml'), pom);
  try {
    const copy = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'jars')}`];
    await promisify(execFile)('mvn', ['-f', join(folder, 'pom.xml'), ...copy]);
    // another test run may have been quicker
    if (!existsSync(jars)) renameSync(join(folder, 'jars'), jars);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// a quick start rather than a quick server
const java = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*')];

export interface KafkaSettings {
  /** A folder of the test's own. */
  readonly folder: string;
  readonly ports: { readonly plain: number; readonly sasl: number; readonly tls: number; readonly controller: number };
  /** PEM: key and certificate in one file. */
  readonly keyAndCertificate: string;
  /** Who may log in, by PLAIN and by SCRAM. */
  readonly user: string;
  readonly password: string;
}

/** Makes the storage of a node, and gives what starts it. */
export async function prepareKafka({
  folder,
  ports,
  keyAndCertificate,
  user,
  password,
}: KafkaSettings): Promise<() => RealServer> {
  const login = 'org.apache.kafka.common.security';
  const settings = [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    'controller.listener.names=CONTROLLER',
    `listeners=${[
      `PLAINTEXT://127.0.0.1:${ports.plain}`,
      `SASL_PLAINTEXT://127.0.0.1:${ports.sasl}`,
      `SASL_SSL://127.0.0.1:${ports.tls}`,
      `CONTROLLER://127.0.0.1:${ports.controller}`,
    ].join(',')}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    ...['sasl_plaintext', 'sasl_ssl'].flatMap((listener) => [
      `listener.name.${listener}.plain.sasl.jaas.config=${login}.plain.PlainLoginModule required user_${user}="${password}";`,
      ...['256', '512'].map(
        (size) =>
          `listener.name.${listener}.scram-sha-${size}.sasl.jaas.config=${login}.scram.ScramLoginModule required;`,
      ),
    ]),
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${keyAndCertificate}`,
    `log.dirs=${join(folder, 'data')}`,
    'offsets.topic.replication.factor=1',
    'auto.create.topics.enable=false',
  ];
  const file = join(folder, 'server.properties');
  writeFileSync(file, `${settings.join('\n')}\n`);
  const scram = ['256', '512'].flatMap((size) => [
    '--add-scram',
    `SCRAM-SHA-${size}=[name=${user},password=${password}]`,
  ]);
  const storage = ['format', '--cluster-id', 'AAAAAAAAQACAAAAAAAAAAA', '--config', file, ...scram];
  await runTool('java', [...java, 'kafka.tools.StorageTool', ...storage], whoeverRunsTests);
  return () => startServer('java', [...java, 'kafka.Kafka', file], {}, whoeverRunsTests);
}

/** Makes a topic of so many partitions: CreateTopics v2, https://kafka.apache.org/protocol#The_Messages_CreateTopics */
export async function makeTopic(port: number, name: string, partitions: number): Promise<void> {
  const topic = Buffer.alloc(4 + 2 + 4 + 4);
  topic.writeInt32BE(partitions, 0);
  topic.writeInt16BE(1, 4);
  const count = Buffer.from([0, 0, 0, 1]);
  const timeoutMs = Buffer.from([0, 0, 0x27, 0x10]);
  const body = Buffer.concat([count, text(name), topic, timeoutMs, Buffer.of(0)]);
  const socket = connect(port, '127.0.0.1');
  const endpoint = `127.0.0.1:${port}`;
  await converse(socket, endpoint, new AbortController().signal, async (dialogue) => {
    const answer = await call(dialogue, 1, 19, 2, body);
    answer?.int32();
    const [error] = answer?.array(() => [answer.string(), answer.int16(), answer.string()] as const) ?? [];
    if (error?.[1] !== 0) throw new Error(`no topic ${name}: ${error}`);
  });
}
