// Somebody at a terminal who can be asked: lines by readline, so that they can be edited. Ctrl-C and Ctrl-D end it.
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Fault } from './fault.ts';

export interface Terminal {
  /**
   * Shows a question and gives the line that was typed behind it.
   * @throws Fault interrupted after Ctrl-C, usage where no line comes any more
   */
  ask(question: string): Promise<string>;
  close(): void;
}

export function openTerminal(input: Readable, output: Writable): Terminal {
  const reader = createInterface({ input, output, terminal: true, historySize: 0 });
  // several lines may be pasted at once
  const lines: string[] = [];
  let waiting: { readonly resolve: (line: string) => void; readonly reject: (fault: Fault) => void } | undefined;
  let end: Fault | undefined;
  const stop = (fault: Fault) => {
    if (end !== undefined) return;
    end = fault;
    // the cursor stands behind the question
    output.write('\n');
    waiting?.reject(fault);
  };
  reader.on('line', (line) => {
    if (waiting === undefined) lines.push(line);
    else waiting.resolve(line);
    waiting = undefined;
  });
  reader.on('SIGINT', () => stop(new Fault('interrupted', 'stopped; nothing was written')));
  reader.on('close', () => stop(new Fault('usage', 'no more answers; nothing was written')));
  return {
    async ask(question) {
      if (end !== undefined) throw end;
      reader.setPrompt(question);
      reader.prompt();
      const ready = lines.shift();
      if (ready !== undefined) return ready;
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    close() {
      reader.removeAllListeners('close');
      reader.close();
    },
  };
}
