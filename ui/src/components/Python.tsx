/** Python text with a little colour; every piece is a text node. */
import type { ReactNode } from "react";

const TOKEN =
  /(#.*)|("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\b(and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|match|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False)\b|(@[\w.]+)|\b(\d[\d_.]*)\b/g;
const KINDS = ["comment", "string", "word", "decorator", "number"];

export function python(text: string): ReactNode[] {
  const found: ReactNode[] = [];
  let last = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > last) found.push(text.slice(last, match.index));
    const kind = KINDS[match.slice(1).findIndex((each) => each !== undefined)];
    found.push(
      <span key={match.index} className={`py-${kind}`}>
        {match[0]}
      </span>,
    );
    last = match.index + match[0].length;
  }
  found.push(text.slice(last));
  return found;
}
