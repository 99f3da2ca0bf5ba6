// XML as object stores answer it: elements and their text. No DOCTYPE, so no entities but the five of XML. Pure.
import { Failure } from '../core/failure.ts';

export interface Element {
  readonly name: string;
  readonly children: readonly Element[];
  /** Of the element alone, without that of its children. */
  readonly text: string;
}

// a comment, an instruction, CDATA, an end tag, a start tag (with attributes that nobody reads), text
const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w.:-]+)\s*>|<([\w.:-]+)(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>|([^<]+)/y;

const deepest = 32;

/** @throws Failure UNEXPECTED_ANSWER for anything that is not a whole document of this kind */
export function parseXml(text: string): Element {
  const broken = () => new Failure('UNEXPECTED_ANSWER', 'the store answers with XML that is broken');
  const root: { name: string; children: Element[]; text: string } = { name: '', children: [], text: '' };
  const open = [root];
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    const match = token.exec(text.charCodeAt(0) === 0xfeff && at === 0 ? ` ${text.slice(1)}` : text);
    const top = open.at(-1);
    if (match === null || top === undefined) throw broken();
    const [, cdata, end, start, empty, plain] = match;
    if (cdata !== undefined) top.text += cdata;
    else if (plain !== undefined) top.text += plain.replace(/&([^;]*);?/g, (_, name: string) => entity(name));
    else if (end !== undefined) {
      if (open.length < 2 || top.name !== end) throw broken();
      open.pop();
    } else if (start !== undefined) {
      const element = { name: start, children: [], text: '' };
      top.children.push(element);
      if (empty !== '/') open.push(element);
      if (open.length > deepest) throw broken();
    }
  }
  const [document, ...others] = root.children;
  if (document === undefined || others.length > 0 || open.length !== 1 || root.text.trim() !== '') throw broken();
  return document;
}

const named = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

function entity(name: string): string {
  const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? [];
  const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
  const character = named.get(name) ?? (code <= 0x10ffff ? String.fromCodePoint(code) : undefined);
  if (character === undefined) throw new Failure('UNEXPECTED_ANSWER', 'the store answers with XML that is broken');
  return character;
}

/** The text of the first child of that name, or of a child of it, and so on. */
export function textOf(element: Element | undefined, ...path: readonly string[]): string | undefined {
  let at = element;
  for (const name of path) at = at?.children.find((child) => child.name === name);
  return at?.text;
}
