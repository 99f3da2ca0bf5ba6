// Whether a text is an IP address; core/ may not ask Node. Pure.

const v4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** Whether it is an IPv4 address in four decimal parts, or an IPv6 address without brackets. */
export function isAddress(text: string): boolean {
  if (v4.test(text)) return true;
  // the URL parser knows IPv6 (RFC 4291 §2.2) in all its spellings, but no zone
  return text.includes(':') && URL.canParse(`http://[${text.replace(/%.*$/s, '')}]/`);
}
