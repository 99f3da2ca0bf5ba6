// What `greenroom why` does: question → cluster → answers on out; what could not be read on err.
import type { Call } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { createStyle } from '../rehearse/report/style.ts';
import { resolveHelperImage } from '../settings.ts';
import { ask, type Reply } from '../why/ask.ts';
import { currentNamespace } from '../why/kube/current-namespace.ts';
import { openCluster } from '../why/kube/kubectl-proxy.ts';
import type { Question } from '../why/question.ts';
import { replyJson, stateOf } from '../why/report/json.ts';
import { deniedText, replyText } from '../why/report/reply-text.ts';
import type { TextSettings } from '../why/report/text.ts';
import { watchUntilStarted } from '../why/watch.ts';
import { checkWhyArguments, kubectlFlags, type WhyArguments } from './why-settings.ts';
import { isHelperImage } from './workload-inputs.ts';

/** Answers what the arguments ask, and the exit code: 0 where all is well. */
export async function runWhy(args: WhyArguments, shell: Call['shell']): Promise<number> {
  const { env, folder, version, streams, programName } = shell;
  const { targets, timeoutMs, requestTimeoutMs } = checkWhyArguments(args);
  const image = await resolveHelperImage({ flag: args['helper-image'], env, folder, version });
  const flags = kubectlFlags(args);
  const isEverywhere = args['all-namespaces'] === true;
  const namespace = isEverywhere ? undefined : (args.namespace ?? (await currentNamespace(flags, env)));
  const question: Question = {
    namespace,
    targets,
    selector: args.selector,
    isHelper: (container) => isHelperImage(container, image),
  };
  const { out, err } = streams;
  const settings = (reply: Reply): TextSettings => ({
    style: createStyle({ colours: out.colours, columns: out.columns, env }),
    nowMs: reply.snapshot.nowMs,
    programName,
    kubectlFlags: flags,
    showNamespace: isEverywhere,
  });
  const signal = shell.stopSignal();
  const cluster = await openCluster({ flags, env, requestTimeoutMs });
  const close = () => cluster.close();
  signal.addEventListener('abort', close);
  try {
    if (args.watch === true) {
      const end = await watchUntilStarted(cluster, question, {
        say: (text) => (args.output === 'json' ? err : out).write(text),
        settings,
        isJson: args.output === 'json',
        failFast: args['fail-fast'] === true,
        timeoutMs,
        signal,
      });
      if (args.output === 'json') out.write(replyJson(end.reply, { programName, kubectlFlags: flags }));
      return end.started ? exitCodes.success.code : exitCodes.different.code;
    }
    const reply = await ask(cluster, question);
    err.write(deniedText(reply));
    if (args.output === 'json') out.write(replyJson(reply, { programName, kubectlFlags: flags }));
    else out.write(replyText(reply, question, settings(reply)));
    return stateOf(reply.answers) === 'well' ? exitCodes.success.code : exitCodes.different.code;
  } catch (error) {
    // what fails because it was stopped is no fault
    if (signal.aborted) return signal.reason as number;
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
    cluster.close();
  }
}
