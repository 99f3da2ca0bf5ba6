// Real servers, each in a container of its own (through testcontainers), under a name in a network.
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { given, runLabel } from './docker.ts';

const commands = {
  nginx: { command: ['nginx'], user: '999:999', started: undefined },
  postgres: { command: ['start-postgres'], user: '999:999', started: /ready to accept connections/ },
  redis: {
    command: ['redis-server', '--protected-mode', 'no', '--save', '', '--dir', '/tmp'],
    user: '999:999',
    started: /Ready to accept connections/,
  },
  // what says nothing when it serves, or too late: the helper is there to find out
  mariadb: { command: ['start-mariadb'], user: '999:999', started: undefined },
  rabbitmq: { command: ['start-rabbitmq'], user: '999:999', started: undefined },
  memcached: { command: ['memcached', '-l', '0.0.0.0', '-U', '0'], user: '999:999', started: undefined },
  nats: {
    command: ['nats-server', '-a', '0.0.0.0', '-js', '-sd', '/tmp', '--user', 'app', '--pass', 'right'],
    user: '999:999',
    started: undefined,
  },
} as const;

export type Server = keyof typeof commands;

/**
 * Starts a server.
 * @param name under which others in the network find it
 */
export async function startServer(kind: Server, network: string, name: string): Promise<StartedTestContainer> {
  const { command, user, started } = commands[kind];
  const container = new GenericContainer(given('SERVERS'))
    .withCommand([...command])
    .withUser(user)
    .withLabels({ [runLabel]: given('LABEL').split('=')[1] ?? '' })
    .withNetworkMode(network)
    .withNetworkAliases(name)
    .withWaitStrategy(started === undefined ? Wait.forSuccessfulCommand('true') : Wait.forLogMessage(started));
  return container.start();
}
