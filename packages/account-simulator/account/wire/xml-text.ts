const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text escaped for use between XML tags. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] as string);
}

/** The content of the root element of an XML document; empty for an empty element. */
export function innerXml(document: string): string {
  const open = document.indexOf('>');
  return document[open - 1] === '/' ? '' : document.slice(open + 1, document.lastIndexOf('</'));
}
