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
    // nginx says nothing once it listens; the helper is there to find out
    .withWaitStrategy(started === undefined ? Wait.forSuccessfulCommand('true') : Wait.forLogMessage(started));
  return container.start();
}
