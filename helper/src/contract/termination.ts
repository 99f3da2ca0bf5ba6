// The termination message: a sentence for people, then one line of JSON for programs.
// Kubernetes keeps 4,096 bytes of a container and 12 KiB of a pod, shared equally by its containers
// (https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/),
// so with twelve of them 1,024 bytes are what is sure to arrive. Of more the kubelet keeps the beginning
// (normalizeStatus in pkg/kubelet/status): the sentence, whose first words say most.
import { oneLine } from '../core/one-line.ts';

export const terminationLimitBytes = 1_024;

/** What the line of JSON says. Short keys are not needed: values are cut before keys. */
export interface Termination {
  readonly outcome: 'done' | 'failed';
  /** A code of core/failure-codes.ts; only of a failure. */
  readonly code?: string;
  /** The code of the last attempt's cause, where the run ended by the deadline. */
  readonly cause?: string;
  /** Which step it was, such as `2/3`. */
  readonly step?: string;
  /** The target, or the destination. */
  readonly target?: string;
  readonly attempts?: number;
  readonly elapsedMs: number;
  /** Whether another start of the container may help. */
  readonly retryable?: boolean;
}

/** Writes the message, at most 1,024 bytes of UTF-8: the sentence is cut at a word, the JSON line stays whole. */
export function formatTermination(sentence: string, facts: Termination): string {
  let json = JSON.stringify(facts);
  // of many targets the sentence says what is wrong with them, the JSON only which they are
  const sentenceFloor = 600;
  if (byteLength(json) > terminationLimitBytes - sentenceFloor && facts.target !== undefined) {
    const surplus = byteLength(json) - (terminationLimitBytes - sentenceFloor);
    json = JSON.stringify({ ...facts, target: cut(facts.target, Math.max(0, byteLength(facts.target) - surplus)) });
  }
  return `${cut(oneLine(sentence), terminationLimitBytes - byteLength(json) - 1)}\n${json}`;
}

/** Reads a message back; undefined where it is not one of ours. */
export function parseTermination(message: string): { sentence: string; facts: Termination } | undefined {
  const end = message.lastIndexOf('\n');
  try {
    const facts = JSON.parse(message.slice(end + 1)) as Termination;
    return typeof facts === 'object' && facts !== null && 'outcome' in facts
      ? { sentence: message.slice(0, Math.max(0, end)), facts }
      : undefined;
  } catch {
    return undefined;
  }
}

const byteLength = (text: string) => new TextEncoder().encode(text).length;

/** The text if it fits, else its beginning up to the last word that does, and an ellipsis. */
function cut(text: string, limitBytes: number): string {
  if (byteLength(text) <= limitBytes) return text;
  const ellipsis = '…';
  // stops before a character that does not fit whole
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(Math.max(0, limitBytes - byteLength(ellipsis))));
  const kept = text.slice(0, read);
  const word = kept.lastIndexOf(' ');
  return (word > kept.length / 2 ? kept.slice(0, word) : kept) + ellipsis;
}
